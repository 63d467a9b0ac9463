"""Passages that cannot both be followed, and a library that ended."""

from itertools import pairwise

import keras
import numpy as np
import pytest
from hypothesis import strategies as st

from claims import update_rules as rules
from claims.block_models import notebook as notebook_layers
from claims.block_models import upgraded
from claims.documents import day7, lab, notebook, tutorial
from claims.faults import code as layer_faults
from claims.faults import mixed_precision as precision_faults
from claims.faults import weight_decay as faults
from claims.policies import policy
from claims.update_rules import both_formats, problem
from claims.updates import stepped, updated_by
from harness import REFUTED, claim, given, judge
from harness.strategies import seeds

RATES = st.sampled_from([0.02, 0.05])
DECAYS = st.sampled_from([0.1, 0.6])

agree = claim(
    "weight-decay.passages-agree",
    says="The passages on weight decay tell one story: it is L2 regularization, and "
    "the decoupled decay of AdamW is that as well.",
    sources=[tutorial[594], tutorial[692:694], lab[40]],
    verdict=REFUTED,
    severity="lesson",
    instead="L2 regularization adds a penalty to the loss; decoupled weight decay "
    "shrinks the weights beside the optimizer's step. With Adam they lead to "
    "different weights.",
    why="The tutorial first calls both exactly the same, and then describes decoupled "
    "decay as a second approach, as the lab does; only the latter is true.",
    explained_by=[
        "keras.src.optimizers.base_optimizer:BaseOptimizer._apply_weight_decay",
        faults.L2,
    ],
    faults=[
        faults.decay_is_coupled,
        faults.l2_5_percent_high,
        faults.decay_5_percent_high,
    ],
)


def paths(lr, decay, start, gradients):
    """Two steps of AdamW, and of Adam with an L2 penalty of half the decay."""
    made = updated_by("AdamW", learning_rate=lr, weight_decay=decay)
    decayed = stepped(made, start, gradients)
    made = updated_by("Adam", learning_rate=lr)
    penalty = keras.regularizers.L2(decay / 2)
    return decayed, stepped(made, start, gradients, penalty)


@agree.as_worded
@given(lr=RATES, decay=DECAYS, seed=seeds())
def test_adamw_and_adam_with_a_penalty_take_one_path(lr, decay, seed):
    """After each of two steps the weights are the same."""
    start, gradients = problem(steps=2)

    decayed, penalized = paths(lr, decay, start, gradients)

    judge.close(decayed, penalized, operations=999, magnitude=3, oracle="Keras' L2")


@agree.instead
@given(lr=RATES, decay=DECAYS, seed=seeds())
def test_adamw_and_adam_with_a_penalty_part(lr, decay, seed):
    """The one path is NumPy's decoupled decay, the other NumPy's penalized gradient."""
    start, gradients = problem(steps=2)
    apart = both_formats(rules.adam, start, gradients, lr=lr, decay=decay)
    through = both_formats(rules.adam, start, gradients, lr=lr, coupled=decay)

    decayed, penalized = paths(lr, decay, start, gradients)

    judge.trajectory(decayed, **apart, what="AdamW")
    judge.trajectory(penalized, **through, what="Adam with L2")


place = claim(
    "weight-decay.documents-agree-on-place",
    says="The documents agree on where Keras has its weight decay: on layers, not in "
    "the optimizer.",
    sources=[day7[86:87], lab[15:16], lab[40]],
    verdict=REFUTED,
    severity="lesson",
    instead="Keras has both: kernel_regularizer per layer, which adds L2 to the loss, "
    "and weight_decay in its optimizers, such as keras.optimizers.AdamW.",
    why="Day 7 calls it a difference from PyTorch that Keras attaches decay per layer; "
    "the lab names keras.optimizers.AdamW as the equivalent of PyTorch's.",
    explained_by=[
        "keras.src.optimizers.base_optimizer:BaseOptimizer._apply_weight_decay",
        faults.L2,
    ],
    faults=[
        faults.decay_is_coupled,
        faults.decay_5_percent_high,
        faults.l2_5_percent_high,
    ],
)
WEIGHTS = np.array([1.0, -0.5])


def without_a_gradient(lr, decay):
    """What a step of AdamW makes of the weights when their gradient is zero."""
    made = updated_by("AdamW", [2], learning_rate=lr, weight_decay=decay)
    return stepped(made, WEIGHTS, np.zeros((1, 2)))[0]


@place.as_worded
@given(lr=RATES, decay=DECAYS)
def test_no_optimizer_of_keras_decays_weights(lr, decay):
    """AdamW leaves weights without a gradient as they are."""
    judge.close(without_a_gradient(lr, decay), WEIGHTS, operations=5)


