"""Label smoothing: which losses take it, and what it does to the logits."""

import functools

import keras
import numpy as np
import torch
from hypothesis import strategies as st
from scipy.special import log_softmax

from claims.common.strategies import seeds
from claims.common.traced import traced
from claims.documents import lab
from claims.label_smoothing import faults
from harness import (
    QUALIFIED,
    REFUTED,
    UPHELD,
    as_array,
    claim,
    example,
    given,
    gradients,
    judge,
)

CLASSES = st.sampled_from([2, 3, 10])


def smoothings():
    return st.integers(1, 60).map(lambda k: k / 100)


def batch(classes, rows=4):
    """Random logits and labels, float32 and int64."""
    logits = np.random.normal(scale=2, size=(rows, classes)).astype("float32")
    return logits, np.random.randint(classes, size=rows)


def smoothed_loss(logits, labels, smoothing):
    """Mean cross-entropy with (1 - e) one_hot + e / K as targets, in NumPy."""
    classes = logits.shape[1]
    targets = (1 - smoothing) * np.eye(classes)[labels] + smoothing / classes
    log = log_softmax(logits.astype("float64"), axis=1)
    return -np.mean(np.sum(targets * log, axis=1))


def of_keras(logits, labels, smoothing):
    """CategoricalCrossentropy(label_smoothing) on one-hot labels."""
    loss = keras.losses.CategoricalCrossentropy(True, label_smoothing=smoothing)
    return loss(np.eye(logits.shape[1], dtype="float32")[labels], logits)


sparse_takes_argument = claim(
    "label-smoothing.sparse-takes-argument",
    says="SparseCategoricalCrossentropy(label_smoothing=0.1) smooths the labels.",
    sources=[lab[6], lab[21:22], lab[56]],
    verdict=REFUTED,
    severity="lesson",
    instead="`CategoricalCrossentropy(label_smoothing=0.1)`, with one-hot labels, "
    "applies smoothing automatically; the sparse loss has no such argument.",
    why="The sparse loss raises a TypeError in Keras 3; CategoricalCrossentropy has "
    "the argument.",
    explained_by="keras.src.losses.losses:SparseCategoricalCrossentropy.__init__",
    faults=[
        faults.sparse_loss_smooths,
        faults.smoothing_is_ignored,
        faults.smoothing_5_percent_high,
    ],
    differs_on={
        "keras>=3.16": (
            UPHELD,
            "SparseCategoricalCrossentropy.__init__ has the argument label_smoothing "
            "(losses/losses.py, Keras 3.16)",
        ),
    },
)


@sparse_takes_argument.as_worded
@given(smoothing=smoothings(), classes=CLASSES)
@example(smoothing=0.1, classes=10)
def test_the_sparse_loss_smooths(smoothing, classes):
    """The sparse loss takes the argument and has the value of the smoothed loss."""
    logits, labels = batch(classes)

    loss = judge.runs(
        lambda: keras.losses.SparseCategoricalCrossentropy(
            from_logits=True, label_smoothing=smoothing
        )
    )
    expected = smoothed_loss(logits, labels, smoothing)
    judge.close(loss(labels, logits), expected, operations=99, magnitude=20)


@sparse_takes_argument.instead
@given(smoothing=smoothings(), classes=CLASSES, seed=seeds())
@example(smoothing=0.1, classes=10, seed=0)
def test_the_categorical_loss_smooths(smoothing, classes, seed):
    """With one-hot labels the loss is that of (1 - e) one_hot + e / K."""
    loss = keras.losses.CategoricalCrossentropy(True, label_smoothing=smoothing)
    for _ in range(3):
        logits, labels = batch(classes)

        expected = smoothed_loss(logits, labels, smoothing)
        for dtype in ("float32", "int64"):
            found = loss(np.eye(classes, dtype=dtype)[labels], logits)
            judge.close(found, expected, operations=99, magnitude=20, what=dtype)


@sparse_takes_argument.instead
def test_the_categorical_loss_smooths_in_a_compiled_training():
    """The same where the loss is compiled, as in fit."""
    (logits, labels), loss = batch(5), keras.losses.CategoricalCrossentropy(True, 0.2)

    found = traced(loss)(*map(keras.ops.convert_to_tensor, (one_hot(labels), logits)))

    expected = smoothed_loss(logits, labels, 0.2)
    judge.close(found, expected, operations=99, magnitude=20, what="loss")


def one_hot(labels):
    return np.eye(5, dtype="float32")[labels]


@sparse_takes_argument.instead
def test_the_categorical_loss_smooths_sequences():
    """In (batch, steps, classes) each time step gets the e / K of the classes."""
    logits, labels = batch(5, rows=6)
    loss = keras.losses.CategoricalCrossentropy(True, label_smoothing=0.2)

    found = loss(one_hot(labels).reshape(2, 3, 5), logits.reshape(2, 3, 5))

    expected = smoothed_loss(logits, labels, 0.2)
    judge.close(found, expected, operations=99, magnitude=20, what="loss")


@sparse_takes_argument.instead
def test_the_sparse_loss_refuses_the_argument():
    """label_smoothing is an unknown argument of the sparse loss."""
    loss = keras.losses.SparseCategoricalCrossentropy
    judge.raises(TypeError, lambda: loss(from_logits=True, label_smoothing=0.1))


