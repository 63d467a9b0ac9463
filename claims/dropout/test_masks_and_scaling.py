"""Dropout: what is dropped, what is rescaled, and when."""

import keras
import numpy as np
from hypothesis import strategies as st
from scipy import special

from claims.common import compiled
from claims.common.dropout_layers import dropout, dropped
from claims.common.strategies import dropout_rates, seeds
from claims.common.traced import traced
from claims.documents import article, day7, lab, notebook, tutorial
from claims.dropout import faults, pictures
from harness import (
    QUALIFIED,
    REFUTED,
    UPHELD,
    as_array,
    claim,
    contradiction,
    example,
    given,
    judge,
    shared,
    side,
)

CALL = "keras.src.layers.regularization.dropout:Dropout.call"
UNITS = 32_768


zeroes_in_training = claim(
    "dropout.zeroes-in-training",
    says="In training, Dropout sets randomly chosen outputs to zero.",
    sources=[day7[64], notebook[173], tutorial[702], article[29]],
    verdict=UPHELD,
    explained_by=CALL,
    faults=[
        faults.same_mask_in_every_call,
        faults.one_mask_per_batch,
        faults.rate_5_percent_high,
    ],
)


@zeroes_in_training.as_worded
@given(rate=dropout_rates())
@example(rate=0.5)
def test_units_are_dropped_independently(rate):
    """Two rows, two calls and two neighbours agree as often as independent ones."""
    layer, x = dropout(rate), np.ones((2, 16_384), "float32")

    first, second = (as_array(layer(x, training=True)) == 0 for _ in range(2))

    agree = {"claimed": rate**2 + (1 - rate) ** 2, "resolves": 0.06}
    judge.proportion(np.sum(first[0] == first[1]), of=16_384, what="rows", **agree)
    judge.proportion(np.sum(first[0] == second[0]), of=16_384, what="calls", **agree)
    pairs = first[0, ::2] == first[0, 1::2]
    agree["resolves"] = 0.09
    judge.proportion(np.sum(pairs), of=8_192, what="units", **agree)


@zeroes_in_training.as_worded
@given(rate=dropout_rates(0.2, 0.8), seed=seeds())
@example(rate=0.3, seed=0)
def test_the_number_of_dropped_units_is_binomial(rate, seed):
    """The count of zeros in a row of 16 units follows Binomial(16, rate)."""
    counts = np.sum(dropped(rate, (4_096, 16)) == 0, axis=1)

    pictures.dropped_units(counts, rate)
    judge.law(counts, lambda k: special.bdtr(np.floor(k), 16, rate), resolves=0.12)


@zeroes_in_training.as_worded
def test_each_layer_has_masks_of_its_own():
    """Two layers, made one after the other, do not drop the same of 128 units."""
    x = np.ones((1, 128), "float32")
    layers = [keras.layers.Dropout(0.5) for _ in range(2)]

    first, second = (as_array(layer(x, training=True)) for layer in layers)

    judge.false(np.all(first == second), what="the same", chance=2.0**-128)
    seeded = keras.layers.Dropout(0.5, seed=7)
    first, second = (as_array(seeded(x, training=True)) for _ in range(2))
    judge.false(np.all(first == second), what="one with a seed", chance=2.0**-128)


@zeroes_in_training.as_worded
def test_each_epoch_of_a_training_has_masks_of_its_own():
    """Six epochs of a compiled fit do not all drop the same number of units.

    Two of them do so with a chance below 1 / (2 sqrt(pi compiled.DRAWS / 4)), 0.003.
    """
    zeros = np.asarray(compiled.training().zeros)

    judge.false(np.all(zeros == zeros[0]), what="same", chance=0.003**5)


@zeroes_in_training.as_worded
def test_the_rows_of_a_training_batch_have_masks_of_their_own():
    """No unit is dropped in all rows of a compiled fit's batch, or in none."""
    epochs = compiled.EPOCHS + 1
    draws = epochs * compiled.BATCHES * compiled.UNITS

    found = compiled.training().alike

    chance = draws * 2.0 ** (1 - compiled.ROWS)
    judge.equal(found, [0.0] * epochs, what="units", chance=chance)


inverted_scaling = claim(
    "dropout.inverted-scaling",
    says="Survivors are multiplied by 1 / (1 - p), which keeps the expected magnitude.",
    sources=[day7[64]],
    verdict=UPHELD,
    why="The wording is about the expectation, not about the mean square.",
    explained_by=["keras.src.backend:random.dropout", CALL],
    faults=[
        faults.scaled_2_percent_low,
        faults.without_rescaling,
        faults.half_precision_without_rescaling,
        faults.rescaled_by_root,
        faults.rate_5_percent_high,
    ],
)


