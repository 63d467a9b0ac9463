"""The training flag: who sets it, what it defaults to, and PyTorch's two modes."""

import keras
import numpy as np
import torch
from hypothesis import strategies as st

from claims.common import compiled
from claims.common.dropout_layers import batchnorm, dropout
from claims.common.strategies import dropout_rates, seeds
from claims.documents import day7, lab
from claims.dropout import faults as dropout_faults
from claims.training_flag import faults
from claims.training_flag.flag_spies import (
    EACH_BATCH,
    Composite,
    Inner,
    Innermost,
    flags_of_batches,
    spied,
)
from harness import (
    QUALIFIED,
    REFUTED,
    UPHELD,
    as_array,
    claim,
    contradiction,
    example,
    given,
    judge,
    side,
)

DEFAULT = "keras.src.layers.layer:Layer.__call__"
NORM_CALL = "keras.src.layers.normalization.batch_normalization:BatchNormalization.call"


set_by_fit_evaluate_predict = claim(
    "training-flag.set-by-fit-evaluate-predict",
    says="fit() runs layers in training mode, evaluate() and predict() in inference "
    "mode; the user need not ask for it.",
    sources=[day7[68], day7[277:278], lab[49]],
    verdict=UPHELD,
    why="Layers inside other layers get the flag, too.",
    explained_by=["keras.src.models.model:Model", DEFAULT],
    faults=[
        faults.evaluate_in_training_mode,
        faults.fit_in_inference_mode,
        faults.flag_is_not_handed_on,
    ],
)


@set_by_fit_evaluate_predict.as_worded
def test_each_method_passes_its_flag():
    """Steps of fit say training; of its validation, evaluate and predict, inference."""
    model, x = spied(), np.ones((2, 1), "float32")
    flags = model.layers[-1].flags
    model.train_on_batch(x, x)
    flags.clear()

    data = {"validation_data": (x, x), "validation_batch_size": 2, "verbose": 0}
    for _ in range(2):
        model.fit(x, x, 1, epochs=4, **data)
        model.evaluate(x, x, verbose=0)
        model.predict(x, verbose=0)

    epoch = 2 * ["training"] + ["inference"]
    judge.equal(flags, 2 * (4 * epoch + 2 * ["inference"]))


@set_by_fit_evaluate_predict.as_worded
def test_dropout_is_on_in_each_epoch_of_fit_and_off_in_evaluate():
    """In six compiled epochs and in a second fit units are dropped, and none in
    evaluate and predict."""
    run = compiled.training()

    judge.at_least(min(run.zeros), 0.4, what="share of zeros, six epochs")
    judge.at_least(run.zeros_of_second_fit[0], 0.4, what="share, second fit")
    judge.equal(run.zeros_of_evaluate, 0, what="share in evaluate")
    judge.equal(run.zeros_of_predict, 0, what="share in predict")


@set_by_fit_evaluate_predict.as_worded
def test_a_layer_inside_another_gets_the_flag():
    """A batch of fit says training, a batch of evaluate and predict inference.

    So it is for a layer in a layer, and in a model in a model.
    """
    judge.equal(flags_of_batches(spied(Composite)), EACH_BATCH, what="in a layer")
    judge.equal(flags_of_batches(spied(Inner)), EACH_BATCH, what="in a model")
    judge.equal(flags_of_batches(spied(Innermost)), EACH_BATCH, what="three deep")


only_in_custom_loops = claim(
    "training-flag.only-in-custom-loops",
    says="The user has to set the flag in custom training loops only.",
    sources=[day7[68]],
    evidence=[lab[46]],
    verdict=QUALIFIED,
    why="predict() always runs inference, and without a flag dropout does, too. MC "
    "dropout passes training=True by hand (the lab, line 46), although it is no "
    "training loop.",
    explained_by="keras.src.layers.layer:Layer.__call__",
    faults=[
        faults.evaluate_in_training_mode,
        faults.fit_in_inference_mode,
        dropout_faults.always_active,
    ],
)


@only_in_custom_loops.holds_when(
    "the modes that fit, evaluate and predict choose are the wanted ones"
)
def test_the_methods_need_no_flag():
    """A batch of fit says training, a batch of evaluate and predict inference."""
    judge.equal(
        flags_of_batches(spied()), EACH_BATCH, what="mode of fit, evaluate, predict"
    )


