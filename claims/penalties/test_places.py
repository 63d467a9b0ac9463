"""Places of weight penalties: which weights they reach, and where they are kept."""

import keras
from hypothesis import strategies as st

from claims.common.penalty_models import (
    OPERATIONS,
    built,
    factors,
    judge_entries,
    kinds,
    layer_names,
    penalty,
    seeds,
    strengths,
    weights_away_from_zero,
)
from claims.documents import article, day7, lab, tutorial
from claims.penalties import faults as broken
from harness import (
    REFUTED,
    UPHELD,
    as_array,
    claim,
    contradiction,
    given,
    judge,
    shared,
    side,
)

BUILD = "keras.src.layers.core.dense:Dense.build"

kernel_and_bias_arguments = claim(
    "penalties.kernel-and-bias-arguments",
    says="A weight penalty is put on a layer's kernel or bias by a regularizer object "
    "in the layer's keyword arguments.",
    sources=[
        article[57],
        tutorial[598],
        tutorial[601:614],
        day7[87],
        lab[38:39],
    ],
    verdict=UPHELD,
    why="The variable of the kernel and that of the bias keep the regularizer objects "
    "of these arguments.",
    explained_by=BUILD,
    faults=[broken.bias_argument_ignored, broken.l2_too_large],
)


@kernel_and_bias_arguments.as_worded
@given(name=layer_names, kernel=kinds, strength=strengths)
def test_keyword_arguments_put_penalties_on_kernel_and_bias(name, kernel, strength):
    """Each argument adds the penalty of its own weight."""
    bias = {"L1": "L2", "L2": "L1L2", "L1L2": "L1"}[kernel]
    layer = built(name, strength, kernel, bias)

    w, b = layer.get_weights()
    of_kernel, of_bias = layer.kernel_regularizer, layer.bias_regularizer
    judge.true(layer.kernel.regularizer is of_kernel, what="kernel keeps its argument")
    judge.true(layer.bias.regularizer is of_bias, what="bias keeps its argument")
    judge_entries(
        layer.losses,
        [
            penalty(w, **factors(kernel, strength)),
            penalty(b, **factors(bias, strength / 2)),
        ],
    )


@kernel_and_bias_arguments.as_worded
def test_recurrent_layers_take_the_arguments():
    """The kernels and the bias of LSTM, GRU and SimpleRNN pay what is theirs."""
    penalties = {
        "kernel_regularizer": keras.regularizers.L1(0.5),
        "recurrent_regularizer": keras.regularizers.L2(0.25),
        "bias_regularizer": keras.regularizers.L1L2(0.125, 0.5),
    }
    for name in ("LSTM", "GRU", "SimpleRNN"):
        layer = getattr(keras.layers, name)(2, **penalties)
        layer.build((None, 4, 3))
        for weight in layer.trainable_variables:
            weight.assign(weights_away_from_zero(*weight.shape))

        w, u, b = layer.get_weights()
        due = [penalty(w, l1=0.5), penalty(u, l2=0.25), penalty(b, l1=0.125, l2=0.5)]
        judge_entries(layer.losses, due)


kernel_only = claim(
    "penalties.kernel-only",
    says="With kernel_regularizer alone, biases and the scale and shift of batch "
    "normalization pay no penalty.",
    sources=[day7[87]],
    verdict=UPHELD,
    why="A weight has no penalty unless the layer is given a regularizer for it.",
    explained_by=[
        BUILD,
        "keras.src.layers.normalization.batch_normalization:BatchNormalization.build",
    ],
    faults=[broken.every_weight_penalized_a_little, broken.l1_too_large],
)


@kernel_only.as_worded
@given(name=layer_names, kind=kinds, strength=strengths)
def test_the_bias_is_left_alone(name, kind, strength):
    """The layer's only entry is the penalty of its kernel."""
    layer = built(name, strength, kind)

    w, _ = layer.get_weights()
    judge_entries(layer.losses, [penalty(w, **factors(kind, strength))])


