"""Loss scaling: who switches it on, what it saves, how the scale moves."""

from types import SimpleNamespace

import keras
import numpy as np
import torch
from hypothesis import strategies as st

from claims.common.policies import policy
from claims.common.policy_in_search import search
from claims.common.strategies import seeds
from claims.documents import day7
from claims.mixed_precision import faults
from harness import QUALIFIED, UPHELD, claim, given, gradients, judge, shared

SCALER = "keras.src.optimizers.loss_scale_optimizer:LossScaleOptimizer"
COMPILE = "keras.src.trainers.trainer:Trainer.compile"
SCALE = 2.0**15
TINY = st.integers(200, 2_400).map(lambda k: k * 1e-11)


def weighted_output(weight, output):
    """A loss whose gradient at the float16 output is `weight`."""
    return keras.ops.mean(weight * output)


@shared
def half_model(scaled=True):
    """One float16 weight, starting at 0, with SGD(1e6) and the loss above."""
    with policy("mixed_float16"):
        dense = keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")
        model = keras.Sequential([keras.Input((1,)), dense])
    model.compile(
        keras.optimizers.SGD(1e6),
        weighted_output,
        run_eagerly=True,
        auto_scale_loss=scaled,
    )
    return model


ONE = np.ones((1, 1), "float32")


def kernel_gradient(model, gradient, optimizer):
    """The weight's gradient of the loss that the optimizer may scale."""

    def loss():
        output = keras.ops.cast(model(ONE, training=True), "float32")
        return optimizer.scale_loss(weighted_output(gradient, output))

    return gradients(loss, model.trainable_variables)[0]


loss_scaling_automatic = claim(
    "mixed-precision.loss-scaling-automatic",
    says="Keras wraps the optimizer in loss scaling by itself; policy and float32 head "
    "are all that mixed precision needs.",
    sources=[day7[119], day7[279]],
    verdict=QUALIFIED,
    why="compile() wraps the optimizer of a float16 model. A custom training loop "
    "needs LossScaleOptimizer, scale_loss and apply. A model that a KerasTuner search "
    "builds is float32, so compile() wraps nothing.",
    explained_by=[COMPILE, f"{SCALER}.scale_loss"],
    faults=[
        faults.compile_never_wraps,
        faults.every_optimizer_scales,
        faults.overflow_quarters_the_scale,
        faults.grows_one_step_late,
        faults.clips_before_unscaling,
        faults.overflow_keeps_the_count,
        faults.clearing_keeps_the_policy,
    ],
)


@loss_scaling_automatic.fails_throughout("a KerasTuner search builds the model")
def test_no_optimizer_of_a_search_scales():
    """The model that is wrapped before the search has a plain Adam in the trial."""
    run = search()

    judge.equal(run.before[1], "LossScaleOptimizer", what="before the search")
    found = [optimizer for _, optimizer in (*run.trials, run.rebuilt)]
    judge.equal(found, ["Adam"] * 2, what="trial, and the winner rebuilt")


@loss_scaling_automatic.holds_when(
    "the model is compiled under the policy and trained with fit"
)
def test_compile_wraps_the_optimizer():
    """The compiled optimizer is a LossScaleOptimizer with scale 2**15."""
    model = half_model()

    judge.equal(type(model.optimizer).__name__, "LossScaleOptimizer", what="optimizer")
    judge.equal(model.optimizer.initial_scale, SCALE, what="first scale")
    judge.equal(model.optimizer.dynamic_growth_steps, 2000, what="growth interval")


def apply(scaler, gradient, weight):
    """One update of `weight`."""
    apply_all(scaler, [gradient], [weight])


def apply_all(scaler, gradients, weights):
    """One update of all weights; with JAX the scaler has the stateless form alone."""
    tensors = [keras.ops.array(gradient, "float32") for gradient in gradients]
    if keras.backend.backend() != "jax":
        return scaler.apply(tensors, weights)
    state = [variable.value for variable in scaler.variables]
    values = [weight.value for weight in weights]
    new, state = scaler.stateless_apply(state, tensors, values)
    for variable, value in zip([*weights, *scaler.variables], [*new, *state]):
        variable.assign(value)


