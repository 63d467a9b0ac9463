"""The three-block network of a notebook: its description, its figure, its shapes."""

import warnings
from itertools import pairwise

import keras
import numpy as np
from hypothesis import strategies as st

from claims.blocks import faults
from claims.common import block_models
from claims.common.block_models import of_kind
from claims.common.strategies import seeds
from claims.documents import notebook, tutorial
from claims.documents.notebook_figures import BLOCK, HEAD, NETWORK
from harness import QUALIFIED, REFUTED, UPHELD, as_array, claim, given, judge, shared
from harness.running.faults import figure

CONV = "keras.src.layers.convolutional.base_conv:BaseConv"
KINDS = {"BatchNorm": "BatchNormalization", "MaxPool": "MaxPooling2D"}
"""What Keras calls some of the flow chart's layers."""

notebook_architecture = claim(
    "blocks.notebook-architecture",
    says="Three blocks of two 3 x 3 same-padded ReLU convolutions with BatchNorm, "
    "2 x 2 pooling, dropout of 0.25; then 256 units, BatchNorm, dropout 0.5, softmax.",
    sources=[notebook[142:161], notebook[178:210]],
    verdict=UPHELD,
    explained_by=f"{CONV}.__init__",
    faults=[
        faults.kernel_one_larger,
        faults.padding_ignored,
        faults.activation_ignored,
        faults.dense_activation_ignored,
        faults.pool_one_larger,
        faults.dropout_rate_halved,
        figure(NETWORK, "rates", [[0.2, 0.25, 0.25], [0.5]]),
    ],
)


@notebook_architecture.as_worded
def test_the_code_has_the_described_layers():
    """Filters, kernels, padding, activations, pool sizes, rates and units agree."""
    layers = block_models.notebook()

    def option(kind, name):
        return [row.config[name] for row in of_kind(layers, kind)]

    filters = np.ravel(NETWORK["filters"])
    judge.equal(option("Conv2D", "filters"), filters, what="filters")
    judge.equal(np.ravel(option("Conv2D", "kernel_size")), [3] * 12, what="kernels")
    judge.equal(option("Conv2D", "padding"), ["same"] * 6, what="padding")
    judge.equal(option("Conv2D", "activation"), ["relu"] * 6, what="activation")
    judge.equal(np.ravel(option("MaxPooling2D", "pool_size")), [2] * 6, what="pool")
    rates = [rate for part in NETWORK["rates"] for rate in part]
    judge.equal(option("Dropout", "rate"), rates, what="rates")
    judge.equal(option("Dense", "units"), NETWORK["units"], what="units")
    judge.equal(option("Dense", "activation"), ["relu", "softmax"], what="dense")


notebook_figure = claim(
    "blocks.notebook-figure",
    says="The flow chart has the layers of the code, in its order, with ten outputs.",
    sources=[notebook[231:274], notebook[178:210]],
    verdict=UPHELD,
    why="The code takes the number of outputs from the data set's number of classes, "
    "which is ten in the chart.",
    explained_by="keras.src.models.sequential:Sequential.add",
    faults=[
        faults.dense_one_unit_more,
        figure(NETWORK, "diagram", [BLOCK, BLOCK, HEAD]),
        figure(NETWORK, "classes of imagenette", 11),
    ],
)


@notebook_figure.as_worded
def test_the_model_has_the_layers_of_the_flow_chart():
    """23 layers in this order; the last puts out ten numbers."""
    layers = block_models.notebook()

    drawn = [KINDS.get(name, name) for part in NETWORK["diagram"] for name in part]
    judge.equal([row.kind for row in layers], drawn, oracle="figure")
    outputs = [NETWORK["classes of imagenette"]]
    judge.equal(layers[-1].shape, outputs, what="outputs")


def parameters(*channels, size):
    """Weights of convolutions size x size through these channels, as Keras has them."""
    total = 0
    for i, o in pairwise(channels):
        layer = keras.layers.Conv2D(o, size, kernel_initializer="zeros")
        layer.build((None, 9, 9, i))
        total += block_models.entries(layer.trainable_weights)
    return total


paired_convs_fewer_parameters = claim(
    "blocks.paired-convs-fewer-parameters",
    says="Two 3 x 3 convolutions in a row need fewer parameters than larger kernels.",
    sources=[notebook[166]],
    verdict=QUALIFIED,
    why="With C channels throughout, the kernels have 18 C^2 against 25 C^2 numbers. "
    "Each block of the notebook widens in its first convolution, and its pair has "
    "more parameters than one 5 x 5.",
    explained_by=f"{CONV}.build",
    faults=[faults.kernel_one_larger, faults.kernel_always_three],
)


@paired_convs_fewer_parameters.holds_when(
    "the pair and the 5 x 5 kernel have as many input as output channels"
)
@given(channels=st.integers(2, 130))
def test_a_pair_of_equal_width_is_smaller(channels):
    """18 C^2 + 2 C numbers are fewer than 25 C^2 + C."""
    pair = parameters(channels, channels, channels, size=3)

    judge.equal(pair, 2 * (9 * channels + 1) * channels, oracle="arithmetic")
    judge.at_most(pair, parameters(channels, channels, size=5) - 1, what="numbers")


