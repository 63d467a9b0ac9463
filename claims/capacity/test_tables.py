"""Printed parameter tables: every row, every total and every size in KB or MB."""

from itertools import pairwise

import keras
import numpy as np

from claims.blocks import faults as layer_faults
from claims.capacity import faults
from claims.common.block_models import printed_totals, rows
from claims.documents import tutorial
from claims.documents.tutorial_figures import REGULARIZED, TABLES
from harness import REFUTED, UPHELD, claim, judge, shared
from harness.lab.networks import FAMILY
from harness.running.faults import figure

FEATURES = 28
WIDTHS = FAMILY | dict.fromkeys(("l2", "dropout", "combined"), FAMILY["large"])
PENALTIES = {
    "l2": REGULARIZED["L2, regularized"][0],
    "combined": REGULARIZED["L2, combined"][0],
}

LIBRARY = [
    layer_faults.dense_one_unit_more,
    layer_faults.dense_without_bias,
    faults.counts_one_more,
    faults.sizes_5_percent_high,
]
SUMMARY = "keras.src.utils.summary_utils:print_summary"


@shared
def built(name):
    """Rows of the model and totals of its summary, compiled but not yet trained."""
    penalty = PENALTIES.get(name)
    regularizer = keras.regularizers.L2(penalty) if penalty else None
    layers = [keras.Input((FEATURES,))]
    for units in WIDTHS[name]:
        layers.append(keras.layers.Dense(units, "elu", kernel_regularizer=regularizer))
        if name in ("dropout", "combined"):
            layers.append(keras.layers.Dropout(0.5))
    model = keras.Sequential([*layers, keras.layers.Dense(1)])
    model.compile("adam", "mse")
    return rows(model), printed_totals(model)


def judge_table(name):
    """Column, output shapes and totals are those of the model and of arithmetic."""
    layers, totals = built(name)
    column, total = TABLES[name]
    judge.equal([row.counted for row in layers], column, what="column")
    judge.equal([row.trainable for row in layers], column, what="weights")
    sizes = (FEATURES, *WIDTHS[name], 1)
    exact = [(i + 1) * o for i, o in pairwise(sizes)]
    judge.equal([n for n in column if n], exact, what="(inputs + 1) * units")
    shapes = [row.shape for row in layers if row.kind == "Dense"]
    judge.equal(np.ravel(shapes), sizes[1:], what="output shapes")
    printed = {"Total params": total, "Trainable params": total}
    printed["Non-trainable params"] = "0 (0.00 B)"
    judge.equal(list(totals.items()), list(printed.items()), what="totals")


def misprinted(name, total):
    """The fault that the document printed another total."""
    return figure(TABLES, name, (TABLES[name][0], total))


def table(name, lines, total):
    """The claim that the printed table of this model is right in all its numbers."""
    return claim(
        f"capacity.{name}-table",
        says=f"The summary of the {name} model: each row and total as printed.",
        sources=[tutorial[lines]],
        verdict=UPHELD,
        why="A dense layer has (inputs + 1) * units parameters of 4 bytes.",
        explained_by=[SUMMARY, "keras.src.layers.core.dense:Dense.build"],
        faults=[*LIBRARY, misprinted(name, total)],
        differs_on={
            "keras<3": (
                REFUTED,
                "print_summary writes counts without commas, and 0.00 Byte "
                "(utils/layer_utils.py, Keras 2)",
            ),
        },
    )


tiny_table = table("tiny", slice(345, 353), "480 (1.88 KB)")
small_table = table("small", slice(414, 421), "753 (2.95 KB)")
medium_table = table("medium", slice(469, 477), "10,241 (40.96 KB)")
large_table = table("large", slice(505, 514), "803,329 (3.21 MB)")
l2_table = table("l2", slice(626, 635), "803,328 (3.06 MB)")
dropout_table = table("dropout", slice(729, 742), "803,329 (3.07 MB)")
combined_table = table("combined", slice(790, 803), "802,816 (3.06 MB)")


@tiny_table.as_worded
def test_the_table_of_the_tiny_model():
    """464 + 17 = 481 numbers, 1.88 KB."""
    judge_table("tiny")


@small_table.as_worded
def test_the_table_of_the_small_model():
    """464 + 272 + 17 = 753 numbers, 2.94 KB."""
    judge_table("small")


@medium_table.as_worded
def test_the_table_of_the_medium_model():
    """1,856 + 2 * 4,160 + 65 = 10,241 numbers, 40.00 KB."""
    judge_table("medium")


@large_table.as_worded
def test_the_table_of_the_large_model():
    """14,848 + 3 * 262,656 + 513 = 803,329 numbers, 3.06 MB."""
    judge_table("large")


@l2_table.as_worded
def test_the_table_of_the_l2_model():
    """The penalties add no parameter: 803,329 numbers."""
    judge_table("l2")


@dropout_table.as_worded
def test_the_table_of_the_dropout_model():
    """Four dropout layers of no parameter each: 803,329 numbers."""
    judge_table("dropout")


@combined_table.as_worded
def test_the_table_of_the_combined_model():
    """Penalties and dropout together add no parameter: 803,329 numbers."""
    judge_table("combined")