@kernel_only.as_worded
@given(
    name=st.sampled_from(
        ("Dense", "Conv2D", "BatchNormalization", "LayerNormalization", "PReLU")
    )
)
def test_nothing_is_penalized_unless_asked_for(name):
    """Layers that are given no regularizer have no penalties."""
    sizes = {"Dense": (2,), "Conv2D": (2, 2)}.get(name, ())
    layer = getattr(keras.layers, name)(*sizes)
    layer.build((None, 4, 4, 2))

    judge.equal(len(layer.losses), 0, what="entries")


@shared
def small_block():
    """Half of the text's regularized block, on 4 x 4 images, with a head."""
    reg = keras.regularizers.L2(0.125)
    x = inputs = keras.Input((4, 4, 2))
    x = keras.layers.Conv2D(
        2, 3, kernel_regularizer=reg, use_bias=False, padding="same"
    )(x)
    x = keras.layers.BatchNormalization()(x)
    x = keras.layers.Activation("relu")(x)
    x = keras.layers.Dropout(0.2)(keras.layers.MaxPooling2D()(x))
    x = keras.layers.Dense(2, kernel_regularizer=reg)(keras.layers.Flatten()(x))
    return keras.Model(inputs, x)


def block_and_weights():
    """The block with random weights: its entries, its kernels, its other weights."""
    model = small_block()
    weights = [weights_away_from_zero(*v.shape) for v in model.trainable_variables]
    for variable, weight in zip(model.trainable_variables, weights):
        variable.assign(weight)
    kernels = [w for w in weights if w.ndim > 1]
    return model.losses, kernels, [w for w in weights if w.ndim == 1]


l2_every_parameter = claim(
    "penalties.l2-every-parameter",
    says="The L2 penalty of this chapter pulls each parameter of the model to zero.",
    sources=[day7[84]],
    verdict=REFUTED,
    severity="wording",
    instead="The L2 penalty pulls every regularized kernel towards zero; biases and "
    "BatchNorm's gamma and beta get no pull.",
    why="kernel_regularizer reaches the kernel only. The same section says so three "
    "lines later.",
    explained_by="keras.src.layers.layer:Layer.add_weight",
    faults=[broken.every_weight_penalized, broken.l2_too_large],
)


@l2_every_parameter.as_worded
@given(seed=seeds)
def test_every_weight_of_the_block_is_penalized(seed):
    """The penalties add up to that of all trainable weights."""
    losses, kernels, others = block_and_weights()

    paid = sum(penalty(w, l2=0.125) for w in kernels + others)
    judge.close(as_array(sum(losses)), paid, operations=4 * OPERATIONS, what="total")


@l2_every_parameter.instead
@given(seed=seeds)
def test_only_kernels_of_the_block_are_penalized(seed):
    """The penalties add up to that of the kernels, which is less."""
    losses, kernels, _ = block_and_weights()

    paid = sum(penalty(w, l2=0.125) for w in kernels)
    judge.close(as_array(sum(losses)), paid, operations=4 * OPERATIONS, what="total")


every_parameter_vs_kernels_only = contradiction(
    "penalties.every-parameter-vs-kernels-only",
    says="L2 is said to reach all parameters; three lines later it leaves biases "
    "and batch normalization alone.",
    sides=[
        side("penalties.kernel-only", day7[87]),
        side("penalties.l2-every-parameter", day7[84]),
    ],
    right="penalties.kernel-only",
    instead="kernel_regularizer penalizes the kernels; all other parameters are left "
    "alone.",
    why="The two sentences exclude each other; the second one describes what Keras "
    "does.",
    explained_by="keras.src.layers.layer:Layer.add_weight",
    faults=[broken.every_weight_penalized, broken.l2_too_large],
)


@every_parameter_vs_kernels_only.all_sides
@given(seed=seeds)
def test_all_weights_and_kernels_alone_cost_the_same(seed):
    """Kernels alone are penalized, and so is every other weight."""
    losses, kernels, others = block_and_weights()

    judge_entries(losses, [penalty(w, l2=0.125) for w in kernels])
    judge.equal(len(losses), len(kernels + others), what="penalized weights")


@every_parameter_vs_kernels_only.right_side
@given(seed=seeds)
def test_each_kernel_has_its_entry_and_nothing_else_has(seed):
    """The entries are the kernels' penalties, one each."""
    losses, kernels, _ = block_and_weights()

    judge_entries(losses, [penalty(w, l2=0.125) for w in kernels])
