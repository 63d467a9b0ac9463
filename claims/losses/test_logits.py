"""Cross-entropies: probabilities unless told otherwise, with NumPy as the oracle."""

import keras
import numpy as np
import torch

from claims.common.strategies import seeds
from claims.losses import faults
from harness import UPHELD, as_array, claim, given, judge, public

ROWS, CLASSES = 5, 4
KERAS = "keras.src.losses.losses"


def drawn(seed):
    """Logits (5, 4) in float32, about 1 to 4 in each row, and labels (5,)."""
    rng = np.random.default_rng(seed)
    steps = rng.permuted(np.tile(np.arange(1.0, 5.0), (ROWS, 1)), axis=1)
    logits = steps + rng.uniform(0, 0.1, steps.shape)
    return logits.astype("float32"), rng.integers(CLASSES, size=ROWS)


def softmax(logits):
    """In float64."""
    raised = np.exp(logits.astype("float64"))
    return raised / raised.sum(axis=1, keepdims=True)


def cross_entropy(probabilities, labels):
    """Mean over the rows of minus the logarithm of the label's probability."""
    return float(-np.log(probabilities[np.arange(ROWS), labels]).mean())


probabilities_unless_told = claim(
    "losses.probabilities-unless-told",
    says="A cross-entropy of Keras takes what it gets for probabilities: logits need "
    "from_logits=True, and a second softmax gives other ones.",
    sources=[
        public(
            "https://keras.io/api/losses/probabilistic_losses/",
            "from_logits says whether predictions are logits; by default they are "
            "taken for probabilities",
        )
    ],
    verdict=UPHELD,
    why="from_logits is False by default, and the logarithm of the outputs is taken. "
    "The softmax of a softmax is flatter.",
    explained_by=f"{KERAS}:SparseCategoricalCrossentropy",
    faults=[faults.logits_by_default, faults.cross_entropy_2_percent_high],
)


def is_close(found, expected):
    """But for rounding: that of a probability is absolute in its logarithm."""
    judge.close(
        float(as_array(found)),
        expected,
        operations=8 * CLASSES,
        magnitude=1 + expected,
        oracle="NumPy",
    )


@probabilities_unless_told.as_worded
@given(seed=seeds())
def test_each_kind_of_output_has_its_flag(seed):
    """The cross-entropy of the softmax, from both."""
    logits, labels = drawn(seed)
    expected = cross_entropy(softmax(logits), labels)
    loss = keras.losses.SparseCategoricalCrossentropy
    is_close(loss(from_logits=True)(labels, logits), expected)
    is_close(loss()(labels, softmax(logits).astype("float32")), expected)


@probabilities_unless_told.as_worded
@given(seed=seeds())
def test_logits_and_a_second_softmax_give_another_loss(seed):
    """For rows whose largest logit, of about 1 to 4, is the label's."""
    logits, _ = drawn(seed)
    labels = logits.argmax(axis=1)
    expected = cross_entropy(softmax(logits), labels)
    loss, activation = (
        keras.losses.SparseCategoricalCrossentropy(),
        keras.layers.Softmax(),
    )
    judge.apart(float(as_array(loss(labels, logits))), expected, by=0.1)
    twice = as_array(loss(labels, activation(activation(logits))))
    is_close(twice, cross_entropy(softmax(softmax(logits)), labels))
    judge.at_least(float(twice), expected + 0.1)


torch_cross_entropy_takes_logits = claim(
    "losses.torch-cross-entropy-takes-logits",
    says="torch.nn.CrossEntropyLoss takes logits: a softmax before it is applied "
    "twice.",
    sources=[
        public(
            "https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html",
            "The input holds unnormalized logits for each class",
        )
    ],
    verdict=UPHELD,
    why="The loss is log_softmax followed by the negative log-likelihood; over "
    "probabilities it is the softmax of a softmax.",
    explained_by="torch.nn.functional:cross_entropy",
    faults=[faults.torch_takes_probabilities, faults.torch_loss_2_percent_high],
)


@torch_cross_entropy_takes_logits.as_worded
@given(seed=seeds())
def test_torch_applies_a_softmax(seed):
    """To logits, and to probabilities once more."""
    logits, labels = drawn(seed)
    for outputs in (logits, softmax(logits).astype("float32")):
        found = torch.nn.CrossEntropyLoss()(
            torch.from_numpy(outputs), torch.from_numpy(labels)
        )
        is_close(found, cross_entropy(softmax(outputs), labels))
