"""Dropout in a network: magnitude, example, shapes, channels, batch statistics."""

import keras
import numpy as np
from hypothesis import strategies as st

from claims.common.dropout_layers import dropout, dropped
from claims.common.strategies import dropout_rates, seeds
from claims.common.traced import traced
from claims.documents import article, day7, tutorial
from claims.documents.tutorial_figures import DROPOUT, REGULARIZED
from claims.dropout import faults
from harness import (
    QUALIFIED,
    REFUTED,
    UPHELD,
    as_array,
    claim,
    example,
    given,
    judge,
    shared,
)
from harness.running.faults import figure

KERNEL = "keras.src.backend:random.dropout"
CALL = "keras.src.layers.regularization.dropout:Dropout.call"
DRAWS = 20_000

output_magnitude_unchanged = claim(
    "dropout.output-magnitude-unchanged",
    says="The compensation keeps the model's outputs as large in training as at "
    "inference.",
    sources=[article[48]],
    verdict=QUALIFIED,
    why="The expectation of outputs linear in the layer's, as the logits, is "
    "unchanged; the mean square grows by 1 / (1 - p). The article credits a scaling "
    "at inference that does not exist (see dropout.scaled-down-at-inference).",
    explained_by=KERNEL,
    faults=[
        faults.no_dropout_at_all,
        faults.rescaled_by_root,
        faults.without_rescaling,
    ],
)


@output_magnitude_unchanged.holds_when(
    "the expectation of outputs linear in the layer's is meant"
)
@given(rate=dropout_rates(0.1, 0.5))
@example(rate=0.5)
def test_the_expected_logit_is_the_same_in_both_modes(rate):
    """The mean of a linear output over masks equals the output at inference."""
    weights = np.array([0.4, 0.3, 0.2, 0.1], "float32")
    x = np.ones((DRAWS, 4), "float32")

    masked = as_array(dropout(rate)(x, training=True)) @ weights

    judge.mean(masked, claimed=1, low=0, high=1 / (1 - rate), resolves=0.15)


@output_magnitude_unchanged.fails_throughout(
    "the size (mean square) of a single pass is meant"
)
@given(rate=dropout_rates(0.3, 0.6))
@example(rate=0.5)
def test_the_mean_square_grows(rate):
    """The mean square is 1 / (1 - rate) times that of inference, not the same."""
    square = as_array(dropout(rate)(np.ones(DRAWS), training=True)) ** 2

    high = 1 / (1 - rate) ** 2
    grown = 1 / (1 - rate)
    judge.mean(square, claimed=grown, low=0, high=high, resolves=0.09 * high)


example_vector = claim(
    "dropout.example-vector",
    says="Dropout turns [0.2, 0.5, 1.3, 0.8, 1.1] into something like "
    "[0, 0.5, 1.3, 0, 1.1]: survivors keep their value.",
    sources=[tutorial[702]],
    verdict=REFUTED,
    severity="lesson",
    instead="Survivors are scaled up too: at rate 0.4 such an output would be "
    "[0, 0.83, 2.17, 0, 1.83].",
    why="The section goes on to tf.keras.layers.Dropout, which divides survivors by 1 "
    "- rate.",
    explained_by=KERNEL,
    faults=[faults.without_rescaling, faults.scaled_2_percent_low],
)
VECTOR = np.array(DROPOUT["vector"], "float32")


@example_vector.as_worded
@given(rate=dropout_rates(0.2, 0.5), seed=seeds())
def test_survivors_of_the_vector_keep_their_value(rate, seed):
    """Every non-zero entry equals its input."""
    y = as_array(dropout(rate)(np.tile(VECTOR, (16, 1)), training=True))

    judge.close(
        y, np.where(y == 0, 0, VECTOR), operations=1, oracle="document", what="output"
    )


