"""Penalties on what layers put out: by how much they are divided."""

import keras
import numpy as np
from hypothesis import strategies as st

from claims.common.strategies import seeds
from claims.common.traced import traced
from claims.penalties import faults
from harness import REFUTED, UPHELD, claim, given, judge, public

CALL = "keras.src.layers.layer:Layer.__call__"
REPORTED = public(
    "https://github.com/keras-team/keras/issues/22018",
    "A printed penalty that is not divided by the batch size",
)
MENDED = public(
    "https://github.com/keras-team/keras/pull/22021",
    "The activity penalty is to be divided by the batch size, so that its strength is "
    "the same for all of them",
)

activity_grows_with_the_batch = claim(
    "penalties.activity-grows-with-the-batch",
    says="The activity penalty is not divided by the batch size: the guide's example "
    "of five rows adds up to 25.25.",
    sources=[REPORTED],
    verdict=REFUTED,
    severity="number",
    instead="The activity penalty is divided by the batch size: the guide's five rows "
    "add up to 5.25, of which 0.25 is the kernel's.",
    why="Each of the five rows has five outputs of 10. The sum of their squares times "
    "0.01 is 25; divided by five rows it is 5.",
    explained_by=CALL,
    faults=[faults.activity_not_divided, faults.activity_divided_by_5_percent_less],
    differs_on={
        "keras>=3,<3.14": (
            UPHELD,
            "Layer.__call__ adds the activity penalty undivided (layers/layer.py, "
            "Keras 3.0 to 3.13)",
        ),
    },
)


def guides_example():
    """Kernel and activity penalty of the guide's layer, for five rows of twos."""
    layer = keras.layers.Dense(
        5,
        kernel_initializer="ones",
        kernel_regularizer=keras.regularizers.L1(0.01),
        activity_regularizer=keras.regularizers.L2(0.01),
    )
    layer(2 * np.ones((5, 5), "float32"))
    return sum(float(loss) for loss in layer.losses)


@activity_grows_with_the_batch.as_worded
def test_the_example_adds_up_to_25():
    """0.25 of the kernel, and 25 of the outputs."""
    judge.close(guides_example(), 25.25, operations=99, what="sum")


@activity_grows_with_the_batch.instead
def test_the_example_adds_up_to_5():
    """0.25 of the kernel, and 25 / 5 of the outputs."""
    judge.close(guides_example(), 5.25, operations=99, what="sum")


activity_divided_by_the_batch = claim(
    "penalties.activity-divided-by-the-batch",
    says="The activity penalty is divided by the batch size, so that its strength does "
    "not change with it.",
    sources=[MENDED],
    verdict=UPHELD,
    why="It is divided by the number of rows alone; the places of an image or of a "
    "sequence are summed.",
    explained_by=CALL,
    faults=[faults.activity_not_divided, faults.activity_divided_by_5_percent_less],
    differs_on={
        "keras>=3,<3.14": (
            REFUTED,
            "Layer.__call__ adds the activity penalty undivided (layers/layer.py, "
            "Keras 3.0 to 3.13)",
        ),
    },
)


def activity_penalty(x, factor):
    """What a layer that passes its input on adds for it."""
    layer = keras.layers.Activation(
        "linear", activity_regularizer=keras.regularizers.L2(factor)
    )
    layer(x)
    (penalty,) = layer.losses
    return penalty


@activity_divided_by_the_batch.as_worded
@given(
    rows=st.integers(1, 9),
    places=st.sampled_from([(), (4,), (3, 2)]),
    factor=st.sampled_from([0.001, 0.01, 0.5]),
    seed=seeds(),
)
def test_the_penalty_is_the_sum_over_the_rows(rows, places, factor, seed):
    """factor * sum(x**2) / rows; the same batch twice has the same penalty."""
    x = np.random.normal(size=(rows, *places, 3)).astype("float32")

    exact = factor * np.sum(x.astype("float64") ** 2) / rows
    n = {"operations": 2 * x.size + 9, "oracle": "NumPy"}
    judge.close(activity_penalty(x, factor), exact, what="penalty", **n)
    twice = np.concatenate([x, x])
    judge.close(activity_penalty(twice, factor), exact, what="batch twice", **n)


@activity_divided_by_the_batch.as_worded
def test_a_model_in_a_model_hands_it_on():
    """The outermost model's losses are this one penalty, 0.5 * sum(x**2) / rows."""
    x = np.random.normal(size=(7, 3)).astype("float32")
    half = keras.regularizers.L2(0.5)
    model = keras.layers.Activation("linear", activity_regularizer=half)
    for _ in range(3):
        model = keras.Sequential([keras.Input((3,)), model])

    model(x)

    exact = 0.5 * np.sum(x.astype("float64") ** 2) / 7
    judge.close(model.losses, [exact], operations=99, what="losses", oracle="NumPy")


@activity_divided_by_the_batch.as_worded
def test_the_penalty_in_a_compiled_call_is_divided_too():
    """Compiled as in fit, for two numbers of rows: 0.5 * sum(x**2) / rows."""
    penalty = traced(lambda x: activity_penalty(x, 0.5), shape=(None, 3))

    for rows in (7, 3):
        x = np.random.normal(size=(rows, 3)).astype("float32")
        exact = 0.5 * np.sum(x.astype("float64") ** 2) / rows
        found = penalty(keras.ops.convert_to_tensor(x))
        judge.close(found, exact, operations=99, what="penalty", oracle="NumPy")
