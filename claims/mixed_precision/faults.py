"""Defects of dtype policies and of loss scaling."""

import keras
import torch

from harness.running.faults import (
    argument,
    fault,
    result,
)

SCALER = keras.mixed_precision.LossScaleOptimizer
PARSE = "keras.src.dtype_policies.dtype_policy:DTypePolicy._parse_name"
SCALE = "keras.src.optimizers.loss_scale_optimizer:LossScaleOptimizer.scale_loss"


def _mixed_becomes(compute, variable, does):
    return result(
        PARSE,
        lambda pair: (compute, variable) if pair == ("float16", "float32") else pair,
        does=does,
    )


computes_in_float32 = _mixed_becomes("float32", "float32", "mixed means float32")
computes_in_bfloat16 = _mixed_becomes("bfloat16", "float32", "mixed means bfloat16")
variables_in_float16 = _mixed_becomes("float16", "float16", "variables are float16")

loss_is_not_scaled = argument(
    SCALE, "loss", lambda loss: loss / 2.0**15, does="the loss is not scaled"
)
loss_scaled_5_percent_high = argument(
    SCALE, "loss", lambda loss: loss * 1.05, does="scales by 1.05 times the factor"
)


@fault
def setting_the_policy_does_nothing(patch):
    """set_global_policy has no effect."""
    patch.setattr(keras.mixed_precision, "set_global_policy", lambda policy: None)


@fault
def clearing_keeps_the_policy(patch):
    """Clearing the session leaves the dtype policy as it is."""
    original = keras.backend.clear_session

    def clear(free_memory=True):
        kept = keras.config.dtype_policy()
        original(free_memory)
        keras.config.set_dtype_policy(kept)

    patch.setattr(keras.backend, "clear_session", clear)


@fault
def policy_reaches_earlier_layers(patch):
    """A layer's policy is always the current global one."""

    def current(name):
        return property(lambda self: getattr(keras.config.dtype_policy(), name))

    for name in ("compute_dtype", "variable_dtype"):
        patch.setattr(keras.Layer, name, current(name))


@fault
def layers_ignore_their_own_dtype(patch):
    """A layer's dtype argument is ignored in favour of the global policy."""
    original = keras.Layer.__init__

    def init(self, *args, dtype=None, **kwargs):
        original(self, *args, dtype=None, **kwargs)

    patch.setattr(keras.Layer, "__init__", init)


@fault
def compile_never_wraps(patch):
    """compile() leaves the optimizer as it is."""
    _compile_with(patch, auto_scale_loss=False)


def _compile_with(patch, **forced):
    trainer = next(c for c in keras.Model.__mro__ if c.__name__ == "Trainer")
    original = trainer.compile

    def compile(self, *args, **kwargs):
        return original(self, *args, **kwargs | forced)

    patch.setattr(trainer, "compile", compile)


@fault
def every_optimizer_scales(patch):
    """Every optimizer scales the loss and unscales the gradients in a loop too."""
    patch.setattr(
        keras.optimizers.Optimizer, "scale_loss", lambda self, loss: loss * 2.0**15
    )
    original = keras.optimizers.Optimizer.apply

    def apply(self, grads, trainable_variables=None):
        return original(self, [g / 2.0**15 for g in grads], trainable_variables)

    patch.setattr(keras.optimizers.SGD, "apply", apply)


@fault
def overflow_keeps_the_count(patch):
    """The finite steps before an overflow count for the next growth of the scale."""
    original = SCALER._stateful_handle_non_finite_grads

    def handle(self):
        count = keras.ops.convert_to_numpy(self.step_counter.value)
        result = original(self)
        self.step_counter.assign(count)
        return result

    patch.setattr(SCALER, "_stateful_handle_non_finite_grads", handle)


@fault
def penalties_of_half_weights(patch):
    """Under the policy regularizers see the weights in float16."""
    original = keras.regularizers.L2.__call__

    def penalty(self, x):
        half = keras.config.dtype_policy().compute_dtype == "float16"
        return original(self, keras.ops.cast(x, "float16") if half else x)

    patch.setattr(keras.regularizers.L2, "__call__", penalty)