torch_ce_argument = claim(
    "label-smoothing.torch-ce-argument",
    says="PyTorch's CrossEntropyLoss takes label_smoothing.",
    sources=[lab[21]],
    verdict=UPHELD,
    why="It smooths as Keras' CategoricalCrossentropy does: each class gets e / K.",
    explained_by="torch.nn:CrossEntropyLoss",
    faults=[
        faults.torch_smoothing_5_percent_high,
        faults.smoothing_over_the_other_classes,
    ],
)


@torch_ce_argument.as_worded
@given(smoothing=smoothings(), classes=CLASSES, seed=seeds())
@example(smoothing=0.1, classes=10, seed=0)
def test_the_loss_of_torch_smooths_as_that_of_keras(smoothing, classes, seed):
    """torch takes integer labels, and agrees with NumPy and with Keras."""
    logits, labels = batch(classes)

    loss = torch.nn.CrossEntropyLoss(label_smoothing=smoothing)
    found = loss(torch.tensor(logits), torch.tensor(labels))

    expected = smoothed_loss(logits, labels, smoothing)
    rounding = {"operations": 99, "magnitude": 20}
    judge.close(found, expected, what="torch", **rounding)
    judge.close(of_keras(logits, labels, smoothing), expected, **rounding)


@torch_ce_argument.as_worded
@given(smoothing=smoothings(), classes=CLASSES, seed=seeds())
def test_the_loss_of_torch_smooths_probabilities_too(smoothing, classes, seed):
    """One-hot targets are those of the integer labels."""
    logits, labels = batch(classes)
    targets = np.eye(classes, dtype="float32")[labels]

    loss = torch.nn.CrossEntropyLoss(label_smoothing=smoothing)
    found = loss(torch.tensor(logits), torch.tensor(targets))

    expected = smoothed_loss(logits, labels, smoothing)
    judge.close(found, expected, what="torch", operations=99, magnitude=20)


logit_gap_bounded = claim(
    "label-smoothing.logit-gap-bounded",
    says="With smoothing the trained gap between true and other logits is bounded, at "
    "the theoretical value.",
    sources=[lab[56]],
    verdict=QUALIFIED,
    why="The loss is smallest at a gap of ln(1 + K (1 - e) / e): 4.51 for e = 0.1 and "
    "10 classes. That gap is no bound: where inputs share weights, the longer one's "
    "gap goes beyond it.",
    explained_by="keras.src.losses.losses:CategoricalCrossentropy",
    faults=[
        faults.smoothing_is_ignored,
        faults.smoothing_over_the_other_classes,
        faults.smoothing_5_percent_high,
    ],
)


@logit_gap_bounded.holds_when(
    "the model can give each example the gap that is best for it"
)
@given(smoothing=smoothings(), classes=CLASSES, seed=seeds())
@example(smoothing=0.1, classes=10, seed=0)
def test_the_best_gap_is_the_logarithm_of_the_odds(smoothing, classes, seed):
    """At that gap the loss is flat; a wider gap is pulled back, a narrower one out."""
    share = smoothing / classes
    best = np.log((1 - smoothing + share) / share)

    at, wider, narrower = gradients_at(
        best + np.array([0, 0.5, -0.5]), classes, smoothing
    )
    judge.close(at, 0, operations=99, magnitude=1, what="at the gap")
    judge.at_least(wider, 0.1 * share, what="wider")
    judge.at_most(narrower, -0.1 * share, what="narrower")


@logit_gap_bounded.fails_throughout(
    "inputs of different lengths share one set of weights"
)
@given(smoothing=smoothings(), classes=CLASSES, times=st.integers(2, 5))
@example(smoothing=0.1, classes=10, times=3)
def test_the_longer_input_is_pushed_past_the_bound(smoothing, classes, times):
    """Two inputs of one class, the other `times` as long, and one weight for both.

    Where the longer one's gap reaches the bound, the loss still falls with the weight.
    """
    share = smoothing / classes
    best = np.log((1 - smoothing + share) / share)
    lengths = np.array([1, times]) / times

    found = gradients_at(best * lengths, classes, smoothing)

    short = 1 / (1 + (classes - 1) * np.exp(-best / times))
    expected = (short - (1 - smoothing + share)) / times
    n = {"operations": 99, "magnitude": 1, "oracle": "NumPy"}
    judge.close(np.sum(found * lengths), expected, what="gradient at the bound", **n)
    judge.at_most(np.sum(found * lengths), 0.9 * expected, what="gradient at the bound")


def gradients_at(widths, classes, smoothing):
    """d loss / d true logit, where it is `width` above all others, for each width."""
    logits, labels = logits_of(len(widths), classes), np.zeros(len(widths), int)
    logits.assign(widths[:, None] * np.eye(1, classes))
    (found,) = gradients(lambda: of_keras(logits, labels, smoothing), [logits])
    return as_array(found)[:, 0] * len(widths)


@functools.cache
def logits_of(rows, classes):
    """A variable for logits."""
    return keras.Variable(np.zeros((rows, classes), "float32"))
