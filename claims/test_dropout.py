"""Dropout: what is dropped, what is rescaled, and when."""

import keras
import numpy as np
from hypothesis import strategies as st

from claims.documents import article, day7, tutorial
from harness import UPHELD, claim, given, judge
from harness.faults import argument, output_times

CALL = "keras.src.layers.regularization.dropout:Dropout.call"

scaling = claim(
    "dropout.inverted-scaling",
    says="Survivors are divided by the keep probability 1 - p.",
    sources=[day7[64]],
    verdict=UPHELD,
    faults=[output_times(CALL, 1.04)],
)


@scaling.as_worded
@given(rate=st.floats(0.05, 0.95))
def test_survivors_are_divided_by_the_keep_probability(rate):
    """A unit is either zero or 1 / (1 - rate) times its input."""
    x = np.ones(65_536, "float32")

    y = np.asarray(keras.layers.Dropout(rate)(x, training=True))

    judge.proportion(np.sum(y == 0), of=y.size, claimed=rate, resolves=0.025)
    judge.close(y[y != 0], 1 / (1 - rate), operations=3)