@example_vector.instead
@given(rate=dropout_rates(0.2, 0.5), seed=seeds())
def test_survivors_of_the_vector_are_scaled_up(rate, seed):
    """Every non-zero entry is its input over 1 - rate."""
    y = as_array(dropout(rate)(np.tile(VECTOR, (16, 1)), training=True))

    expected = np.where(y == 0, 0, VECTOR.astype("float64") / (1 - rate))
    judge.close(y, expected, operations=4, oracle="NumPy", what="output")


@example_vector.instead
def test_survivors_at_rate_two_fifths():
    """Over 0.6 the three survivors of the text round to 0.83, 2.17 and 1.83."""
    y = as_array(dropout(0.4)(np.tile(VECTOR, (64, 1)), training=True))

    for at, text in ((1, "0.83"), (2, "2.17"), (4, "1.83")):
        judge.printed(y[:, at].max(), text, what=f"entry {at}")


applies_to_previous_output = claim(
    "dropout.applies-to-previous-output",
    says="A Dropout layer acts on the output of the layer right before it.",
    sources=[tutorial[706], article[48]],
    verdict=UPHELD,
    explained_by="keras.src.models.sequential:Sequential.call",
    faults=[faults.acts_on_shifted_input, faults.scaled_2_percent_low],
)


@applies_to_previous_output.as_worded
@given(seed=seeds())
def test_the_preceding_output_is_masked(seed):
    """In one pass, Dropout's output is the Dense output, zeroed or doubled."""
    model = dense_and_dropout()
    x = np.random.uniform(0.5, 1.0, (8, 3)).astype("float32")

    before, after = (as_array(t) for t in model(x, training=True))

    expected = np.where(after == 0, 0, before.astype("float64") / (1 - 0.5))
    judge.close(after, expected, operations=4, oracle="NumPy")


@shared
def dense_and_dropout():
    """Dense(16) then Dropout(0.5), as a Sequential, with both outputs."""
    stack = keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Dense(16, kernel_initializer="ones"),
            keras.layers.Dropout(0.5),
        ]
    )
    return keras.Model(stack.inputs, [stack.layers[0].output, stack.outputs[0]])


two_layers_added = claim(
    "dropout.two-layers-added",
    says="Two dropout layers are added to the network.",
    sources=[tutorial[708]],
    evidence=[tutorial[711:721], tutorial[731:737]],
    verdict=REFUTED,
    severity="number",
    instead="Add four dropout layers, one after each hidden layer.",
    why="The code below the sentence and the printed summary both have four.",
    faults=[figure(REGULARIZED, "dropout layers announced", 4)],
)


@two_layers_added.as_worded
def test_the_code_has_as_many_dropout_layers_as_announced():
    """The number of Dropout lines in the code is the number in the sentence."""
    judge.equal(
        len(REGULARIZED["dropout, alone"]),
        REGULARIZED["dropout layers announced"],
        oracle="the document's own figures",
        what="dropout layers",
    )


@two_layers_added.instead
def test_code_and_summary_have_four_dropout_layers():
    """As many as hidden layers."""
    names = ("dropout, alone", "dropout layers in the summary", "units, dropout")
    found = [len(REGULARIZED[name]) for name in names]

    judge.equal(
        found, [4] * 3, oracle="the document's own figures", what="dropout layers"
    )


spatial_whole_channels = claim(
    "dropout.spatial-whole-channels",
    says="SpatialDropout2D drops entire channels.",
    sources=[day7[67]],
    verdict=UPHELD,
    explained_by="keras.src.layers.regularization.spatial_dropout:"
    "SpatialDropout2D._get_noise_shape",
    faults=[
        faults.spatial_noise_is_plain,
        faults.spatial_noise_shared_by_batch,
        faults.scaled_2_percent_low,
        faults.rate_5_percent_high,
    ],
)