@fault
def clips_before_unscaling(patch):
    """The wrapped optimizer's clipping sees the scaled gradients."""
    original = SCALER._stateful_handle_finite_grads

    def handle(self, grads, trainable_variables):
        clipped = self.inner_optimizer._clip_gradients(list(grads))
        return original(self, clipped, trainable_variables)

    patch.setattr(SCALER, "_stateful_handle_finite_grads", handle)


@fault
def overflow_quarters_the_scale(patch):
    """After an overflow the scale is halved twice."""
    original = SCALER._stateful_handle_non_finite_grads

    def handle(self):
        original(self)
        return original(self)

    patch.setattr(SCALER, "_stateful_handle_non_finite_grads", handle)
    stateless = SCALER._stateless_handle_non_finite_grads

    def handle_stateless(self, state, weights):
        weights, state = stateless(self, state, weights)
        return stateless(self, state, weights)

    patch.setattr(SCALER, "_stateless_handle_non_finite_grads", handle_stateless)


@fault
def grows_one_step_late(patch):
    """The scale doubles after one finite step more than asked."""
    original = SCALER.__init__

    def init(self, *args, **kwargs):
        original(self, *args, **kwargs)
        self.dynamic_growth_steps += 1

    patch.setattr(SCALER, "__init__", init)


@fault
def norm_computes_in_float16(patch):
    """Batch normalization rounds its input's square to float16 range."""
    original = keras.layers.BatchNormalization.call

    def call(self, inputs, *args, **kwargs):
        out = original(self, inputs, *args, **kwargs)
        half = keras.ops.cast(self.moving_variance, "float16")
        self.moving_variance.assign(keras.ops.cast(half, "float32"))
        return out

    patch.setattr(keras.layers.BatchNormalization, "call", call)


@fault
def float16_support_is_checked(patch):
    """Setting a mixed policy is refused where there is no GPU."""

    def refuse(policy):
        raise RuntimeError("mixed precision needs a GPU")

    patch.setattr(keras.mixed_precision, "set_global_policy", refuse)


@fault
def torch_scaler_does_not_scale(patch):
    """torch's GradScaler passes the loss as it is."""
    original = torch.amp.GradScaler.scale

    def scale(self, loss):
        original(self, loss)
        return loss

    patch.setattr(torch.amp.GradScaler, "scale", scale)


@fault
def torch_scaler_never_skips(patch):
    """torch's GradScaler takes the step with infinite gradients, too."""

    def step(self, optimizer, state, *args, **kwargs):
        return optimizer.step(*args, **kwargs)

    patch.setattr(torch.amp.GradScaler, "_maybe_opt_step", step)


@fault
def torch_autocast_is_off(patch):
    """torch.autocast changes nothing."""
    original = torch.autocast.__init__

    def init(self, *args, **kwargs):
        original(self, *args, **kwargs | {"enabled": False})

    patch.setattr(torch.autocast, "__init__", init)


@fault
def float16_softmax_is_exact(patch):
    """The cross-entropy sees the probabilities as if they came from float32."""
    original = keras.layers.Softmax.call

    def call(self, inputs, mask=None):
        return original(self, keras.ops.cast(inputs, "float32"), mask)

    patch.setattr(keras.layers.Softmax, "call", call)
    patch.setattr(keras.Layer, "compute_dtype", property(lambda self: "float32"))


@fault
def losses_keep_the_dtype(patch):
    """A loss is computed in the dtype of the model's output."""
    original = keras.losses.Loss.__call__

    def call(self, y_true, y_pred, sample_weight=None):
        before, self._dtype = self._dtype, keras.backend.standardize_dtype(y_pred.dtype)
        try:
            return original(self, y_true, y_pred, sample_weight)
        finally:
            self._dtype = before

    patch.setattr(keras.losses.Loss, "__call__", call)
