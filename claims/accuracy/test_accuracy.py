"""Accuracy: what the word in `metrics` counts, for each kind of output and label."""

import random

import keras
import numpy as np
from hypothesis import strategies as st

from claims.accuracy import faults
from claims.common.strategies import seeds
from claims.documents import article, day7, notebook, tutorial
from claims.dropout import faults as dropout_faults
from harness import QUALIFIED, REFUTED, UPHELD, claim, given, judge, shared
from harness.stack.absent import offered

RESOLVED = "keras.src.trainers.compile_utils:get_metric"
BINARY = "keras.src.metrics.accuracy_metrics:binary_accuracy"
CATEGORICAL = "keras.src.metrics.accuracy_metrics:categorical_accuracy"
ROWS = 40


def above_zero():
    with offered("keras", "threshold of zero in BinaryAccuracy", ValueError):
        return keras.metrics.BinaryAccuracy(threshold=0.0)


@shared
def reported(loss, from_logits, outputs, labels=None):
    """A model that passes its input on, compiled with this loss and 'accuracy'.

    labels: their shape. The first batch decides what the word means, for good.
    """
    model = keras.Sequential([keras.Input((outputs,)), keras.layers.Identity()])
    arguments = {"from_logits": True} if from_logits else {}
    model.compile(
        keras.optimizers.Adam(0.001),
        getattr(keras.losses, loss)(**arguments),
        metrics=["accuracy"],
        run_eagerly=True,
        jit_compile=False,
    )
    return model


def measured(model, x, y):
    """Loss and accuracy of one batch, as the model reports them."""
    return model.test_on_batch(x, y)


integer_labels_and_logits = claim(
    "accuracy.integer-labels-and-logits",
    says="With integer labels and logits 'accuracy' is the share of right classes.",
    sources=[day7[52:54], day7[143:144]],
    verdict=UPHELD,
    why="The class with the largest logit is compared with the label; no threshold is "
    "involved.",
    explained_by=[
        RESOLVED,
        "keras.src.metrics.accuracy_metrics:SparseCategoricalAccuracy",
    ],
    faults=[
        faults.sparse_accuracy_5_percent_high,
        faults.columns_of_labels_are_binary,
    ],
)


@integer_labels_and_logits.as_worded
@given(classes=st.integers(3, 10), seed=seeds())
def test_the_share_of_right_classes_is_reported(classes, seed):
    """Over 40 rows: the share in which the largest logit is the label's.

    Whether labels are numbers, as after the lesson's squeeze(), or a column of them.
    """
    z = np.random.normal(size=(ROWS, classes)).astype("float32")
    labels = np.random.randint(classes, size=ROWS)
    labels[::2] = z.argmax(axis=1)[::2]
    share = np.mean(z.argmax(axis=1) == labels)

    for shape in ((ROWS,), (ROWS, 1)):
        model = reported("SparseCategoricalCrossentropy", True, classes, shape)
        _, accuracy = measured(model, z, labels.reshape(shape))
        judge.close(accuracy, share, operations=ROWS + 2, oracle="NumPy")


@integer_labels_and_logits.as_worded
def test_a_short_last_batch_counts_by_its_rows():
    """Batches of 16, 16 and 8 rows, of which the last alone are right: 8 of 40."""
    model = reported("SparseCategoricalCrossentropy", True, 3, (ROWS,))
    z, labels = np.eye(3, dtype="float32")[np.zeros(ROWS, int)], np.ones(ROWS, int)
    labels[-8:] = 0

    _, accuracy = model.evaluate(z, labels, batch_size=16, verbose=0)

    judge.close(accuracy, 8 / ROWS, operations=ROWS + 2, oracle="NumPy")


one_hot_and_softmax = claim(
    "accuracy.one-hot-and-softmax",
    says="categorical_crossentropy and 'accuracy' go with one-hot labels and softmax.",
    sources=[notebook[216:220], notebook[123], article[22]],
    verdict=UPHELD,
    why="'accuracy' is the share of rows in which the most probable class is the "
    "label's; the loss is the mean of -sum y log p.",
    explained_by=[
        RESOLVED,
        CATEGORICAL,
        "keras.src.losses.losses:CategoricalCrossentropy",
    ],
    faults=[faults.argmax_over_the_batch, faults.cross_entropy_2_percent_high],
)


@one_hot_and_softmax.as_worded
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


