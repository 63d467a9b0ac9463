"""MC dropout: many passes in training mode, against the exact law over all masks."""

import itertools

import keras
import numpy as np
import torch

from claims.common.dropout_layers import dropout
from claims.common.strategies import dropout_rates, seeds
from claims.documents import lab
from claims.dropout import faults as dropout_faults
from claims.training_flag import faults
from harness import QUALIFIED, UPHELD, as_array, claim, given, judge, shared

PASSES = 16_384
UNITS = 4


def separating_kernel():
    """Weights (4, 2) under which the 16 masks give 16 clearly distinct outputs."""
    powers = 0.2 * 2.0 ** np.random.permutation(UNITS)
    return np.stack([powers, np.zeros(UNITS)], axis=1).astype("float32")


def softmax(logits):
    """Row-wise softmax in float64."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


class ExactLaw:
    """The law of the softmax output after Dropout: all 2**4 masks enumerated."""

    def __init__(self, kernel, rate):
        masks = np.array(list(itertools.product([0, 1], repeat=UNITS)), "float64")
        kept = masks.sum(axis=1)
        self.weights = (1 - rate) ** kept * rate ** (UNITS - kept)
        self.outputs = softmax(masks / (1 - rate) @ kernel.astype("float64"))

    def nearest(self, samples):
        """Index of the mask whose output is nearest to each sample."""
        return np.abs(samples[:, None] - self.outputs[:, 0]).argmin(axis=1)

    def cdf(self, indices):
        """P(index of the mask <= value)."""
        below = np.arange(2**UNITS) <= np.asarray(indices)[:, None]
        return below @ self.weights

    def moment(self, power):
        """E[first output ** power]."""
        return float(self.weights @ self.outputs[:, 0] ** power)


def judge_against(law, samples):
    """First and second moment, values and whole law of samples of the first output.

    Logits are at most 7.5, so that their 10 roundings move an output by less than
    200 roundings of its own; distinct outputs are 3e-4 apart.
    """
    for power, name in ((1, "mean"), (2, "mean square")):
        judge.mean(
            samples**power,
            claimed=law.moment(power),
            low=0,
            high=1,
            resolves=0.06,
            what=name,
        )
    index = law.nearest(samples)
    judge.close(samples, law.outputs[index, 0], operations=200, what="outputs")
    judge.law(index, law.cdf, resolves=0.06)


mean_and_variance = claim(
    "mc-dropout.mean-and-variance",
    says="Predictions with training=True at inference have the mean and variance that "
    "dropout gives the softmax output.",
    sources=[lab[46]],
    verdict=QUALIFIED,
    why="With training=True batch normalization uses the batch that it gets and "
    "updates its moving statistics, so the passes change what the trained model "
    "predicts.",
    explained_by=[
        "keras.src.layers.regularization.dropout:Dropout.call",
        "keras.src.layers.normalization.batch_normalization:BatchNormalization.call",
    ],
    faults=[
        faults.norm_ignores_training,
        dropout_faults.one_mask_per_batch,
        dropout_faults.keep_and_drop_swapped,
        dropout_faults.without_rescaling,
    ],
)


@mean_and_variance.holds_when("dropout is the only layer that reads the flag")
@given(rate=dropout_rates(0.2, 0.6), seed=seeds())
def test_the_passes_follow_the_law_over_all_masks(rate, seed):
    """Mean, mean square and law of 16384 passes are those of the enumeration."""
    kernel = separating_kernel()
    ones = np.ones((PASSES, UNITS), "float32")

    dropped = as_array(dropout(rate)(ones, training=True))

    probabilities = as_array(keras.ops.softmax(dropped @ kernel))
    judge_against(ExactLaw(kernel, rate), probabilities[:, 0])


@mean_and_variance.holds_when("dropout is the only layer that reads the flag")
def test_a_hundred_passes_have_a_hundred_masks():
    """No two of a hundred calls drop the same of 64 units: a chance of 4950 / 2**64."""
    layer, ones = dropout(0.5), np.ones((1, 64), "float32")

    masks = {as_array(layer(ones, training=True)).tobytes() for _ in range(100)}

    judge.equal(len(masks), 100, what="masks", chance=4_950 * 2.0**-64)


@shared
def new_norm():
    """BatchNormalization of two features as Keras makes it."""
    norm = keras.layers.BatchNormalization()
    norm.build((None, 2))
    return norm


@mean_and_variance.fails_throughout(
    "the model has batch normalization, like the model of the next section"
)
@given(rate=dropout_rates(0.2, 0.6), seed=seeds())
def test_the_passes_change_a_model_with_batch_norm(rate, seed):
    """One pass moves the moving mean by a hundredth of the way to the batch's.

    That is 0.08 or more. A batch that is all dropped has no variance: the moving one
    shrinks, and gives back up to 6 (0.991 ** -0.5 - 1.001 ** -0.5) = 0.031.
    """
    norm = new_norm()
    x = np.random.uniform(4, 6, (8, 2)).astype("float32")
    before = as_array(norm(x)).copy()

    norm(dropout(rate)(x, training=True) + 8.0, training=True)

    judge.apart(norm(x), before, by=0.08 - 0.031, what="inference before and after")


as_in_torch = claim(
    "mc-dropout.as-in-torch",
    says="MC dropout in Keras is the same procedure as in PyTorch.",
    sources=[lab[46]],
    verdict=UPHELD,
    explained_by=[
        "torch.nn.modules.dropout:Dropout.forward",
        "keras.src.layers.regularization.dropout:Dropout.call",
    ],
    faults=[
        faults.torch_dropout_unscaled,
        faults.torch_starts_in_eval_mode,
        dropout_faults.without_rescaling,
        dropout_faults.always_active,
    ],
)


@as_in_torch.as_worded
@given(rate=dropout_rates(0.2, 0.6), seed=seeds())
def test_torch_passes_follow_the_same_law(rate, seed):
    """torch in train() and Keras with training=True have the law over all masks."""
    kernel = separating_kernel()
    law, ones = ExactLaw(kernel, rate), np.ones((PASSES, UNITS), "float32")
    layer, module = dropout(rate), torch.nn.Dropout(rate)

    ours = as_array(layer(ones, training=True)) @ kernel
    halves = torch.from_numpy(ones).chunk(2)  # two passes of half of the rows
    peers = np.concatenate([module(half).numpy() for half in halves]) @ kernel

    judge_against(law, softmax(ours)[:, 0])
    judge_against(law, softmax(peers)[:, 0])
    judge.equal(layer(ones[:2]), module.eval()(torch.from_numpy(ones[:2])), what="eval")