@spatial_whole_channels.as_worded
@given(rate=dropout_rates(0.1, 0.9))
@example(rate=0.5)
def test_channels_are_dropped_as_a_whole(rate):
    """A channel of a sample is all zero, or all divided by 1 - rate."""
    x = np.ones((2, 2, 2, 8_192), "float32")

    y = as_array(keras.layers.SpatialDropout2D(rate)(x, training=True))

    zero = y[:, 0, 0] == 0
    expected = np.where(zero, 0, 1 / (1 - rate))[:, None, None]
    judge.close(y, np.broadcast_to(expected, y.shape), operations=4, what="channels")
    judge.proportion(zero.sum(), of=zero.size, claimed=rate, resolves=0.06)
    same = {"claimed": rate**2 + (1 - rate) ** 2, "resolves": 0.09}
    judge.proportion(np.sum(zero[0] == zero[1]), of=8_192, what="samples", **same)


@spatial_whole_channels.as_worded
def test_channels_of_large_maps_are_dropped_as_a_whole():
    """The same for maps of 16 x 33, eager and compiled as in fit."""
    x, layer = np.ones((4, 16, 33, 64), "float32"), keras.layers.SpatialDropout2D(0.5)

    def trained(x):
        return layer(x, training=True)

    for call in (trained, traced(trained)):
        y = as_array(call(keras.ops.convert_to_tensor(x)))

        expected = np.where(y[:, :1, :1] == 0, 0.0, 2.0)
        judge.close(
            y, np.broadcast_to(expected, y.shape), operations=4, what="channels"
        )


@spatial_whole_channels.as_worded
def test_channels_that_come_first_are_dropped_as_a_whole():
    """The same with data_format="channels_first"."""
    layer = keras.layers.SpatialDropout2D(0.5, data_format="channels_first")

    y = as_array(layer(np.ones((4, 64, 3, 5), "float32"), training=True))

    expected = np.where(y[:, :, :1, :1] == 0, 0.0, 2.0)
    judge.close(y, np.broadcast_to(expected, y.shape), operations=4, what="channels")


@spatial_whole_channels.as_worded
@given(rate=dropout_rates(), seed=seeds())
def test_spatial_dropout_is_the_identity_at_inference(rate, seed):
    """With training=False nothing changes."""
    x = np.random.normal(size=(2, 3, 3, 4)).astype("float32")

    judge.equal(keras.layers.SpatialDropout2D(rate)(x, training=False), x)


single_pixels = claim(
    "dropout.single-pixels",
    says="In a convolutional stack standard Dropout zeroes single pixels of a feature "
    "map, each independently of its neighbours.",
    sources=[day7[66]],
    verdict=UPHELD,
    why="Beside a dropped pixel, a pixel is dropped as often as anywhere else.",
    explained_by=CALL,
    faults=[faults.rows_of_pixels, faults.spatial_masks, faults.no_dropout_at_all],
)


@single_pixels.as_worded
def test_neighbours_in_every_direction_are_dropped_independently():
    """The pixel beside, the one below, the same one in the next map."""
    zero = dropped(0.2, (8_192, 2, 2, 2)) == 0

    corner = zero[:, 0, 0, 0]
    judge.proportion(corner.sum(), of=corner.size, claimed=0.2, resolves=0.1)
    others = {"beside": (0, 1, 0), "below": (1, 0, 0), "next map": (0, 0, 1)}
    for what, (row, column, channel) in others.items():
        neighbour = zero[:, row, column, channel]
        judge.independent(corner, neighbour, resolves=0.05, what=what)


shape_preserving = claim(
    "dropout.shape-preserving",
    says="Dropout leaves the shape as it is, so the block's last layer takes and gives "
    "(128, 16, 16, 32).",
    sources=[day7[82], tutorial[731:737]],
    verdict=UPHELD,
    explained_by="keras.src.layers.regularization.dropout:Dropout.compute_output_shape",
    faults=[faults.symbolic_shape_one_too_small],
)


@shape_preserving.as_worded
@given(rate=dropout_rates(), channels=st.sampled_from([1, 16, 32]))
@example(rate=0.2, channels=32)
def test_the_output_has_the_shape_of_the_input(rate, channels):
    """The announced and the actual output shape equal the input's."""
    layer = dropout(rate)
    x = np.ones((2, 4, 4, channels), "float32")

    judge.equal(layer.compute_output_shape(x.shape), x.shape)
    judge.equal(layer(x, training=True).shape, x.shape)
