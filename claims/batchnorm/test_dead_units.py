"""Units that batch normalization keeps alive, and those that it does not."""

import keras
import numpy as np
from hypothesis import strategies as st

from claims.batchnorm import faults
from claims.common.strategies import seeds
from claims.documents import day7
from harness import (
    QUALIFIED,
    as_array,
    claim,
    example,
    given,
    gradients,
    judge,
    shared,
)

NORM = "keras.src.layers.normalization.batch_normalization:BatchNormalization"
UNITS = 3

keeps_relu_from_dying = claim(
    "batchnorm.keeps-relu-from-dying",
    says="Normalized inputs keep a ReLU from dying.",
    sources=[day7[63]],
    verdict=QUALIFIED,
    why="A new BatchNorm gives each unit that varies in the batch a positive value. "
    "With a learned beta below -gamma times the largest normalized value (about 4 for "
    "10,000 normal ones), outputs and gradients are 0.",
    explained_by=[f"{NORM}.build", f"{NORM}.call"],
    faults=[
        faults.mean_not_subtracted_fully,
        faults.moving_by_default,
        faults.beta_ignored,
        faults.beta_starts_at_one,
    ],
)


@shared
def new_norm():
    """A new BatchNormalization for three units."""
    norm = keras.layers.BatchNormalization()
    norm.build((None, UNITS))
    return norm


def relu_behind(norm, x):
    """What a ReLU makes of the normalized batch."""
    return keras.ops.relu(norm(x, training=True))


offsets = st.integers(-200, 200).map(float)


@keeps_relu_from_dying.holds_when("scale and shift have their initial values")
@given(offset=offsets, rows=st.integers(2, 32), seed=seeds())
@example(offset=-200.0, rows=32, seed=0)
def test_each_unit_is_alive_for_some_row_and_not_for_all(offset, rows, seed):
    """For inputs of any offset each unit puts out a zero and something positive."""
    x = np.random.normal(offset, 1, (rows, UNITS)).astype("float32")

    alive = as_array(relu_behind(new_norm(), x)) > 0

    judge.true(alive.any(axis=0), what="alive", oracle="a value above its mean")
    judge.false(alive.all(axis=0), what="positive for all rows")


def largest_normalized(x):
    """Of each unit, as NumPy normalizes in double precision, without epsilon."""
    x = x.astype("float64")
    return np.max((x - x.mean(axis=0)) / x.std(axis=0), axis=0)


@keeps_relu_from_dying.fails_throughout(
    "the learned shift is so negative that no normalized value makes up for it"
)
@given(offset=offsets, rows=st.integers(2, 32), seed=seeds())
def test_a_unit_with_a_low_shift_is_dead_and_has_no_gradient(offset, rows, seed):
    """All outputs are 0, and so are the gradients of their sum."""
    norm, scale = new_norm(), np.random.uniform(0.5, 2, UNITS).astype("float32")
    norm.gamma.assign(scale)
    x = np.random.normal(offset, 1, (rows, UNITS)).astype("float32")
    norm.beta.assign(-1.01 * scale * largest_normalized(x) - 0.01)

    found = gradients(
        lambda: keras.ops.sum(relu_behind(norm, x)), norm.trainable_variables
    )

    judge.equal(relu_behind(norm, x), np.zeros_like(x), what="outputs")
    for name, gradient in zip(("gamma", "beta"), found):
        judge.equal(gradient, np.zeros(UNITS), what=f"gradient of {name}")
