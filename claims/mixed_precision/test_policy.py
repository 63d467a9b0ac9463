"""Mixed precision: which dtype each layer computes in and keeps."""

import keras
import numpy as np
from hypothesis import strategies as st

from claims.common.policies import policy
from claims.common.policy_in_search import search
from claims.documents import day7, notebook
from claims.mixed_precision import faults
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

POLICY = "keras.src.dtype_policies.dtype_policy:set_dtype_policy"
PARSE = "keras.src.dtype_policies.dtype_policy:DTypePolicy._parse_name"
CLEARED = "keras.src.backend.common.global_state:clear_session"
NORM = "keras.src.layers.normalization.batch_normalization:BatchNormalization.call"


LAYERS = {
    "Dense": lambda: keras.layers.Dense(3),
    "Conv2D": lambda: keras.layers.Conv2D(3, 2),
    "BatchNormalization": lambda: keras.layers.BatchNormalization(),
    "LayerNormalization": lambda: keras.layers.LayerNormalization(),
    "Activation": lambda: keras.layers.Activation("relu"),
    "Softmax": lambda: keras.layers.Softmax(),
    "MaxPooling2D": lambda: keras.layers.MaxPooling2D(),
    "Dropout": lambda: keras.layers.Dropout(0.3),
    "Flatten": lambda: keras.layers.Flatten(),
}
IMAGES = np.ones((1, 4, 4, 2), "float32")
kinds = st.sampled_from(sorted(LAYERS))


def dtypes(layer):
    """Compute dtype, dtype of the output, dtypes of the weights."""
    output = layer(IMAGES)
    name = keras.backend.standardize_dtype(output.dtype)
    weights = sorted({keras.backend.standardize_dtype(w.dtype) for w in layer.weights})
    return [layer.compute_dtype, name, *weights]


one_call = claim(
    "mixed-precision.one-call",
    says="One call of keras.mixed_precision.set_global_policy('mixed_float16') "
    "switches mixed precision on.",
    sources=[day7[118:119], day7[279]],
    verdict=QUALIFIED,
    why="In Keras 3 the name is an alias of keras.config.set_dtype_policy. KerasTuner "
    "clears the session, and with it the policy, before it builds a trial's model: the "
    "lesson's search, and the winner rebuilt after it, compute in float32.",
    explained_by=[POLICY, CLEARED, "keras_tuner.src.engine.tuner:Tuner._try_build"],
    faults=[
        faults.setting_the_policy_does_nothing,
        faults.computes_in_bfloat16,
        faults.computes_in_float32,
        faults.clearing_keeps_the_policy,
    ],
)


@one_call.holds_when("nothing clears Keras' session after the call")
@given(name=kinds)
def test_layers_made_after_the_call_are_mixed(name):
    """A new layer has float16 outputs and float32 weights; without the call not."""
    call = keras.mixed_precision.set_global_policy
    judge.true(call is keras.config.set_dtype_policy, what="alias")
    judge.equal(set(dtypes(LAYERS[name]())), {"float32"}, what="before the call")
    with policy("mixed_float16"):
        found = dtypes(LAYERS[name]())
    judge.equal(found[:2], ["float16", "float16"], what="compute and output dtype")
    judge.equal(set(found[2:]) - {"float32"}, set(), what="weights not float32")


@one_call.fails_throughout(
    "a KerasTuner search, which clears the session, builds the model"
)
def test_the_models_of_a_search_are_float32():
    """The same model is mixed before the search, and float32 in it and after it."""
    run = search()

    judge.equal(run.before[0], "float16", what="before the search")
    judge.equal([t[0] for t in run.trials], ["float32"], what="trial")
    judge.equal([run.policy, run.rebuilt[0]], ["float32"] * 2, what="after it")


policy_object = claim(
    "mixed-precision.policy-object",
    says="A Policy object, made from the name and set as the global one, switches "
    "mixed precision on.",
    sources=[notebook[42:44]],
    verdict=UPHELD,
    explained_by=POLICY,
    faults=[
        faults.setting_the_policy_does_nothing,
        faults.computes_in_bfloat16,
        faults.computes_in_float32,
    ],
)


