"""Accuracy: what the word in `metrics` counts, for each kind of output and label."""

import keras
import numpy as np
from hypothesis import strategies as st

from claims.documents import article, day7, notebook, tutorial
from claims.faults import capacity as faults
from harness import REFUTED, UPHELD, claim, given, judge
from harness.shared import shared
from harness.strategies import seeds

RESOLVED = "keras.src.trainers.compile_utils:get_metric"
BINARY = "keras.src.metrics.accuracy_metrics:binary_accuracy"
CATEGORICAL = "keras.src.metrics.accuracy_metrics:categorical_accuracy"
ROWS = 40


@shared
def reported(loss, from_logits, outputs):
    """A model that passes its input on, compiled with this loss and 'accuracy'."""
    model = keras.Sequential([keras.Input((outputs,)), keras.layers.Identity()])
    arguments = {"from_logits": True} if from_logits else {}
    model.compile(
        keras.optimizers.Adam(0.001), getattr(keras.losses, loss)(**arguments),
        metrics=["accuracy"], run_eagerly=True, jit_compile=False,
    )  # fmt: skip
    return model


def measured(model, x, y):
    """Loss and accuracy of one batch, as the model reports them."""
    model.reset_metrics()
    return model.test_on_batch(x, y)


sparse = claim(
    "accuracy.integer-labels-and-logits",
    says="With integer labels and logits 'accuracy' is the share of right classes.",
    sources=[day7[52:54], day7[143:144]],
    verdict=UPHELD,
    why="The largest logit is the largest probability; no threshold is involved.",
    explained_by=[
        RESOLVED,
        "keras.src.metrics.accuracy_metrics:SparseCategoricalAccuracy",
    ],
    faults=[faults.sparse_accuracy_5_percent_high],
)


@sparse.as_worded
@given(classes=st.integers(3, 10), seed=seeds())
def test_the_share_of_right_classes_is_reported(classes, seed):
    """Over 40 rows: the share in which the largest logit is the label's."""
    z = np.random.normal(size=(ROWS, classes)).astype("float32")
    labels = np.random.randint(classes, size=ROWS)
    labels[::2] = z.argmax(axis=1)[::2]
    model = reported("SparseCategoricalCrossentropy", True, classes)

    _, accuracy = measured(model, z, labels)

    share = np.mean(z.argmax(axis=1) == labels)
    judge.close(accuracy, share, operations=ROWS + 2, oracle="NumPy")


one_hot = claim(
    "accuracy.one-hot-and-softmax",
    says="categorical_crossentropy and 'accuracy' go with one-hot labels and softmax.",
    sources=[notebook[216:220], notebook[123], article[22]],
    verdict=UPHELD,
    why="'accuracy' becomes CategoricalAccuracy; the loss is -sum y log p.",
    explained_by=[
        RESOLVED,
        CATEGORICAL,
        "keras.src.losses.losses:CategoricalCrossentropy",
    ],
    faults=[faults.argmax_over_the_batch, faults.cross_entropy_2_percent_high],
)


@one_hot.as_worded
@given(classes=st.integers(3, 10), seed=seeds())
def test_loss_and_accuracy_are_those_of_the_probabilities(classes, seed):
    """Loss: mean of -log p of the label; accuracy: share of right classes."""
    p = np.random.dirichlet(np.ones(classes), ROWS).clip(0.001)
    p = (p / p.sum(axis=1, keepdims=True)).astype("float32")
    labels = np.where(np.arange(ROWS) % 2, np.argmax(p, axis=1), 0)
    model = reported("CategoricalCrossentropy", False, classes)

    loss, accuracy = measured(model, p, np.eye(classes, dtype="float32")[labels])

    exact = -np.mean(np.log(p[np.arange(ROWS), labels].astype("float64")))
    judge.close(loss, exact, operations=ROWS + 40, magnitude=10, oracle="NumPy")
    share = np.mean(p.argmax(axis=1) == labels)
    judge.close(accuracy, share, operations=ROWS + 2, what="accuracy", oracle="NumPy")


on_logits = claim(
    "accuracy.of-the-tutorials-logits",
    says="'accuracy', next to a loss from logits, says how often the model is right.",
    sources=[tutorial[289:299], tutorial[360]],
    verdict=REFUTED,
    severity="lesson",
    instead="For logits use `BinaryAccuracy(threshold=0.0)`; the word 'accuracy' "
    "compares them with 0.5 and so counts probabilities from 0.5 to 0.62 as class 0.",
    why="The models end in Dense(1) without an activation, and compile() makes "
    "BinaryAccuracy of the word, whose threshold is 0.5: sigmoid(0.5) = 0.622.",
    explained_by=[RESOLVED, BINARY],
    faults=[faults.binary_threshold_zero],
)


def undecided():
    """Logits and labels, a quarter of the logits between 0 and 0.5; shape (40, 1)."""
    z = np.random.uniform(-2, 2, (ROWS, 1)).astype("float32")
    z[: ROWS // 4] = np.random.uniform(0.01, 0.49, (ROWS // 4, 1))
    labels = np.where(np.random.uniform(size=z.shape) < 0.2, z < 0, z > 0)
    labels[: ROWS // 4] = 1
    return z, labels.astype("float32")


@on_logits.as_worded
@given(seed=seeds())
def test_the_share_of_right_signs_is_reported(seed):
    """A logit is right if it is positive just when the label is 1."""
    z, labels = undecided()

    _, accuracy = measured(reported("BinaryCrossentropy", True, 1), z, labels)

    share = np.mean((z > 0) == labels)
    judge.close(accuracy, share, operations=ROWS + 2, oracle="NumPy")


@on_logits.instead
@given(seed=seeds())
def test_the_word_compares_with_a_half_and_the_class_with_zero(seed):
    """'accuracy' is the share for logits above 0.5; threshold=0.0 that above 0."""
    z, labels = undecided()

    _, accuracy = measured(reported("BinaryCrossentropy", True, 1), z, labels)
    metric = keras.metrics.BinaryAccuracy(threshold=0.0)
    metric.update_state(labels, z)

    bound = {"operations": ROWS + 2, "oracle": "NumPy"}
    judge.close(accuracy, np.mean((z > 0.5) == labels), what="'accuracy'", **bound)
    right = np.mean((z > 0) == labels)
    judge.close(metric.result(), right, what="threshold=0.0", **bound)
