"""The regularized block of a lesson, its networks, and what is said about them."""

import keras
import numpy as np

from claims.blocks import faults
from claims.common import block_models
from claims.common.block_models import of_kind, rows
from claims.documents import day7
from claims.documents.day7_figures import HALF, NETWORK
from harness import REFUTED, UPHELD, as_array, claim, judge, shared
from harness.lab.networks import regularized_block
from harness.running.faults import figure

CONV = "keras.src.layers.convolutional.base_conv:BaseConv"
BUILD = "keras.src.layers.layer:Layer._maybe_build"
KINDS = {
    "BatchNorm": "BatchNormalization",
    "BN": "BatchNormalization",
    "ReLU": "Activation",
    "MaxPool2D": "MaxPooling2D",
}
"""What Keras calls some of the flow chart's layers."""


day7_shapes = claim(
    "blocks.day7-shapes",
    says="With 32 filters, 32 x 32 images get 32 channels in both convolutions, and "
    "pooling halves them to 16 x 16; all else keeps the shape.",
    sources=[day7[82]],
    verdict=UPHELD,
    explained_by=[f"{CONV}.compute_output_shape"],
    faults=[
        faults.padding_ignored,
        faults.one_filter_more,
        faults.pool_strides_one,
        faults.pool_one_larger,
    ],
)


@day7_shapes.as_worded
def test_the_shapes_through_the_block():
    """Six times (32, 32, 32), then twice (16, 16, 32)."""
    found = [row.shape for row in block_models.upgraded()[:8]]

    _, first, second, pooled = NETWORK["shapes"]
    said = [first[1:]] * 3 + [second[1:]] * 3 + [pooled[1:]] * 2
    judge.equal(np.ravel(found), np.ravel(said), oracle="the text")


day7_figure_matches_code = claim(
    "blocks.day7-figure-matches-code",
    says="Twice convolution without bias and with L2, BatchNorm, ReLU; then max "
    "pooling and dropout of 0.2: as the diagram shows, so the code does.",
    sources=[day7[1:13], day7[70:82], day7[131:132]],
    verdict=UPHELD,
    explained_by=f"{CONV}.build",
    faults=[
        faults.use_bias_ignored,
        faults.kernel_regularizer_ignored,
        faults.dropout_rate_halved,
        figure(NETWORK, "diagram's dropout", 0.25),
        figure(NETWORK, "diagram", [*HALF, *HALF, "Dropout", "MaxPool2D"]),
    ],
)


@day7_figure_matches_code.as_worded
def test_the_block_has_the_layers_of_the_diagram():
    """Eight layers in this order, with a kernel only, its L2 and rate 0.2."""
    block = block_models.upgraded()[:8]

    drawn = [KINDS.get(name, name) for name in NETWORK["diagram"]]
    judge.equal([row.kind for row in block], drawn, what="order")
    convolutions = of_kind(block, "Conv2D")
    sizes = [3 * 3 * channels * 32 for channels in (3, 32)]
    judge.equal([row.trainable for row in convolutions], sizes, what="kernels alone")
    penalties = [str(row.config["kernel_regularizer"]) for row in convolutions]
    judge.true(["L2" in p for p in penalties], what="L2 on the kernel")
    judge.equal(
        [row.config["activation"] for row in of_kind(block, "Activation")],
        ["relu"] * 2,
        what="activation",
    )
    judge.equal(block[-1].config["rate"], NETWORK["diagram's dropout"], what="rate")


no_dropout_directly_before_batchnorm = claim(
    "blocks.no-dropout-directly-before-batchnorm",
    says="No dropout stands directly before a BatchNorm: the lesson's networks follow "
    "the rule.",
    sources=[day7[67], day7[276:277], day7[130:139], day7[222:231]],
    verdict=UPHELD,
    why="Each BatchNorm follows a convolution or the dense layer.",
    faults=[
        figure(NETWORK, "not before BatchNormalization", "Dense"),
        figure(NETWORK, "not before BatchNormalization", "Conv2D"),
    ],
)