@paired_convs_fewer_parameters.fails_throughout(
    "a 5 x 5 kernel replaces the pair in the notebook's blocks"
)
def test_in_the_notebook_the_pair_is_larger():
    """From 3, 32 and 64 channels to 32, 64 and 128 the pair has more numbers."""
    for i, o in ((3, 32), (32, 64), (64, 128)):
        pair, single = parameters(i, o, o, size=3), parameters(i, o, size=5)
        judge.at_least(pair, single + 1, what=f"{i} to {o} channels")


same_padding_preserves = claim(
    "blocks.same-padding-preserves",
    says="Same padding keeps the spatial dimensions within a block.",
    sources=[notebook[168], notebook[151]],
    verdict=UPHELD,
    why="Zeros are added around the image, one pixel on each side for a 3 x 3 kernel.",
    explained_by=f"{CONV}.compute_output_shape",
    faults=[faults.padding_ignored, faults.conv_2_percent_high],
)


@shared
def summing():
    """A same-padded convolution of one channel that sums 3 x 3 pixels."""
    layer = keras.layers.Conv2D(1, 3, padding="same", kernel_initializer="ones")
    layer.build((None, None, None, 1))
    return layer


@same_padding_preserves.as_worded
@given(height=st.integers(3, 7), width=st.integers(3, 7), seed=seeds())
def test_the_image_keeps_its_size(height, width, seed):
    """The output has the input's size; pixels outside count as zero."""
    x = np.random.uniform(size=(1, height, width, 1)).astype("float32")

    found = as_array(summing()(x))

    padded = np.pad(x[0, :, :, 0].astype("float64"), 1)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3))
    judge.equal(found.shape, x.shape, what="shape")
    judge.close(found[0, :, :, 0], windows.sum(axis=(2, 3)), operations=12)


@same_padding_preserves.as_worded
def test_the_blocks_of_the_notebook_keep_their_size():
    """Convolutions put out 160, 160, 80, 80, 40 and 40 pixels a side."""
    found = [row.shape[:2] for row in of_kind(block_models.notebook(), "Conv2D")]

    sides = [160, 160, 80, 80, 40, 40]
    judge.equal(np.ravel(found), np.repeat(sides, 2), what="sides")


max_pooling_halves = claim(
    "blocks.max-pooling-halves",
    says="Max pooling reduces the spatial dimensions and keeps the largest features.",
    sources=[notebook[169], notebook[153]],
    verdict=UPHELD,
    why="The 2 x 2 windows do not overlap: 160 pixels a side become 80, 40 and 20.",
    explained_by="keras.src.layers.pooling.base_pooling:BasePooling.call",
    faults=[faults.pool_strides_one, faults.pool_one_larger, faults.pool_averages],
)


@max_pooling_halves.as_worded
@given(height=st.integers(3, 9), width=st.integers(3, 9), seed=seeds())
def test_each_window_gives_its_maximum(height, width, seed):
    """The output is the maximum of each 2 x 2 window; an odd last row is left out."""
    x = np.random.normal(size=(1, height, width, 1)).astype("float32")
    h, w = height // 2, width // 2

    found = keras.layers.MaxPooling2D((2, 2))(x)

    windows = x[0, : 2 * h, : 2 * w, 0].reshape(h, 2, w, 2)
    judge.equal(found, windows.max(axis=(1, 3))[None, :, :, None], oracle="NumPy")


filters_grow_as_images_shrink = claim(
    "blocks.filters-grow-as-images-shrink",
    says="Filters grow from 32 over 64 to 128 while the spatial dimensions shrink.",
    sources=[notebook[167], notebook[145:148]],
    verdict=UPHELD,
    explained_by=f"{CONV}.compute_output_shape",
    faults=[faults.one_filter_more, faults.pool_strides_three],
)


@filters_grow_as_images_shrink.as_worded
def test_channels_double_as_sides_halve():
    """Pooled blocks have shapes (80, 80, 32), (40, 40, 64) and (20, 20, 128)."""
    found = [row.shape for row in of_kind(block_models.notebook(), "MaxPooling2D")]

    expected = [(160 // 2**k, 160 // 2**k, 16 * 2**k) for k in (1, 2, 3)]
    judge.equal(np.ravel(found), np.ravel(expected), what="shapes")


input_shape_warns = claim(
    "blocks.input-shape-warns",
    says="Giving a layer input_shape works, with a UserWarning against it.",
    sources=[notebook[181], notebook[227], tutorial[328:329], tutorial[619:620]],
    verdict=UPHELD,
    explained_by="keras.src.layers.layer:Layer.__init__",
    faults=[faults.input_shape_is_silent],
    differs_on={
        "keras<3": (
            REFUTED,
            "Layer.__init__ takes input_shape without a warning "
            "(engine/base_layer.py, Keras 2)",
        ),
    },
)


def user_warnings(kind, *args, **kwargs):
    """Category and text of each UserWarning that a layer gives when it is made."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", UserWarning)
        kind(*args, **kwargs)
    return [(w.category.__name__, str(w.message)) for w in caught]


@input_shape_warns.as_worded
@given(units=st.integers(1, 40), side=st.integers(3, 40))
def test_input_shape_is_accepted_with_a_warning(units, side):
    """Dense and Conv2D warn once each, with a UserWarning about input_shape."""
    dense = user_warnings(keras.layers.Dense, units, input_shape=(side,))
    conv = user_warnings(keras.layers.Conv2D, units, 3, input_shape=(side, side, 3))

    caught = [*dense, *conv]
    judge.equal([category for category, _ in caught], ["UserWarning"] * 2)
    about = ["Do not pass an `input_shape`" in text for _, text in caught]
    judge.true(about, what="about input_shape")