@place.instead
@given(lr=RATES, decay=DECAYS)
def test_layers_and_optimizers_have_a_decay_each(lr, decay):
    """The optimizer shrinks weights by lr * decay, the layer's penalty is L2."""
    penalty = keras.regularizers.L2(decay)(WEIGHTS.astype("float32"))

    judge.close(penalty, decay * 1.25, operations=5, what="penalty of a layer")
    shrunk = (1 - lr * decay) * WEIGHTS
    judge.close(without_a_gradient(lr, decay), shrunk, operations=5, what="AdamW")


addons = claim(
    "weight-decay.tfa-adamw",
    says="The AdamW of TensorFlow Addons applies decoupled weight decay.",
    sources=[tutorial[694]],
    needs="tensorflow",
)


@addons.as_worded
@given(lr=RATES, decay=DECAYS, seed=seeds())
def test_the_adamw_of_addons_shrinks_weights_beside_its_step(lr, decay, seed):
    """A step without a gradient takes `decay` times the weight, not times the rate."""
    try:
        from tensorflow_addons.optimizers import AdamW
    except ImportError:
        pytest.skip(
            "needs tensorflow-addons, which ended in 2024 and does not support this "
            "TensorFlow"
        )
    import tensorflow as tf

    weight = tf.Variable([1.0])
    AdamW(weight_decay=decay, learning_rate=lr).apply_gradients([([0.0], weight)])
    judge.close(weight, [1 - decay], operations=4)


head = claim(
    "mixed-precision.documents-agree-on-head",
    says="The documents treat the last layer alike under mixed precision: it computes "
    "in float32.",
    sources=[day7[120:121], notebook[40:46], notebook[213:220]],
    verdict=REFUTED,
    severity="lesson",
    instead="Under mixed precision give the last layer dtype='float32', as Day 7 does; "
    "the notebook's softmax layer has none and computes in float16.",
    why="A layer takes its dtype policy from its argument, or else from the global "
    "policy.",
    explained_by="keras.src.layers.layer:Layer.__init__",
    faults=[
        precision_faults.computes_in_float32,
        precision_faults.layers_ignore_their_own_dtype,
    ],
)


def output_dtypes():
    """Of the last layers, as Day 7 and as the notebook make them under the policy."""
    with policy("mixed_float16"):
        layers = (
            keras.layers.Dense(10, dtype="float32"),
            keras.layers.Dense(10, activation="softmax"),
        )
    x = np.ones((1, 2), "float16")
    return [keras.backend.standardize_dtype(layer(x).dtype) for layer in layers]


@head.as_worded
def test_both_last_layers_give_float32():
    """The outputs of both are float32."""
    judge.equal(output_dtypes(), ["float32", "float32"], what="dtypes")


@head.instead
def test_the_notebooks_softmax_is_in_float16():
    """Only Day 7's, which is told so, gives float32."""
    judge.equal(output_dtypes(), ["float32", "float16"], what="dtypes")


placement = claim(
    "blocks.norm-placement-agrees",
    says="The documents place batch normalization alike: between a convolution and its "
    "activation.",
    sources=[day7[61], day7[276], notebook[152], notebook[178:202]],
    verdict=REFUTED,
    severity="lesson",
    instead="Day 7 normalizes what the convolution gives and activates behind it; the "
    "notebook's Conv2D applies its ReLU first, and the normalization sees its output.",
    why="Conv2D(activation='relu') activates inside the layer.",
    explained_by="keras.src.layers.convolutional.base_conv:BaseConv.call",
    faults=[layer_faults.conv_activation_ignored],
)


def before_norm(layers):
    """The activations of the convolutions that a BatchNormalization follows."""
    pairs = [(a, b.kind) for a, b in pairwise(layers) if a.kind == "Conv2D"]
    return [a.config["activation"] for a, kind in pairs if kind == "BatchNormalization"]


@placement.as_worded
def test_no_convolution_before_a_normalization_activates():
    """In both networks these convolutions are linear."""
    judge.equal(before_norm(upgraded()), ["linear"] * 4, what="Day 7")
    judge.equal(before_norm(notebook_layers()), ["linear"] * 6, what="notebook")


@placement.instead
def test_the_notebooks_convolutions_activate_first():
    """Four linear ones in Day 7, six with ReLU in the notebook."""
    judge.equal(before_norm(upgraded()), ["linear"] * 4, what="Day 7")
    judge.equal(before_norm(notebook_layers()), ["relu"] * 6, what="notebook")