@only_in_custom_loops.fails_when("dropout is wanted at inference, as in MC dropout")
@given(rate=dropout_rates(0.3, 0.7))
def test_a_call_without_a_flag_draws(rate):
    """Two calls of a dropout layer without the flag differ."""
    layer, ones = dropout(rate), np.ones((8, 64), "float32")

    judge.apart(layer(ones), layer(ones), by=1.0, what="two passes")


custom_loop_explicit = claim(
    "training-flag.custom-loop-explicit",
    says="In a custom training loop the flag must be passed: training=True in the "
    "forward pass.",
    sources=[lab[49], day7[68], lab[43:45]],
    verdict=UPHELD,
    why="Without the flag dropout is off, and the moving statistics are not updated.",
    explained_by=DEFAULT,
    faults=[
        faults.training_by_default,
        faults.momentum_2_percent_low,
        faults.momentum_swapped,
        faults.norm_ignores_training,
    ],
)


@custom_loop_explicit.as_worded
@given(rate=dropout_rates(0.3, 0.7), seed=seeds())
def test_dropout_acts_with_the_flag_alone(rate, seed):
    """Without the flag 128 units pass unchanged; with it some are zero.

    The flag of one call says nothing of the next.
    """
    x = np.random.uniform(1, 2, (1, 128)).astype("float32")
    layer = dropout(rate)

    judge.equal(layer(x), x, what="no flag")
    active = np.any(as_array(layer(x, training=True)) == 0)
    judge.true(active, what="training=True drops", chance=(1 - rate) ** 128)
    judge.equal(layer(x), x, what="no flag, afterwards")


@custom_loop_explicit.as_worded
def test_a_call_after_a_training_needs_the_flag_too():
    """After six epochs of a compiled fit a call without it drops nothing."""
    judge.equal(compiled.training().zeros_without_flag, 0, what="share")


@custom_loop_explicit.as_worded
@given(rows=st.integers(2, 12), seed=seeds())
def test_batch_statistics_move_with_the_flag_alone(rows, seed):
    """The moving mean stays without the flag; with it, it is 0.9 old + 0.1 batch."""
    norm, x = batchnorm(), np.random.normal(1, 2, (rows, 3)).astype("float32")
    old_mean, old_variance = as_array(norm.moving_mean), as_array(norm.moving_variance)

    norm(x)
    judge.equal(norm.moving_mean, old_mean, what="no flag")
    norm(x, training=True)

    wide = x.astype("float64")
    mean = 0.9 * old_mean + (1 - 0.9) * wide.mean(axis=0)
    variance = 0.9 * old_variance + (1 - 0.9) * wide.var(axis=0)
    size = 1 + np.max(np.abs(wide))
    n = {"operations": 2 * rows + 8, "oracle": "NumPy"}
    judge.close(norm.moving_mean, mean, magnitude=size, what="mean", **n)
    judge.close(norm.moving_variance, variance, magnitude=size**2, what="var", **n)


forgetting_is_like_eval = claim(
    "training-flag.forgetting-is-like-eval",
    says="Leaving the flag out of a Keras loop has the effect that a missing "
    "model.eval() has in PyTorch.",
    sources=[lab[49]],
    verdict=REFUTED,
    severity="lesson",
    instead="Leaving it out means inference mode: dropout is off, and BatchNorm's "
    "moving statistics never change. The PyTorch analogue is forgetting model.train() "
    "after eval().",
    why="Keras' Dropout and BatchNormalization default to inference, PyTorch's modules "
    "start in training mode: the two omissions have opposite effects.",
    explained_by=[DEFAULT, "torch.nn.modules.module:Module.train"],
    faults=[faults.training_by_default],
)


def units_dropped_by_torch(rate, x):
    """Whether torch's Dropout, left in its first mode, zeroes any of the units."""
    return bool((torch.nn.Dropout(rate)(torch.from_numpy(x)) == 0).any())


@forgetting_is_like_eval.as_worded
@given(rate=dropout_rates(0.3, 0.7), seed=seeds())
def test_keras_without_flag_acts_as_torch_without_eval(rate, seed):
    """Both drop units, or neither does."""
    x = np.random.uniform(1, 2, (1, 128)).astype("float32")

    keras_drops = bool(np.any(as_array(dropout(rate)(x)) == 0))

    chance = (1 - rate) ** 128
    judge.equal(
        keras_drops,
        units_dropped_by_torch(rate, x),
        chance=chance,
        what="whether units are dropped",
    )