@no_dropout_directly_before_batchnorm.as_worded
def test_no_batchnorm_follows_dropout():
    """Five BatchNorms, four after a convolution and one after a dense layer."""
    kinds = [row.kind for row in block_models.upgraded()]
    at = [i for i, kind in enumerate(kinds) if kind == "BatchNormalization"]

    judge.equal(len(at), 5, what="BatchNorms")
    before = [kinds[i - 1] for i in at]
    forbidden = before.count(NETWORK["not before BatchNormalization"])
    judge.equal(forbidden, 0, what="directly after dropout")
    judge.equal(before, ["Conv2D"] * 4 + ["Dense"], what="layers before them")


first_block_32_second_64 = claim(
    "blocks.first-block-32-second-64",
    says="The first block has 32 filters, the second 64.",
    sources=[day7[131:132], day7[210]],
    verdict=UPHELD,
    explained_by=f"{CONV}.build",
    faults=[faults.one_filter_more, figure(NETWORK, "filters", [32, 32, 32, 64])],
)


@first_block_32_second_64.as_worded
def test_the_blocks_have_32_and_64_filters():
    """Four convolutions put out 32, 32, 64 and 64 channels."""
    found = [row.shape[-1] for row in of_kind(block_models.upgraded(), "Conv2D")]

    judge.equal(found, NETWORK["filters"], oracle="the text")


@shared
def small_baseline():
    """The baseline with 2 and 4 filters on 8 x 8 images."""
    return block_models.baseline_model(width=2, image=8)


baseline_unregularized = claim(
    "blocks.baseline-unregularized",
    says="The baseline is not regularized.",
    sources=[day7[35:48]],
    verdict=UPHELD,
    why="Its layers have no penalty by default, and its output in training is that of "
    "inference.",
    explained_by=f"{CONV}.__init__",
    faults=[faults.regularized_by_default, faults.pool_drops_in_training],
)


@baseline_unregularized.as_worded
def test_the_baseline_has_no_penalty_and_one_mode():
    """No entry in losses; the output in training is that of inference."""
    model, x = small_baseline(), np.random.normal(size=(4, 8, 8, 3)).astype("float32")

    judge.equal(len(model.losses), 0, what="penalties")
    judge.equal(model(x, training=True), as_array(model(x, training=False)))


baseline_puts_out_logits = claim(
    "blocks.baseline-puts-out-logits",
    says="The last layer of the baseline puts out logits.",
    sources=[day7[47], day7[52]],
    verdict=UPHELD,
    why="Dense has no activation by default: the output is an affine function.",
    explained_by="keras.src.layers.core.dense:Dense.call",
    faults=[faults.dense_softmax_by_default, faults.dense_2_percent_high],
)


@baseline_puts_out_logits.as_worded
def test_the_last_layer_is_affine():
    """Output is input times kernel plus bias, in NumPy."""
    last = small_baseline().layers[-1]
    x = np.random.normal(size=(4, 128)).astype("float32")
    last.bias.assign(np.arange(10.0))

    kernel, bias = (as_array(v).astype("float64") for v in last.weights)

    size = np.abs(x) @ np.abs(kernel) + bias
    found, expected = last(x), x @ kernel + bias
    judge.close(found, expected, operations=132, magnitude=size, oracle="NumPy")


same_architecture = claim(
    "blocks.same-architecture",
    says="The upgraded network, which no longer memorizes, has the architecture of the "
    "baseline.",
    sources=[day7[207]],
    evidence=[day7[36:48], day7[130:140], day7[182]],
    verdict=REFUTED,
    severity="wording",
    instead="It is another network: the convolutions have the same sizes, but no "
    "biases, and BatchNorm, dropout, L2 and 192 instead of 128 dense units are new.",
    why="It has 855,274 parameters, the baseline 591,274.",
    explained_by="keras.src.layers.core.dense:Dense.build",
    faults=[
        faults.counts_one_for_every_model,
        faults.use_bias_ignored,
        faults.kernel_regularizer_ignored,
    ],
)


def counted(layers):
    return sum(row.counted for row in layers)


@same_architecture.as_worded
def test_both_networks_have_as_many_parameters():
    """The counts of all layers add up to the same number."""
    judge.equal(
        counted(block_models.upgraded()),
        counted(block_models.baseline()),
        what="parameters",
    )