@inverted_scaling.as_worded
def test_a_compiled_call_scales_by_the_same_factor():
    """As in fit: of 4,096 ones at a rate of 0.3, all are 0 or 1 / 0.7."""
    layer = dropout(0.3)
    ones = keras.ops.ones((64, 64))

    y = as_array(traced(lambda x: layer(x, training=True))(ones))

    judge.close(y, np.where(y == 0, 0, 1 / 0.7), operations=4, what="compiled")
    judge.proportion(np.sum(y == 0), of=y.size, claimed=0.3, resolves=0.1)


@inverted_scaling.as_worded
@given(rate=dropout_rates(), dtype=st.sampled_from(["float32", "float16"]))
def test_survivors_are_divided_by_the_keep_probability(rate, dtype):
    """A unit is either zero or its input divided by 1 - rate."""
    x = np.random.uniform(0.5, 2.0, 256).astype(dtype)
    layer = dropout(rate, dtype)

    for _ in range(2):
        y = as_array(layer(x, training=True))

        expected = np.where(y == 0, 0, x.astype("float64") / (1 - rate))
        judge.close(y, expected, operations=4, dtype=dtype, oracle="NumPy")


@inverted_scaling.as_worded
@given(rate=dropout_rates(0.05, 0.6))
@example(rate=0.5)
def test_the_expected_activation_is_unchanged(rate):
    """The mean over many units stays 1."""
    y = dropped(rate, UNITS)

    judge.mean(y, claimed=1, low=0, high=1 / (1 - rate), resolves=0.11)


rate_is_fraction = claim(
    "dropout.rate-is-fraction",
    says="The dropout rate is the share of a layer's features that becomes zero.",
    sources=[tutorial[704]],
    verdict=QUALIFIED,
    why="Each unit is dropped independently with that probability; the share of zeros "
    "in one sample differs from draw to draw.",
    explained_by="keras.src.backend:random.dropout",
    faults=[
        faults.exactly_rate_in_each_row,
        faults.rate_5_percent_high,
        faults.keep_and_drop_swapped,
    ],
)


@rate_is_fraction.holds_when("the share is taken over many units and draws")
@given(rate=dropout_rates())
@example(rate=0.4)
def test_the_share_over_many_units_is_the_rate(rate):
    """Over many units the fraction of zeros is the rate."""
    judge.proportion(
        np.sum(dropped(rate, UNITS) == 0), of=UNITS, claimed=rate, resolves=0.04
    )


@rate_is_fraction.holds_when("the share is taken over many units and draws")
def test_a_small_rate_is_kept_closely():
    """Of a million units one in a hundred is zero, to 0.0015."""
    zeros = np.sum(dropped(0.01, 1_000_000) == 0)

    judge.proportion(zeros, of=1_000_000, claimed=0.01, resolves=0.0015)


@rate_is_fraction.holds_when("the share is taken over many units and draws")
def test_the_share_in_a_training_is_the_rate():
    """In six epochs of a compiled fit the share of zeros is the rate."""
    zeros = round(sum(compiled.training().zeros) * compiled.DRAWS)

    draws = compiled.EPOCHS * compiled.DRAWS
    judge.proportion(zeros, of=draws, claimed=compiled.RATE, resolves=0.02)


@rate_is_fraction.fails_when("the share of each single sample is meant")
@given(rate=dropout_rates(0.2, 0.8), seed=seeds())
def test_the_share_of_each_row_is_the_rate(rate, seed):
    """Each of 64 rows of 100 units has exactly 100 * rate zeros."""
    zeros = np.sum(dropped(rate, (64, 100)) == 0, axis=1)

    k = round(100 * rate)
    one_row = special.bdtr(k, 100, rate) - special.bdtr(k - 1, 100, rate)
    judge.equal(zeros, round(100 * rate), what="zeros in a row", chance=one_row**64)


half_per_batch = claim(
    "dropout.half-per-batch",
    says="Dropout switches off the given share of the preceding layer's units in each "
    "batch, Dropout(0.5) half of them.",
    sources=[article[48], article[29]],
    verdict=QUALIFIED,
    why="Each unit of each example is dropped independently: only the expectation is "
    "one half, and the rows of a batch lose different units.",
    explained_by="keras.src.backend:random.dropout",
    faults=[faults.exactly_half_for_the_batch, faults.rate_5_percent_high],
)


@half_per_batch.holds_when("on average over units and batches")
@given(seed=seeds())
def test_half_of_all_units_is_dropped_on_average(seed):
    """Over many units the fraction of zeros is one half."""
    zeros = np.sum(dropped(0.5, UNITS) == 0)

    judge.proportion(zeros, of=UNITS, claimed=0.5, resolves=0.04)


@half_per_batch.fails_when(
    "each single batch is meant: its rows differ, and the count is rarely half"
)
@given(seed=seeds())
def test_each_batch_loses_the_same_half(seed):
    """In a batch of 32 examples the same 64 of 128 units are zero in every row."""
    zero = dropped(0.5, (32, 128)) == 0

    same = np.broadcast_to(zero[0], zero.shape)
    judge.equal(zero, same, what="rows", chance=2.0**-999)
    judge.equal(zero[0].sum(), 64, what="zeros in the batch")