@forgetting_is_like_eval.instead
@given(rate=dropout_rates(0.3, 0.7), seed=seeds())
def test_keras_without_flag_acts_as_torch_in_eval_mode(rate, seed):
    """Dropout passes its input, batch normalization uses its moving statistics."""
    x = np.random.normal(size=(4, 3)).astype("float32")
    norm = batchnorm()

    judge.equal(dropout(rate)(x), x, what="dropout")
    peer = torch.nn.BatchNorm1d(3, eps=0.01).eval()
    peer.running_mean.data = torch.tensor(as_array(norm.moving_mean))
    peer.running_var.data = torch.tensor(as_array(norm.moving_variance))
    expected = peer(torch.from_numpy(x))
    scale = 2 * (np.abs(x) + 1) / np.sqrt(0.5)
    before = as_array(norm.moving_mean).copy()
    judge.close(
        norm(x),
        expected,
        operations=16,
        magnitude=scale,
        oracle="torch eval",
        what="batch normalization",
    )
    judge.equal(norm.moving_mean, before, what="moving mean after the call")
    dropped = units_dropped_by_torch(rate, np.ones((1, 128), "float32"))
    judge.true(dropped, what="torch drops", chance=(1 - rate) ** 128)


lab_default_against_eval_analogy = contradiction(
    "training-flag.lab-default-against-eval-analogy",
    says="The lab gives its own layer the default training=False, and yet calls a "
    "forgotten flag the counterpart of a forgotten eval().",
    sides=[
        side("batchnorm.custom-layer-branches", lab[48]),
        side("training-flag.forgetting-is-like-eval", lab[49]),
    ],
    right="batchnorm.custom-layer-branches",
    instead="With that default a forgotten flag means running statistics, as after "
    "eval(): the batch's statistics are not used, not even in training.",
    why="A layer that defaults to inference normalizes with its moving statistics "
    "where the flag is left out; PyTorch without eval() uses the batch's.",
    explained_by=NORM_CALL,
    faults=[faults.training_by_default, faults.norm_3_percent_high],
)


def normalized(x, mean, variance):
    """(x - mean) / sqrt(variance + 0.01) in float64, and a bound on its terms."""
    scale = np.sqrt(variance + 0.01)
    bound = (np.abs(x).max(axis=0) + np.abs(mean)) * (1 + 1 / scale) / scale
    return (x.astype("float64") - mean) / scale, np.maximum(bound, 1.0) * np.ones(
        x.shape
    )


@lab_default_against_eval_analogy.all_sides
@given(rows=st.integers(8, 20), seed=seeds())
def test_a_forgotten_flag_uses_batch_statistics(rows, seed):
    """Without the flag the output is normalized with the batch's own statistics."""
    x = np.random.normal(3, 1, (rows, 3)).astype("float32")

    expected, bound = normalized(x, x.mean(axis=0), x.var(axis=0))
    n = {"operations": 8 * rows, "magnitude": bound, "oracle": "NumPy"}
    judge.close(batchnorm()(x), expected, **n)


@lab_default_against_eval_analogy.right_side
@given(rows=st.integers(8, 20), seed=seeds())
def test_a_forgotten_flag_uses_moving_statistics(rows, seed):
    """Without the flag the output is normalized with the moving statistics."""
    norm, x = batchnorm(), np.random.normal(3, 1, (rows, 3)).astype("float32")

    mean, variance = as_array(norm.moving_mean), as_array(norm.moving_variance)
    expected, bound = normalized(x, mean, variance)
    judge.close(norm(x), expected, operations=16, magnitude=bound, oracle="NumPy")


not_a_global_mode = claim(
    "training-flag.not-a-global-mode",
    says="Keras Dropout follows the argument of each call; no mode persists.",
    sources=[lab[42]],
    verdict=UPHELD,
    why="Keras 3 has no keras.backend.set_learning_phase.",
    explained_by="keras.src.layers.regularization.dropout:Dropout.call",
    faults=[faults.dropout_mode_is_sticky, dropout_faults.always_active],
)


ORDERS = ([True, False], [False, True, False], [True, True, False])


@not_a_global_mode.as_worded
@given(modes=st.sampled_from(ORDERS), rate=dropout_rates(0.3))
@example(modes=[True, False, True], rate=0.5)
def test_calls_of_one_layer_do_not_influence_one_another(modes, rate):
    """Any order of training and inference calls: each does what its flag says."""
    layer, x = dropout(rate), np.ones((1, 128), "float32")

    for training in modes:
        dropped = bool(np.any(as_array(layer(x, training=training)) == 0))
        chance = (1 - rate) ** 128 if training else 0.0
        judge.equal(dropped, training, what="drops", chance=chance)
    judge.false(hasattr(keras.backend, "set_learning_phase"), what="switch")