@policy_object.as_worded
@given(name=kinds)
def test_layers_made_after_the_object_was_set_are_mixed(name):
    """A new layer has float16 outputs and float32 weights."""
    with policy(keras.mixed_precision.Policy("mixed_float16")):
        found = dtypes(LAYERS[name]())

    judge.equal(found[:2], ["float16", "float16"], what="compute and output dtype")
    judge.equal(set(found[2:]) - {"float32"}, set(), what="weights not float32")


before_layers = claim(
    "mixed-precision.before-layers",
    says="The call has to come before any layer is made.",
    sources=[day7[118]],
    verdict=UPHELD,
    why="A layer takes the global policy when it is created, and keeps it.",
    explained_by="keras.src.layers.layer:Layer.__init__",
    faults=[faults.policy_reaches_earlier_layers],
)


@before_layers.as_worded
@given(name=kinds)
def test_a_layer_made_before_the_call_stays_float32(name):
    """Made before, called after: everything is float32."""
    layer = LAYERS[name]()

    with policy("mixed_float16"):
        judge.equal(set(dtypes(layer)), {"float32"})


every_layer_float16 = claim(
    "mixed-precision.every-layer-float16",
    says="From then on every layer computes in float16.",
    sources=[day7[119]],
    verdict=REFUTED,
    severity="wording",
    instead="Unless told otherwise, the model's layers now give float16 outputs; "
    "BatchNormalization computes its statistics in float32, and all variables stay in "
    "float32.",
    why="Batch normalization, which is in the lesson's model, computes its statistics "
    "in float32.",
    explained_by=[PARSE, NORM],
    faults=[faults.norm_computes_in_float16, faults.computes_in_bfloat16],
    differs_on={
        "keras>=3,<3.1": (
            UPHELD,
            "BatchNormalization takes its variance in float16 "
            "(layers/normalization/batch_normalization.py, Keras 3.0)",
        ),
    },
)


@every_layer_float16.instead
@given(name=kinds)
def test_every_new_layer_has_float16_outputs(name):
    """compute_dtype and output are float16 for each kind of layer, weights float32."""
    with policy("mixed_float16"):
        computed, given, *weights = dtypes(LAYERS[name]())

    judge.equal(
        [computed, given], ["float16", "float16"], what="compute and output dtype"
    )
    judge.equal(weights or ["float32"], ["float32"], what="variables")


@shared
def half_norm():
    """BatchNormalization under the policy that keeps the last batch's statistics."""
    with policy("mixed_float16"):
        norm = keras.layers.BatchNormalization(momentum=0.0)
    norm.build((None, 1))
    return norm


def variance_under_the_policy(size):
    """What the layer finds for inputs of +size and -size."""
    norm = half_norm()
    norm(np.array([[size], [-size]], "float16"), training=True)
    return as_array(norm.moving_variance)


@every_layer_float16.as_worded
@given(size=st.integers(300, 2_000))
@example(size=1000)
def test_batch_norm_overflows_as_float16_does(size):
    """size**2 > 65504, so its variance is infinite."""
    found = bool(np.isinf(variance_under_the_policy(size)).all())

    judge.true(found, what="overflow", oracle="the largest float16, 65504")


@every_layer_float16.instead
@given(size=st.integers(300, 2_000))
def test_batch_norm_computes_a_variance_that_float16_cannot_hold(size):
    """The moving variance is size**2 > 65504."""
    found = variance_under_the_policy(size)

    judge.close(found, float(size**2), operations=8, oracle="NumPy", what="variance")


variables_float32 = claim(
    "mixed-precision.variables-float32",
    says="Layers keep their variables in float32.",
    sources=[day7[119]],
    verdict=UPHELD,
    explained_by=PARSE,
    faults=[faults.variables_in_float16, faults.penalties_of_half_weights],
)


@variables_float32.as_worded
@given(name=st.sampled_from(["BatchNormalization", "Conv2D", "Dense"]))
def test_weights_and_optimizer_state_are_float32(name):
    """Weights, and the moments that Adam makes for them, are float32."""
    with policy("mixed_float16"):
        layer = LAYERS[name]()
        found = dtypes(layer)
    adam = keras.optimizers.Adam()
    adam.build(layer.trainable_variables)

    judge.equal(found[2:], ["float32"], what="weights")
    slots = {v.dtype for v in adam.variables if "float" in v.dtype}
    judge.equal(slots, {"float32"}, what="moments")


