"""Where dropout stands: before or after a batch normalization, and in which blocks."""

import keras
import numpy as np

from claims.batchnorm import faults as norm_faults
from claims.common.dropout_layers import batchnorm, dropout
from claims.common.strategies import dropout_rates, seeds
from claims.documents import day7, notebook
from claims.documents.notebook_figures import NETWORK
from claims.dropout import faults
from harness import QUALIFIED, UPHELD, as_array, claim, given, judge, shared
from harness.running.faults import figure

KERNEL = "keras.src.backend:random.dropout"
NORM = "keras.src.layers.normalization.batch_normalization:BatchNormalization.call"

shifts_variance_before_batchnorm = claim(
    "dropout.shifts-variance-before-batchnorm",
    says="Dropout right before BatchNorm leaves moving statistics, collected in "
    "training, that do not fit the variance seen at test time.",
    sources=[day7[67]],
    verdict=UPHELD,
    why="For inputs of mean m the variance in training is E[x^2] / (1 - p) - m^2; for "
    "centered inputs that is 1 / (1 - p) times the variance at inference.",
    explained_by=[KERNEL, NORM],
    faults=[faults.rescaled_by_root, faults.no_dropout_at_all, faults.always_active],
)


@shifts_variance_before_batchnorm.as_worded
@given(rate=dropout_rates(0.25, 0.6), seed=seeds())
def test_the_moving_variance_exceeds_that_of_inference(rate, seed):
    """For inputs of +1 and -1 the moving variance is 1 / (1 - rate), at test time 1."""
    signs = np.tile([[1.0], [-1.0]], (4_096, 1)).astype("float32")
    layer, norm = dropout(rate), batchnorm(1, 0.0)

    y = as_array(layer(signs, training=True))
    norm(y, training=True)

    high = 1 / (1 - rate) ** 2
    judge.mean(y**2, claimed=1 / (1 - rate), low=0, high=high, resolves=0.12 * high)
    expected = np.var(y.astype("float64"), axis=0)
    n = {"operations": 2 * signs.size, "magnitude": np.mean(y**2), "oracle": "NumPy"}
    judge.close(norm.moving_variance, expected, what="moving variance", **n)
    judge.equal(np.var(as_array(layer(signs, training=False))), 1, what="test time")


behind_the_pair_avoids_the_shift = claim(
    "dropout.behind-the-pair-avoids-the-shift",
    says="Dropout placed after the pair of BatchNorm and activation, or in the head, "
    "leaves the moving statistics right.",
    sources=[day7[67]],
    verdict=QUALIFIED,
    why="What counts is whether a BatchNorm follows. In the lesson a BatchNorm "
    "follows each block's dropout, after a convolution or a dense layer. The 1 x 1 "
    "convolution of the check passes the larger variance on.",
    explained_by=[KERNEL, NORM],
    faults=[
        faults.rescaled_by_root,
        faults.no_dropout_at_all,
        faults.always_active,
        norm_faults.unbiased_variance,
    ],
)
ROWS = 2**15


@behind_the_pair_avoids_the_shift.holds_when(
    "no BatchNorm follows that dropout, as at the end of a network"
)
@given(rate=dropout_rates(0.25, 0.6), seed=seeds())
def test_the_norm_before_the_dropout_has_the_variance_of_inference(rate, seed):
    """In BatchNorm, ReLU, dropout the moving variance is that of the norm's input."""
    x = np.random.normal(size=(64, 1)).astype("float32")
    norm = batchnorm(1, 0.0)

    dropout(rate)(keras.ops.relu(norm(x, training=True)), training=True)

    expected = np.var(x.astype("float64"), axis=0)
    n = {"operations": 2 * x.size, "magnitude": np.mean(x**2), "oracle": "NumPy"}
    judge.close(norm.moving_variance, expected, what="moving variance", **n)


@shared
def convolution():
    """A 1 x 1 convolution that leaves one channel as it is."""
    layer = keras.layers.Conv2D(1, 1, use_bias=False, kernel_initializer="ones")
    layer.build((None, 1, 1, 1))
    return layer


@behind_the_pair_avoids_the_shift.fails_throughout(
    "another block with BatchNorm follows, as in the lesson"
)
@given(rate=dropout_rates(0.25, 0.6), seed=seeds())
def test_the_norm_of_the_next_block_has_another_variance(rate, seed):
    """After ReLU outputs of 0 and 2 it is 2 / (1 - rate) - 1, at test time 1."""
    active = np.tile([0.0, 2.0], ROWS // 2).reshape(-1, 1, 1, 1).astype("float32")
    layer, norm = dropout(rate), batchnorm(1, 0.0)

    y = as_array(convolution()(layer(active, training=True))).reshape(-1, 1)
    norm(y, training=True)

    high = 4 / (1 - rate) ** 2
    judge.mean(
        y**2,
        claimed=2 / (1 - rate),
        low=0,
        high=high,
        resolves=0.05 * high,
        what="mean square in training, 2 at test time",
    )
    expected = np.var(y.astype("float64"))
    n = {"operations": 2 * ROWS, "magnitude": np.mean(y**2), "oracle": "NumPy"}
    judge.close(norm.moving_variance, [expected], what="moving variance", **n)
    judge.equal(np.var(as_array(layer(active, training=False))), 1, what="test time")


after_pooling_in_the_block = claim(
    "dropout.after-pooling-in-the-block",
    says="In the three-block network dropout of 0.25 stands after each pooling layer "
    "and 0.5 in the dense head.",
    sources=[notebook[173:175], notebook[186], notebook[202], notebook[208]],
    verdict=UPHELD,
    faults=[figure(NETWORK, "rates after pooling", [[0.26] * 3, [0.5]])],
)


@after_pooling_in_the_block.as_worded
def test_prose_and_code_name_the_same_rates():
    """The rates in the prose are those of the code, block by block."""
    prose = [rate for part in NETWORK["rates after pooling"] for rate in part]

    judge.equal(
        NETWORK["rates in the code"], prose, oracle="the document's own figures"
    )
