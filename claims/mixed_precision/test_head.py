"""The last layer in float32, and what softmax and cross-entropy lose in float16."""

import keras
import numpy as np
from hypothesis import strategies as st

from claims.common.policies import policy
from claims.common.strategies import seeds
from claims.documents import day7
from claims.mixed_precision import faults
from harness import REFUTED, UPHELD, claim, given, judge, shared

float32_head = claim(
    "mixed-precision.float32-head",
    says="Dense(10, dtype='float32') computes and emits its logits in float32.",
    sources=[day7[121], day7[139], day7[231]],
    verdict=UPHELD,
    explained_by="keras.src.layers.layer:Layer.__init__",
    faults=[faults.layers_ignore_their_own_dtype],
)


@shared
def with_head(units):
    """A float16 layer that does nothing, then a float32 head."""
    with policy("mixed_float16"):
        body = keras.layers.Activation("linear")
        last = keras.layers.Dense(units, dtype="float32")
    return keras.Sequential([keras.Input((4,)), body, last])


@float32_head.as_worded
@given(units=st.sampled_from((1, 10)), seed=seeds())
def test_a_float32_head_behind_float16_layers(units, seed):
    """After a float16 layer the head's output is x W in float32 precision."""
    x = np.random.uniform(1, 2, (2, 4)).astype("float32")
    kernel = np.random.normal(size=(4, units)).astype("float32")
    model = with_head(units)
    model.layers[-1].kernel.assign(kernel)

    logits = model(x)

    judge.equal(keras.backend.standardize_dtype(logits.dtype), "float32", what="dtype")
    wide, kernel = x.astype("float16").astype("float64"), kernel.astype("float64")
    size = np.abs(wide) @ np.abs(kernel)
    judge.close(logits, wide @ kernel, operations=8, magnitude=size, oracle="NumPy")


float16_softmax_loses_precision = claim(
    "mixed-precision.float16-softmax-loses-precision",
    says="Softmax and cross-entropy in float16 lose precision where it matters.",
    sources=[day7[120]],
    verdict=UPHELD,
    why="In float16 a probability below 6e-5 is subnormal: the numbers there are 6e-8 "
    "apart.",
    explained_by="keras.src.losses.losses:categorical_crossentropy",
    faults=[faults.float16_softmax_is_exact],
    differs_on={
        "keras<3": (
            REFUTED,
            "backend._get_logits takes the logits that softmax left on its output, "
            "so that no probability is rounded (backend.py, Keras 2)",
        ),
    },
)


@shared
def softmax(dtype):
    return keras.layers.Softmax(dtype=dtype)


@shared
def cross_entropy():
    return keras.losses.CategoricalCrossentropy(reduction="none")


def losses_of_wrong_answers(dtype, gaps):
    """The cross-entropy of a wrong answer for each logit gap, and its exact value."""
    logits = np.stack([np.zeros_like(gaps), gaps], axis=1)
    target = np.tile([[1.0, 0.0]], (len(gaps), 1)).astype("float32")
    loss = cross_entropy()(target, softmax(dtype)(logits))
    return loss, np.logaddexp(0, gaps.astype("float64"))


@float16_softmax_loses_precision.as_worded
@given(start=st.integers(0, 1_000).map(lambda k: 10 + k / 1_000))
def test_the_loss_of_a_wrong_answer_is_coarse_in_float16(start):
    """Over gaps of 10 to 15 float32 is right to 32 roundings, float16 off by 0.005."""
    gaps = np.linspace(start, start + 4, 256, dtype="float32")

    loss, exact = losses_of_wrong_answers("float32", gaps)
    judge.close(loss, exact, operations=32, magnitude=16, what="float32")
    loss, exact = losses_of_wrong_answers("mixed_float16", gaps)
    judge.apart(loss, exact, by=0.005, what="float16")