@variables_float32.as_worded
@given(k=st.integers(1, 9))
def test_a_penalty_is_that_of_the_float32_weights(k):
    """L2 of weights that float16 would round is exact to float32."""
    weight = 1 + k * 2.0**-14
    with policy("mixed_float16"):
        dense = keras.layers.Dense(
            3, use_bias=False, kernel_regularizer=keras.regularizers.L2(0.5)
        )
        dense.build((None, 2))
        dense.kernel.assign(np.full((2, 3), weight))
        (penalty,) = dense.losses

    judge.close(penalty, 0.5 * 6 * weight**2, operations=8, oracle="NumPy")


half_memory = claim(
    "mixed-precision.half-memory",
    says="Computing in float16 takes half the memory.",
    sources=[day7[119]],
    verdict=QUALIFIED,
    why="Outputs of layers take 2 bytes per element. Variables stay in float32, as the "
    "same sentence says, and take 4: a training as a whole needs more than half.",
    explained_by=PARSE,
    faults=[faults.variables_in_float16, faults.computes_in_float32],
)


UNITS = st.sampled_from((1, 2, 5, 9))


def bytes_of(arrays):
    """Bytes that tensors or variables of these shapes and dtypes take."""
    return sum(as_array(a).size * (2 if "16" in str(a.dtype) else 4) for a in arrays)


@shared
def dense(units, name):
    """A Dense layer for three inputs, made under this global policy."""
    with policy(name):
        layer = keras.layers.Dense(units)
    layer.build((None, 3))
    return layer


@half_memory.holds_when("what layers compute is meant: their outputs")
@given(units=UNITS, rows=st.integers(1, 9))
def test_activations_take_half_the_bytes(units, rows):
    """The output of a layer has half as many bytes as in float32."""
    x = np.ones((rows, 3), "float32")

    full = bytes_of([dense(units, "float32")(x)])
    half = bytes_of([dense(units, "mixed_float16")(x)])

    judge.equal(2 * half, full, what="bytes in float32, twice those in float16")


@half_memory.fails_throughout("outputs and weights are counted together")
@given(units=UNITS)
def test_a_layer_and_its_output_take_more_than_half(units):
    """The weights have as many bytes as in float32, so the sum is not halved."""
    full, mixed = dense(units, "float32"), dense(units, "mixed_float16")
    x = np.ones((9, 3), "float32")

    judge.equal(bytes_of(mixed.weights), bytes_of(full.weights), what="weights")
    halved = bytes_of([*full.weights, full(x)]) / 2
    found = bytes_of([*mixed.weights, mixed(x)])
    judge.equal(found - halved, bytes_of(full.weights) / 2, what="more than half")


try_except_detects_support = claim(
    "mixed-precision.try-except-detects-support",
    says="The try/except around the policy call tells whether the machine supports "
    "mixed precision.",
    sources=[notebook[39:46]],
    verdict=REFUTED,
    severity="lesson",
    instead="Setting the policy succeeds without any GPU as well: that no exception "
    "occurs says nothing about support.",
    why="set_dtype_policy sets a global value without asking for a device; an unknown "
    "name raises a ValueError.",
    explained_by=POLICY,
    faults=[faults.float16_support_is_checked],
)


@try_except_detects_support.as_worded
def test_the_call_is_refused_without_a_gpu():
    """Where no GPU is visible, setting the policy raises."""
    judge.raises(Exception, lambda: policy("mixed_float16").__enter__())


@try_except_detects_support.instead
def test_the_call_succeeds_without_a_gpu():
    """The call runs on a machine without a GPU, and layers then compute in float16."""

    def switch_on():
        with policy("mixed_float16"):
            return keras.layers.Dense(1).compute_dtype

    judge.equal(judge.runs(switch_on), "float16", what="compute dtype")
    unknown = keras.mixed_precision.set_global_policy
    judge.raises(ValueError, lambda: unknown("mixed_float15"), what="unknown name")