@shared
def scaler_of(patience, clipnorm=None):
    """A LossScaleOptimizer of SGD(1) with this growth interval, and its weight."""
    inner = keras.optimizers.SGD(1.0, clipnorm=clipnorm)
    scaler = keras.optimizers.LossScaleOptimizer(inner, dynamic_growth_steps=patience)
    weight = keras.Variable(np.ones(2, "float32"))
    scaler.build([weight])
    variables = [weight, *scaler.variables]
    return SimpleNamespace(parts=(scaler, weight), variables=variables)


@loss_scaling_automatic.holds_when(
    "the model is compiled under the policy and trained with fit"
)
def test_each_overflow_halves_the_scale_from_the_first_update_on():
    """Two overflows, of which the first builds the optimizer, quarter it.

    One weight's overflow leaves the other weight, too.
    """
    scaler = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(1.0))
    weights = [keras.Variable(np.ones(2, "float32")) for _ in range(2)]
    if keras.backend.backend() == "jax":  # whose updates need a built optimizer
        scaler.build(weights)

    for _ in range(2):
        apply_all(scaler, [[1.0, 1.0], [np.inf, 1.0]], weights)

    judge.equal(scaler.dynamic_scale, SCALE / 4, what="after two overflows")
    judge.equal(weights[0], [1.0, 1.0], what="weight whose gradient is finite")


@loss_scaling_automatic.holds_when(
    "the model is compiled under the policy and trained with fit"
)
def test_a_penalty_is_scaled_with_the_loss():
    """A step of 0.5 against L2(0.25) takes a weight of one to 1 - 0.5 * 2 * 0.25."""
    with policy("mixed_float16"):
        dense = keras.layers.Dense(
            1,
            use_bias=False,
            kernel_initializer="ones",
            kernel_regularizer=keras.regularizers.L2(0.25),
        )
        model = keras.Sequential([keras.Input((1,)), dense])
    model.compile(keras.optimizers.SGD(0.5), weighted_output, run_eagerly=True)

    model.train_on_batch(ONE, np.zeros((1, 1), "float32"))

    judge.close(dense.kernel, [[0.75]], operations=9, what="kernel")


@loss_scaling_automatic.holds_when(
    "the model is compiled under the policy and trained with fit"
)
@given(patience=st.integers(1, 2), at=st.integers(4, 15), gradient=st.integers(1, 99))
def test_the_scale_halves_on_overflow_and_doubles_after_the_interval(
    patience, at, gradient
):
    """Infinity halves it and leaves the weight; `patience` finite steps double it.

    The steps before the overflow do not count.
    """
    scaler, weight = scaler_of(patience).parts
    scaler.dynamic_scale.assign(2.0**at)

    for _ in range(patience - 1):
        apply(scaler, [0.0, 0.0], weight)
    apply(scaler, [np.inf, 1.0], weight)
    judge.equal(weight, [1.0, 1.0], what="weight after an overflow")
    for _ in range(patience):
        judge.equal(scaler.dynamic_scale, 2.0 ** (at - 1), what="after an overflow")
        scaled = scaler.scale_loss(keras.ops.convert_to_tensor(3.0))
        judge.equal(scaled, 3 * 2.0 ** (at - 1), what="scaled loss")
        apply(scaler, [gradient, 0.0], weight)
    judge.equal(scaler.dynamic_scale, 2.0**at, what="after growth")
    moved = patience * gradient / 2.0 ** (at - 1)
    n = {"operations": 4 * patience, "magnitude": 1 + moved}
    judge.close(weight, [1 - moved, 1], what="weight", **n)


@loss_scaling_automatic.holds_when(
    "the model is compiled under the policy and trained with fit"
)
@given(gradient=st.integers(1, 99), at=st.integers(4, 15))
def test_the_wrapped_optimizer_sees_unscaled_gradients(gradient, at):
    """Its clipnorm of 1 cuts a gradient that is longer, and leaves a shorter one."""
    scaler, weight = scaler_of(2_000, 1.0).parts
    scaler.dynamic_scale.assign(2.0**at)
    length = gradient / 10

    apply(scaler, [length * 2.0**at, 0.0], weight)

    n = {"operations": 8, "magnitude": 2}
    judge.close(weight, [1 - min(length, 1), 1], what="weight", **n)