inference_identity = claim(
    "dropout.inference-identity",
    says="At inference, in evaluate() and predict(), no unit is dropped.",
    sources=[article[48], tutorial[704], day7[82], lab[45]],
    verdict=UPHELD,
    explained_by=CALL,
    faults=[
        faults.always_active,
        faults.inference_scaled_by_keep_rate,
        faults.inference_scaled_by_rate,
    ],
)


@inference_identity.as_worded
@given(rate=dropout_rates(), seed=seeds())
def test_inference_returns_the_input(rate, seed):
    """With training=False, and without the flag, the output is the input."""
    x = np.random.normal(size=(8, 16)).astype("float32")
    layer = dropout(rate)

    judge.equal(layer(x, training=False), x, what="training=False")
    judge.equal(layer(x), x, what="no flag")


@inference_identity.as_worded
@given(seed=seeds())
def test_evaluate_and_predict_drop_nothing(seed):
    """predict and evaluate of [Dropout, Dense] see every unit, unscaled."""
    model = dropout_then_sum()
    x = np.random.normal(size=(4, 16)).astype("float32")

    total = x.astype("float64").sum(axis=1, keepdims=True)
    size = np.abs(x).sum(axis=1, keepdims=True)
    kept = {"operations": 32, "magnitude": size, "oracle": "NumPy"}
    judge.close(model.predict_on_batch(x), total, what="predict", **kept)
    error = model.test_on_batch(x, total.astype("float32"))
    judge.close(error, 0, operations=32, magnitude=size.max(), what="evaluate")


@shared
def dropout_then_sum():
    """Dropout(0.5) and a sum of 16 units, compiled with the mean absolute error."""
    model = keras.Sequential(
        [
            keras.Input((16,)),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(1, kernel_initializer="ones"),
        ]
    )
    model.compile("sgd", "mae", run_eagerly=True)
    return model


scaled_down_at_inference = claim(
    "dropout.scaled-down-at-inference",
    says="At test time the layer's values are multiplied by the rate to shrink them.",
    sources=[article[48], tutorial[704]],
    verdict=REFUTED,
    severity="lesson",
    instead="At test time the layer returns its input unchanged; survivors are scaled "
    "up by 1 / (1 - rate) during training instead.",
    explained_by=CALL,
    faults=[
        faults.classical_dropout_scaled_by_rate,
        faults.inference_scaled_by_rate,
        faults.scaled_2_percent_low,
    ],
)


@scaled_down_at_inference.as_worded
@given(rate=dropout_rates(), seed=seeds())
def test_inference_multiplies_by_the_rate(rate, seed):
    """With training=False the output is the input times the rate."""
    x = np.random.uniform(0.5, 2.0, 64).astype("float32")

    y = dropout(rate)(x, training=False)

    judge.close(
        y, x.astype("float64") * rate, operations=2, oracle="NumPy", what="output"
    )


@scaled_down_at_inference.instead
@given(rate=dropout_rates())
def test_inference_is_the_identity_and_training_scales_up(rate):
    """With training=False nothing changes; training divides by 1 - rate."""
    x = np.random.uniform(0.5, 2.0, 256).astype("float32")
    layer = dropout(rate)

    y = as_array(layer(x, training=True))

    judge.equal(layer(x, training=False), x, what="inference")
    expected = np.where(y == 0, 0, x.astype("float64") / (1 - rate))
    judge.close(y, expected, operations=4, what="training", oracle="NumPy")


where_it_rescales = contradiction(
    "dropout.where-it-rescales",
    says="One document rescales the survivors in training by 1 / (1 - p); two "
    "scale the outputs at test time by the rate.",
    sides=[
        side("dropout.inverted-scaling", day7[64]),
        side("dropout.scaled-down-at-inference", article[48], tutorial[704]),
    ],
    right="dropout.inverted-scaling",
    instead="Only one of them is right for Keras: survivors are scaled up by 1 / (1 - "
    "p) in training, and nothing is scaled at test time.",
    why="Day 7 describes inverted dropout, the other two a test-time scaling; a layer "
    "that did both would not keep the expectation.",
    explained_by=CALL,
    faults=[faults.inference_scaled_by_rate, faults.scaled_2_percent_low],
)


@where_it_rescales.all_sides
@given(rate=dropout_rates())
def test_both_modes_rescale(rate):
    """Survivors of training are divided by 1 - rate, and inference gives the rate."""
    judge.close(dropped(rate, 64).max(), 1 / (1 - rate), operations=4, what="training")
    inference = dropped(rate, 64, training=False)
    judge.close(inference, rate, operations=2, what="inference")


@where_it_rescales.right_side
@given(rate=dropout_rates(0.05, 0.7))
def test_only_training_rescales(rate):
    """The largest of 256 training outputs is 1 / (1 - rate); inference gives 1."""
    judge.close(dropped(rate, 256).max(), 1 / (1 - rate), operations=4, what="training")
    judge.equal(dropped(rate, 64, training=False), 1, what="inference")
