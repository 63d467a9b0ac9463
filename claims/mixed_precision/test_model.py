"""Mixed precision for a whole model: the last layer's dtype, memory, speed."""

import keras
import numpy as np
from hypothesis import strategies as st

from claims.common.policies import policy
from claims.documents import day7, notebook
from claims.mixed_precision import faults
from harness import QUALIFIED, UPHELD, as_array, claim, given, judge, shared

LOSS = "keras.src.losses.loss:Loss.__call__"
PARSE = "keras.src.dtype_policies.dtype_policy:DTypePolicy._parse_name"


@shared
def head(activation, dtype=None):
    """A last layer of two units under the policy, whose kernel passes its input on."""
    with policy("mixed_float16"):
        layer = keras.layers.Dense(
            2,
            activation=activation,
            dtype=dtype,
            kernel_initializer=keras.initializers.Identity(),
        )
    layer.build((None, 2))
    return layer


@shared
def softmax_layer():
    """A softmax as a layer of its own, in float32, under the policy."""
    with policy("mixed_float16"):
        return keras.layers.Activation("softmax", dtype="float32")


@shared
def from_logits():
    return keras.losses.SparseCategoricalCrossentropy(
        from_logits=True, reduction="none"
    )


final_layer_must_be_float32 = claim(
    "mixed-precision.final-layer-must-be-float32",
    says="The last layer must have float32 outputs, or softmax and cross-entropy lose "
    "their precision in float16.",
    sources=[day7[120]],
    verdict=QUALIFIED,
    why="Loss objects cast the model's output to float32. A softmax inside the last "
    "layer is computed in float16; logits lose what rounding to 11 bits takes: little "
    "for the lesson's models, which return logits, much near 1,000.",
    explained_by=LOSS,
    faults=[faults.computes_in_float32, faults.losses_keep_the_dtype],
)


@final_layer_must_be_float32.holds_when("the last layer includes the softmax")
@given(gap=st.integers(180, 600).map(lambda k: k / 10))
def test_a_float16_softmax_loses_the_unlikely_class(gap):
    """A probability of exp(-gap) is zero in float16, and right in a float32 layer."""
    logits = np.array([[0, gap]], "float16")

    half = as_array(head("softmax")(logits))
    full = as_array(head("softmax", "float32")(logits))

    judge.equal(half[0, 0], 0.0, what="float16")
    exact = 1 / (1 + np.exp(np.float64(logits[0, 1])))
    judge.close(full[0, 0], exact, operations=80, what="float32")
    with policy("mixed_float16"):
        layer = as_array(softmax_layer()(logits))
    judge.close(layer[0, 0], exact, operations=80, what="float32 softmax layer")


@final_layer_must_be_float32.holds_when("the logits are as large as 1,000")
@given(gap=st.integers(10, 15).map(lambda k: k / 100))
def test_logits_near_1000_lose_their_difference(gap):
    """Of 1000 + gap, float16 keeps 1000, and the loss is that of equal logits; a
    float32 layer gives the right one."""
    x, label = np.array([[1000 + gap, 1000]], "float32"), np.array([1])

    half = as_array(from_logits()(label, head(None)(x)))
    full = as_array(from_logits()(label, head(None, "float32")(x)))

    judge.close(half, [np.log(2)], operations=40, what="float16")
    exact = np.logaddexp(0, float(x[0, 0]) - 1000)
    judge.close(full, [exact], operations=8, magnitude=1000, what="float32")
    judge.apart(half, full, by=0.4 * gap)


@final_layer_must_be_float32.fails_throughout(
    "the last layer returns logits of up to 60, and a loss object takes them"
)
@given(
    gap=st.integers(10, 600).map(lambda k: k / 10),
    least=st.integers(-60, 0),
    label=st.integers(0, 1),
)
def test_the_loss_of_float16_logits_is_taken_in_float32(gap, least, label):
    """It is that of the rounded logits to float32 precision; rounding moves them by
    2 ** -11 of their size at most."""
    x = np.array([[least, least + gap]], "float32")
    logits = head(None)(x)
    rounded = as_array(logits).astype("float64")

    loss = as_array(from_logits()(np.array([label]), logits))

    judge.equal(keras.backend.standardize_dtype(logits.dtype), "float16", what="head")
    exact = np.logaddexp(*rounded[0]) - rounded[0, label]
    n = {"operations": 40, "magnitude": np.abs(rounded).max()}
    judge.close(loss, [exact], what="loss", **n)
    judge.close(rounded, x, operations=1, dtype="float16", what="logits")


reduces_memory = claim(
    "mixed-precision.reduces-memory",
    says="Mixed precision reduces the memory that the notebook's model takes.",
    sources=[notebook[39]],
    verdict=UPHELD,
    why="At batch size 16 the activations fall from 416 to 208 MB; weights and Adam's "
    "moments stay at 161 MB. Float16 copies of the weights take at most 27 MB.",
    explained_by=PARSE,
    faults=[faults.computes_in_float32, faults.variables_in_float16],
)


def network():
    """The notebook's network for 160 x 160 images, with kernels of zero."""
    quick = {"kernel_initializer": "zeros", "activation": "relu"}
    layers = [keras.Input((160, 160, 3))]
    for filters in (32, 64, 128):
        for _ in range(2):
            layers.append(keras.layers.Conv2D(filters, 3, padding="same", **quick))
            layers.append(keras.layers.BatchNormalization())
        layers += [keras.layers.MaxPooling2D((2, 2)), keras.layers.Dropout(0.25)]
    layers += [keras.layers.Flatten(), keras.layers.Dense(256, **quick)]
    layers += [keras.layers.BatchNormalization(), keras.layers.Dropout(0.5)]
    return keras.Sequential([*layers, keras.layers.Dense(10, activation="softmax")])


def activation_bytes(model, batch=16):
    """Bytes of the outputs of all layers for one batch."""
    outputs = [layer.output for layer in model.layers]
    widths = [2 if "16" in str(output.dtype) else 4 for output in outputs]
    sizes = [int(np.prod(output.shape[1:])) for output in outputs]
    return batch * sum(size * width for size, width in zip(sizes, widths))


@reduces_memory.as_worded
def test_activations_halve_and_float16_copies_are_smaller_than_that():
    """The bytes saved are half of all activations, more than copies of the weights."""
    with policy("float32"):
        full = activation_bytes(network())
    with policy("mixed_float16"):
        model = network()
    half = activation_bytes(model)

    judge.equal(2 * half, full, what="activations")
    dtypes = {keras.backend.standardize_dtype(w.dtype) for w in model.weights}
    judge.equal(dtypes, {"float32"}, what="weights")
    copies = 2 * sum(int(np.prod(w.shape)) for w in model.weights)
    judge.at_least(full - half, copies, what="saved")
    moments = 8 * sum(int(np.prod(w.shape)) for w in model.trainable_weights)
    for found, megabytes in ((full, "416"), (half, "208"), (copies, "27")):
        judge.printed(found / 1e6, megabytes, what="MB")
    judge.printed((2 * copies + moments) / 1e6, "161", what="MB of weights, moments")