@shared
def plain_optimizer():
    return keras.optimizers.SGD(1.0)


@loss_scaling_automatic.fails_throughout("a custom training loop trains the model")
@given(gradient=TINY)
def test_a_loop_of_ones_own_loses_the_gradient(gradient):
    """Without the wrapped optimizer's scaling the weight's gradient is zero."""
    found = kernel_gradient(half_model(False), gradient, plain_optimizer())

    judge.equal(found, 0.0, what="gradient")


prevents_underflow = claim(
    "mixed-precision.prevents-underflow",
    says="Loss scaling keeps small float16 gradients from becoming zero.",
    sources=[day7[119]],
    verdict=UPHELD,
    why="A float16 gradient of 2e-9 to 2.4e-8 rounds to zero; multiplied by 2**15 it "
    "is kept.",
    explained_by=[f"{SCALER}.scale_loss", f"{SCALER}.apply"],
    faults=[
        faults.loss_is_not_scaled,
        faults.loss_scaled_5_percent_high,
        faults.compile_never_wraps,
    ],
)


@prevents_underflow.as_worded
@given(gradient=TINY)
def test_a_tiny_gradient_survives_with_scaling_alone(gradient):
    """Gradients of 2e-9 to 2.4e-8: lost unscaled, right to float16 when scaled."""
    plain, scaling = half_model(False), half_model()
    lost = kernel_gradient(plain, gradient, plain.optimizer)
    judge.equal(lost, 0.0, what="unscaled")

    kept = kernel_gradient(scaling, gradient, scaling.optimizer)
    apply(scaling.optimizer, kept, scaling.layers[-1].kernel)

    n = {"operations": 4, "dtype": "float16", "oracle": "NumPy"}
    judge.close(scaling.get_weights()[0], -1e6 * gradient, what="scaled", **n)


torch_is_manual = claim(
    "mixed-precision.torch-is-manual",
    says="PyTorch needs an autocast context and a GradScaler that the user handles.",
    sources=[day7[119]],
    verdict=UPHELD,
    explained_by="torch.amp.grad_scaler:GradScaler.scale",
    faults=[
        faults.torch_scaler_does_not_scale,
        faults.torch_scaler_never_skips,
        faults.torch_autocast_is_off,
    ],
)


@torch_is_manual.as_worded
@given(gradient=TINY, seed=seeds())
def test_torch_autocast_does_not_scale_by_itself(gradient, seed):
    """Under autocast the output is float16 and the gradient zero; scale() keeps it."""
    linear = torch.nn.Linear(1, 1, bias=False)
    scaler = torch.amp.GradScaler("cpu", init_scale=SCALE)

    def gradient_of(factor):
        linear.weight.grad = None
        with torch.autocast("cpu", torch.float16):
            output = linear(torch.ones(1, 1))
        factor((output.float() * gradient).mean()).backward()
        return output.dtype, linear.weight.grad.item()

    dtype, lost = gradient_of(lambda loss: loss)
    judge.equal(str(dtype), "torch.float16", what="output")
    judge.equal(lost, 0.0, what="autocast alone")
    _, kept = gradient_of(scaler.scale)
    n = {"operations": 4, "dtype": "float16", "oracle": "NumPy"}
    judge.close(kept / SCALE, gradient, what="with scale()", **n)


@torch_is_manual.as_worded
def test_the_scaler_of_torch_skips_infinities_and_unscales_the_rest():
    """step() leaves the weight at an infinite gradient, and takes the true 0.25."""
    weight = torch.nn.Parameter(torch.ones(1))
    optimizer = torch.optim.SGD([weight], lr=1.0)
    scaler = torch.amp.GradScaler("cpu", init_scale=SCALE)

    for gradient, left in ((np.inf, 1.0), (0.25, 0.75)):
        optimizer.zero_grad()
        scaler.scale((weight * gradient).sum()).backward()
        scaler.step(optimizer)
        scaler.update()
        judge.equal(weight.item(), left, what=f"weight after {gradient}")
