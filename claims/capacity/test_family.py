"""Capacity: what decides the number of parameters, and what a summary totals."""

from itertools import pairwise

import keras
import numpy as np
from hypothesis import strategies as st

from claims.blocks import faults as layer_faults
from claims.capacity import faults
from claims.common.block_models import entries, printed_totals, rows
from claims.documents import tutorial
from claims.documents.tutorial_figures import MODELS
from harness import QUALIFIED, UPHELD, claim, given, judge, shared
from harness.lab.networks import FAMILY, dense_stack
from harness.running.faults import figure

FEATURES = 28
COUNT = "keras.src.layers.layer:Layer.count_params"
SUMMARY = "keras.src.utils.summary_utils:print_summary"


@shared
def stack(*widths):
    return rows(dense_stack(widths))


determined_by_layers_and_units = claim(
    "capacity.determined-by-layers-and-units",
    says="The number of learnable parameters follows from the number of layers and of "
    "units in each.",
    sources=[tutorial[221]],
    verdict=UPHELD,
    why="Dense layers on given features have (inputs + 1) * units parameters each; a "
    "penalty adds none.",
    explained_by="keras.src.layers.core.dense:Dense.build",
    faults=[layer_faults.dense_one_unit_more, layer_faults.dense_without_bias],
)


@determined_by_layers_and_units.as_worded
@given(
    widths=st.lists(st.integers(1, 40), min_size=1, max_size=3),
    penalty=st.sampled_from((None, "l2")),
)
def test_widths_give_the_number_of_parameters(widths, penalty):
    """The sum of (inputs + 1) * units, with and without a penalty."""
    sizes = (FEATURES, *widths, 1)
    expected = sum((i + 1) * o for i, o in pairwise(sizes))

    model = dense_stack(widths, kernel_regularizer=penalty)
    judge.equal(entries(model.trainable_variables), expected, oracle="arithmetic")


hidden_layers_as_said = claim(
    "capacity.hidden-layers-as-said",
    says="The small model has two hidden layers of 16 units, the medium three of 64.",
    sources=[tutorial[399], tutorial[402:407], tutorial[450], tutorial[453:458]],
    verdict=UPHELD,
    explained_by="keras.src.layers.core.dense:Dense.compute_output_shape",
    faults=[
        layer_faults.dense_one_unit_more,
        figure(MODELS, "hidden layers", {"small": (2, 16), "medium": (3, 65)}),
    ],
)


@hidden_layers_as_said.as_worded
def test_the_code_has_the_layers_of_the_prose():
    """Output shapes of all layers but the last, for both models."""
    for name, (layers, units) in MODELS["hidden layers"].items():
        hidden = [row.shape[0] for row in stack(*FAMILY[name])[:-1]]
        judge.equal(hidden, [units] * layers, what=name, oracle="the prose")


models_grow = claim(
    "capacity.models-grow",
    says="Each model is larger than the one before, and the last has far more "
    "capacity.",
    sources=[tutorial[397], tutorial[485]],
    verdict=UPHELD,
    why="They have 481, 753, 10,241 and 803,329 parameters, for 10,000 training "
    "examples.",
    explained_by=COUNT,
    faults=[
        figure(MODELS, "order", ["tiny", "medium", "small", "large"]),
        figure(MODELS, "order", ["tiny", "small", "large", "medium"]),
    ],
)


@models_grow.as_worded
def test_each_model_has_more_parameters():
    """Every count exceeds the one before; the last by a factor of 78."""
    counts = [
        sum(row.counted for row in stack(*FAMILY[name])) for name in MODELS["order"]
    ]

    judge.equal(counts, sorted(counts), what="ascending")
    judge.at_least(counts[-1] / counts[-2], 78, what="large over medium")


l2_model_same_number = claim(
    "capacity.l2-model-same-number",
    says="The model with the L2 penalty has as many parameters as the one without.",
    sources=[tutorial[679]],
    verdict=UPHELD,
    explained_by="keras.src.layers.core.dense:Dense.build",
    faults=[faults.regularized_dense_has_no_bias],
)


@l2_model_same_number.as_worded
@given(units=st.integers(1, 64), strength=st.sampled_from((1e-4, 1e-3)))
def test_a_penalty_adds_no_parameter(units, strength):
    """With and without kernel_regularizer the weights have the same shapes."""
    shapes = []
    for regularizer in (None, keras.regularizers.L2(strength)):
        layer = keras.layers.Dense(units, kernel_regularizer=regularizer)
        layer.build((None, FEATURES))
        shapes.append([n for w in layer.weights for n in w.shape])

    judge.equal(shapes[1], [FEATURES, units, units], what="with", oracle="arithmetic")
    judge.equal(shapes[0], shapes[1], what="without")


input_shape_only_for_summary = claim(
    "capacity.input-shape-only-for-summary",
    says="Training needs no input_shape; it is only required for the summary to work.",
    sources=[tutorial[403]],
    verdict=QUALIFIED,
    why="Without it the first batch builds the layers. Until then summary() runs, and "
    "prints a question mark for each shape and 0 for each count.",
    explained_by=[SUMMARY, "keras.src.models.sequential:Sequential"],
    faults=[
        faults.unbuilt_models_do_not_train,
        faults.unbuilt_models_have_no_summary,
        layer_faults.dense_one_unit_more,
    ],
    differs_on={
        "keras<3": (
            QUALIFIED,
            "Model.summary raises a ValueError where the model is not built "
            "(engine/training.py, Keras 2)",
        ),
    },
)


def without_input_shape():
    """The small model without its input_shape, compiled."""
    dense = [keras.layers.Dense(units, "elu") for units in (16, 16)]
    model = keras.Sequential([*dense, keras.layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=True)
    return model


@input_shape_only_for_summary.holds_when("working means showing shapes and counts")
def test_without_input_shape_training_works_and_the_summary_shows_nothing():
    """No shape and no parameter before the first batch, all 753 after it."""
    model, lines = without_input_shape(), []

    print_summary = {"print_fn": lambda text, **_: lines.extend(text.splitlines())}
    judge.runs(lambda: model.summary(**print_summary), what="summary")
    table = [line.split() for line in lines if "unbuilt" in line]
    judge.equal(len(table), 3, what="layers that are shown as unbuilt")
    judge.equal([row[4] for row in table], ["?"] * 3, what="shapes")
    judge.equal([row[6] for row in table], ["0"] * 3, what="counts")
    x = np.ones((2, FEATURES), "float32")
    judge.runs(lambda: model.train_on_batch(x, x[:, :1]), what="a training step")
    expected = (28 + 1) * 16 + (16 + 1) * 16 + 16 + 1
    judge.equal(model.count_params(), expected, what="after")


@input_shape_only_for_summary.fails_throughout("it is enough that the summary runs")
def test_the_summary_runs_without_input_shape():
    """Before any batch, with a total of no parameters."""
    totals = judge.runs(lambda: printed_totals(without_input_shape()), what="summary")

    judge.equal(totals["Total params"], "0 (0.00 B)", what="total")
