"""A frozen batch normalization: what trainable=False does to it."""

import keras
import numpy as np
from hypothesis import strategies as st

from claims.batchnorm import faults
from claims.common.strategies import seeds
from claims.common.traced import traced
from harness import REFUTED, UPHELD, as_array, claim, given, judge, public, shared

NORM = "keras.src.layers.normalization.batch_normalization:BatchNormalization"
EPSILON = 1e-3

WEIGHTS_ONLY = [
    public(
        "https://github.com/keras-team/keras/issues/9522",
        "trainable affects weight updates only, and does not switch to inference",
    ),
    public(
        "https://github.com/keras-team/keras/issues/4762",
        "The moving statistics of a frozen layer are updated, as is to be expected",
    ),
    public(
        "https://github.com/keras-team/keras/issues/7085",
        "Freezing a BatchNormalization does not work: its weights go on changing",
    ),
]
INFERENCE = [
    public(
        "https://github.com/zzh8829/yolov3-tf2/pull/188",
        "A frozen BatchNormalization now runs in inference mode: no layer of one's own "
        "is needed for it",
    ),
]


@shared
def frozen(by):
    """A model of a BatchNormalization that is frozen, itself or by the model."""
    norm = keras.layers.BatchNormalization()
    model = keras.Sequential([keras.Input((3,)), norm])
    norm.moving_mean.assign([1.0, -2.0, 0.5])
    norm.moving_variance.assign([4.0, 0.25, 1.0])
    if by == "layer":
        norm.trainable = False
    if by == "model":
        model.trainable = False
    return model


def batch(rows):
    """Random rows whose statistics are far from the moving ones."""
    return np.random.normal(7, 3, (rows, 3)).astype("float32")


ways = st.sampled_from(["layer", "model"])

frozen_runs_in_inference_mode = claim(
    "batchnorm.frozen-runs-in-inference-mode",
    says="With trainable=False a BatchNormalization runs in inference mode, even if "
    "the model is called for training.",
    sources=INFERENCE,
    verdict=UPHELD,
    why="It normalizes with the moving statistics, no matter whether the layer is "
    "frozen or the model around it.",
    explained_by=f"{NORM}.call",
    faults=[faults.frozen_norm_trains, faults.epsilon_5_percent_high],
)


@frozen_runs_in_inference_mode.as_worded
@given(by=ways, rows=st.integers(2, 9), seed=seeds())
def test_the_moving_statistics_normalize(by, rows, seed):
    """(x - moving mean) / sqrt(moving variance + 0.001) with training=True."""
    model, x = frozen(by), batch(rows)

    found = model(x, training=True)

    deviation = np.sqrt(np.array([4.0, 0.25, 1.0]) + EPSILON)
    expected = (x.astype("float64") - [1.0, -2.0, 0.5]) / deviation
    size = (np.abs(x).max() + 2) / deviation
    judge.close(found, expected, operations=12, magnitude=size, oracle="NumPy")


@frozen_runs_in_inference_mode.as_worded
def test_a_compiled_call_leaves_the_moving_statistics():
    """Compiled as in fit: the same outputs twice, and the statistics stay."""
    model, x = frozen("layer"), keras.ops.convert_to_tensor(batch(9))
    (norm,) = model.layers
    before = statistics(norm)
    call = traced(lambda x: model(x, training=True))

    first = as_array(call(x)).copy()

    judge.equal(call(x), first, what="second call")
    judge.equal(statistics(norm), before, what="moving statistics")


trainable_is_for_weights_only = claim(
    "batchnorm.trainable-is-for-weights-only",
    says="trainable=False stops the updates of gamma and beta only: the layer stays "
    "in training mode, and its moving statistics change.",
    sources=WEIGHTS_ONLY,
    verdict=REFUTED,
    severity="lesson",
    instead="trainable=False also puts a BatchNormalization in inference mode: the "
    "moving statistics normalize, even in a training call, and fit does not change "
    "them; unfrozen again, the layer uses the batch's statistics.",
    why="It uses the batch's statistics, and updates the moving ones, only if it is "
    "called for training and is trainable.",
    explained_by=f"{NORM}.call",
    faults=[faults.frozen_norm_trains],
)


def statistics(norm):
    """Moving mean and variance."""
    return np.concatenate([as_array(norm.moving_mean), as_array(norm.moving_variance)])


def fitted(by):
    """The statistics before a fit of one batch and after it."""
    model, x = frozen(by), batch(8)
    (norm,) = model.layers
    head = keras.Sequential([keras.Input((3,)), model, keras.layers.Dense(1)])
    head.compile("sgd", "mse", run_eagerly=True)
    before = statistics(norm)
    head.fit(x, x[:, :1], batch_size=8, verbose=0)
    return before, statistics(norm)


@trainable_is_for_weights_only.as_worded
def test_a_fit_changes_the_statistics_of_a_frozen_layer():
    """The moving mean is nearer to the batch's than before."""
    for by in ("layer", "model"):
        before, after = fitted(by)
        judge.apart(after, before, by=0.01, what=by)


@trainable_is_for_weights_only.instead
def test_a_fit_leaves_the_statistics_of_a_frozen_layer():
    """Bit by bit, frozen either way; not frozen they change."""
    for by in ("layer", "model"):
        before, after = fitted(by)
        judge.equal(after, before, what=by)
    before, after = fitted("nothing")
    judge.apart(after, before, by=0.01, what="not frozen")


@trainable_is_for_weights_only.instead
@given(by=ways, seed=seeds())
def test_a_frozen_layer_gives_each_row_its_own_result(by, seed):
    """A row comes out alike in any batch, as in inference; unfrozen it does not."""
    model, x = frozen(by), batch(6)

    alone, together = model(x[:2], training=True), model(x, training=True)
    judge.equal(alone, as_array(together)[:2], what="frozen")
    for part in (model, *model.layers):
        part.trainable = True
    alone, together = model(x[:2], training=True), model(x, training=True)
    judge.apart(alone, as_array(together)[:2], by=1e-3, what="unfrozen")