of_the_tutorials_logits = claim(
    "accuracy.of-the-tutorials-logits",
    says="'accuracy', next to a loss from logits, says how often the model is right.",
    sources=[tutorial[289:299], tutorial[360]],
    verdict=REFUTED,
    severity="lesson",
    instead="For logits use `BinaryAccuracy(threshold=0.0)`; the word 'accuracy' "
    "compares them with 0.5 and so counts probabilities from 0.5 to 0.62 as class 0.",
    why="The models end in Dense(1) without an activation. For them compile() turns "
    "the word into a binary accuracy with threshold 0.5, and sigmoid(0.5) = 0.622.",
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


@of_the_tutorials_logits.as_worded
@given(seed=seeds())
def test_the_share_of_right_signs_is_reported(seed):
    """A logit is right if it is positive just when the label is 1."""
    z, labels = undecided()

    _, accuracy = measured(reported("BinaryCrossentropy", True, 1), z, labels)

    share = np.mean((z > 0) == labels)
    judge.close(accuracy, share, operations=ROWS + 2, oracle="NumPy", what="accuracy")


@of_the_tutorials_logits.instead
@given(seed=seeds())
def test_the_word_compares_with_a_half_and_the_class_with_zero(seed):
    """'accuracy' is the share for logits above 0.5; threshold=0.0 that above 0."""
    z, labels = undecided()

    _, accuracy = measured(reported("BinaryCrossentropy", True, 1), z, labels)
    metric = above_zero()
    metric.update_state(labels, z)

    bound = {"operations": ROWS + 2, "oracle": "NumPy"}
    judge.close(accuracy, np.mean((z > 0.5) == labels), what="'accuracy'", **bound)
    right = np.mean((z > 0) == labels)
    judge.close(metric.result(), right, what="threshold=0.0", **bound)
    judge.printed(1 / (1 + np.exp(-0.5)), "0.62", what="probability of the logit 0.5")


training_accuracy_is_the_models = claim(
    "accuracy.training-accuracy-is-the-models",
    says="The training accuracy that fit logs is that of the trained model on its "
    "training data, so it can be compared with validation accuracy.",
    sources=[day7[201], day7[207], notebook[438], notebook[490]],
    verdict=QUALIFIED,
    why="fit counts right answers in its training steps, with dropout on and weights "
    "that still change. evaluate() on the training data counts them without dropout, "
    "as the validation does.",
    explained_by="keras.src.trainers.trainer:Trainer.compute_metrics",
    faults=[dropout_faults.always_active, dropout_faults.no_dropout_at_all],
)


@shared
def behind_dropout(rate):
    """One input, dropped at this rate if it is one, and one logit: 2 x - 1."""
    dense = keras.layers.Dense(1, kernel_initializer="ones")
    dropout = [keras.layers.Dropout(rate)] if rate else []
    model = keras.Sequential([keras.Input((1,)), *dropout, dense])
    dense.kernel.assign([[2.0]])
    dense.bias.assign([-1.0])
    model.compile(
        keras.optimizers.SGD(0.0),
        keras.losses.BinaryCrossentropy(from_logits=True),
        metrics=[above_zero()],
        run_eagerly=True,
    )
    return model


def accuracies(rate, rows=ROWS):
    """As logged by fit, and by evaluate on the same rows of ones with label one."""
    model = behind_dropout(rate)
    for layer in model.layers[:-1]:
        layer.seed_generator.state.assign([random.getrandbits(30), 0])
    x = np.ones((rows, 1), "float32")
    log = model.fit(x, x, batch_size=rows, verbose=0).history["binary_accuracy"]
    return log[0], model.evaluate(x, x, batch_size=rows, verbose=0)[1]


@training_accuracy_is_the_models.holds_when(
    "training and inference compute the same, and the weights do not change"
)
def test_without_dropout_both_accuracies_are_one():
    """Without dropout and with a learning rate of 0 fit logs what evaluate finds."""
    logged_by_fit, evaluated = accuracies(0.0)

    judge.equal([logged_by_fit, evaluated], [1.0, 1.0], what="accuracies")


@training_accuracy_is_the_models.fails_throughout(
    "the weights still change within the epoch"
)
def test_weights_that_change_lower_the_logged_accuracy():
    """A model that is wrong in its first batch, and learns from it: 1 of 2 is right."""
    dense = keras.layers.Dense(1, kernel_initializer="zeros")
    model = keras.Sequential([keras.Input((1,)), dense])
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    metric = above_zero()
    model.compile(keras.optimizers.SGD(1.0), loss, metrics=[metric], run_eagerly=True)
    ones = np.ones((2, 1), "float32")

    logged = model.fit(ones, ones, batch_size=1, verbose=0).history["binary_accuracy"]
    evaluated = model.evaluate(ones, ones, verbose=0)[1]

    judge.equal([logged[0], evaluated], [0.5, 1.0], what="by fit, by evaluate")


@training_accuracy_is_the_models.fails_throughout(
    "the model has dropout, which is on while the accuracy is counted"
)
def test_dropout_lowers_the_logged_accuracy_of_a_perfect_model():
    """evaluate and validation find all right, fit those whose input was kept: half."""
    logged_by_fit, evaluated = accuracies(0.5, rows=4_096)

    right = round(logged_by_fit * 4_096)
    judge.proportion(right, of=4_096, claimed=0.5, resolves=0.1, what="by fit")
    judge.equal(evaluated, 1.0, what="by evaluate")
    ones = np.ones((ROWS, 1), "float32")
    data = {"validation_data": (ones, ones), "batch_size": ROWS, "verbose": 0}
    log = behind_dropout(0.5).fit(ones, ones, **data).history
    judge.equal(log["val_binary_accuracy"], [1.0], what="for validation")