@same_architecture.instead
def test_the_convolutions_agree_and_the_rest_does_not():
    """Equal filters and pooled shapes; 192 and 128 units; 855,274 and 591,274."""
    networks = (block_models.upgraded(), block_models.baseline())
    new, old = ([row.shape for row in of_kind(n, "Conv2D")] for n in networks)
    judge.equal(np.ravel(new), np.ravel(old), what="shapes of the convolutions")
    pairs = ((3, 32), (32, 32), (32, 64), (64, 64))
    biases = [32, 32, 64, 64]
    for network, what in zip(networks, ("with BatchNorm", "the baseline")):
        found = [row.trainable for row in of_kind(network, "Conv2D")]
        own = [n * (what == "the baseline") for n in biases]
        expected = [9 * i * o + bias for (i, o), bias in zip(pairs, own)]
        judge.equal(found, expected, what=f"weights of convolutions, {what}")
    for kind, count in (("BatchNormalization", 5), ("Dropout", 3)):
        found = [len(of_kind(network, kind)) for network in networks]
        judge.equal(found, [count, 0], what=kind)
    penalized = [
        sum("L2" in str(row.config.get("kernel_regularizer")) for row in network)
        for network in networks
    ]
    judge.equal(penalized, [5, 0], what="layers with L2")
    units = [of_kind(n, "Dense")[0].shape[0] for n in networks]
    judge.equal(units, [192, 128], what="units")
    judge.equal([counted(n) for n in networks], [855_274, 591_274], what="parameters")


probe_call_builds = claim(
    "blocks.probe-call-builds",
    says="The call on zeros builds the layers of the functional model.",
    sources=[day7[92]],
    verdict=REFUTED,
    severity="wording",
    instead="# not needed: a functional model is built when it is created",
    why="Connecting a layer to a symbolic input builds it; weights and penalties "
    "exist before the first call.",
    explained_by=[BUILD, "keras.src.models.functional:Functional"],
    faults=[faults.built_by_data_alone],
)


def weights_before_and_after_a_call():
    """Numbers of weights and of penalties of a new probe; before and after."""
    inputs = keras.Input((4, 4, 3))
    outputs = regularized_block(inputs, filters=2, l2=1e-4, rate=0.2)
    model = keras.Model(inputs, outputs)
    before = [len(model.weights), len(model.losses)]
    model(np.zeros((1, 4, 4, 3), "float32"))
    return before, [len(model.weights), len(model.losses)]


@probe_call_builds.as_worded
def test_the_call_makes_the_weights():
    """There is no weight before the call, and there are ten after it."""
    before, after = weights_before_and_after_a_call()

    judge.equal([before[0], after[0]], [0, 10], what="weights")


@probe_call_builds.instead
def test_the_weights_are_there_before_the_call():
    """Ten weights and two penalties, before and after."""
    before, after = weights_before_and_after_a_call()

    judge.equal([*before, *after], [10, 2, 10, 2], what="weights and penalties")


block_function_is_reusable = claim(
    "blocks.block-function-is-reusable",
    says="The block is a function that can be applied again, with other filters.",
    sources=[day7[69], day7[131:132]],
    verdict=UPHELD,
    why="Each call creates layers of its own: two calls share no weight.",
    explained_by=BUILD,
    faults=[faults.layers_shared_by_kind, faults.one_filter_more],
)


@block_function_is_reusable.as_worded
def test_three_applications_share_no_weight():
    """Blocks of 3, 3 and 6 filters in a row have 30 weights, no two the same."""
    x = inputs = keras.Input((8, 8, 3))
    for filters in (3, 3, 6):
        x = regularized_block(x, filters=filters, l2=1e-4, rate=0.2)
    model = keras.Model(inputs, x)

    kernels = [layer.kernel for layer in model.layers if hasattr(layer, "kernel")]
    judge.equal([k.shape[-1] for k in kernels], [3, 3, 3, 3, 6, 6], what="filters")
    judge.equal(len({id(kernel) for kernel in kernels}), 6, what="kernels")
    judge.equal(len({id(w) for w in model.weights}), 30, what="weights")
    judge.equal(rows(model)[-1].shape, [1, 1, 6], what="output")
