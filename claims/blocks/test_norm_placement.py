"""Two documents that place batch normalization on different sides of the activation."""

from itertools import pairwise

from claims.code import faults as layer_faults
from claims.common.block_models import notebook as notebook_layers
from claims.common.block_models import upgraded
from claims.documents import day7, notebook
from harness import contradiction, judge, side

norm_placement_agrees = contradiction(
    "blocks.norm-placement-agrees",
    says="Day 7 normalizes a convolution before its activation; the notebook "
    "activates in the convolution and normalizes after it.",
    sides=[
        side("batchnorm.activation-sees-normalized-inputs", day7[61], day7[276]),
        side("blocks.notebook-architecture", notebook[152], notebook[178:202]),
    ],
    right=None,
    instead="Day 7 normalizes the convolution's output and applies ReLU after that; "
    "the notebook's Conv2D applies its ReLU first, and the normalization gets its "
    "output.",
    why="Conv2D(activation='relu') activates inside the layer.",
    explained_by="keras.src.layers.convolutional.base_conv:BaseConv.call",
    faults=[layer_faults.conv_activation_ignored],
)


def before_norm(layers):
    """The activations of the convolutions that a BatchNormalization follows."""
    pairs = [(a, b.kind) for a, b in pairwise(layers) if a.kind == "Conv2D"]
    return [a.config["activation"] for a, kind in pairs if kind == "BatchNormalization"]


@norm_placement_agrees.all_sides
def test_no_convolution_before_a_normalization_activates():
    """In both networks these convolutions are linear."""
    judge.equal(before_norm(upgraded()), ["linear"] * 4, what="Day 7")
    judge.equal(before_norm(notebook_layers()), ["linear"] * 6, what="notebook")


@norm_placement_agrees.right_side
def test_the_notebooks_convolutions_activate_first():
    """Four linear ones in Day 7, six with ReLU in the notebook."""
    judge.equal(before_norm(upgraded()), ["linear"] * 4, what="Day 7")
    judge.equal(before_norm(notebook_layers()), ["relu"] * 6, what="notebook")
