"""Defects of gradient clipping: whose norm, which limit, which components."""

import keras
import torch

from harness.running.faults import Fault, argument, fault, replaced

CLIP = "keras.src.optimizers.base_optimizer:BaseOptimizer._clip_gradients"
INIT = "keras.src.optimizers.base_optimizer:BaseOptimizer.__init__"
TORCH = "torch.nn.utils.clip_grad:clip_grad_norm_"


def _limit(name: str) -> Fault:
    return argument(
        INIT, name, lambda limit: limit and 1.05 * limit, does=f"{name} 5 % too large"
    )


clipnorm_5_percent_large = _limit("clipnorm")
clipvalue_5_percent_large = _limit("clipvalue")
global_clipnorm_5_percent_large = _limit("global_clipnorm")


def _clips(name: str, does: str, clip) -> Fault:
    """`clip(optimizer, gradients)` stands in for the optimizer's clipping."""

    def install(patch):
        original = keras.optimizers.Optimizer._clip_gradients

        def clipped(self, gradients):
            return clip(self, gradients) or original(self, gradients)

        patch.setattr(keras.optimizers.Optimizer, "_clip_gradients", clipped)

    return Fault(name, does, install)


def _scaled(gradients, norm, limit):
    factor = limit / keras.ops.maximum(norm, limit)
    return [g * factor for g in gradients]


def _norm(gradients):
    return keras.ops.sqrt(sum(keras.ops.sum(keras.ops.square(g)) for g in gradients))


clipnorm_is_global = _clips(
    "clipnorm is global",
    "clipnorm takes the norm of all gradients together",
    lambda self, gs: self.clipnorm and _scaled(gs, _norm(gs), self.clipnorm),
)
global_clipnorm_is_local = _clips(
    "global_clipnorm is local",
    "global_clipnorm clips each variable by itself",
    lambda self, gs: (
        self.global_clipnorm
        and [_scaled([g], _norm([g]), self.global_clipnorm)[0] for g in gs]
    ),
)
clipnorm_takes_the_sum_of_magnitudes = _clips(
    "clipnorm by the L1 norm",
    "clipnorm takes sum |g| for the norm",
    lambda self, gs: (
        self.clipnorm
        and [
            _scaled([g], keras.ops.sum(keras.ops.abs(g)), self.clipnorm)[0] for g in gs
        ]
    ),
)
clipnorm_normalizes_always = _clips(
    "clipnorm normalizes",
    "clipnorm also enlarges gradients below the limit",
    lambda self, gs: self.clipnorm and [g * self.clipnorm / _norm([g]) for g in gs],
)
clipnorm_clips_components = _clips(
    "clipnorm clips components",
    "clipnorm limits each component",
    lambda self, gs: (
        self.clipnorm and [keras.ops.clip(g, -self.clipnorm, self.clipnorm) for g in gs]
    ),
)
clipvalue_clips_only_above = _clips(
    "clipvalue from above",
    "clipvalue does not limit negative components",
    lambda self, gs: (
        self.clipvalue and [keras.ops.minimum(g, self.clipvalue) for g in gs]
    ),
)
clipvalue_rescales = _clips(
    "clipvalue rescales",
    "clipvalue scales until the largest component fits",
    lambda self, gs: (
        self.clipvalue
        and [
            _scaled([g], keras.ops.max(keras.ops.abs(g)), self.clipvalue)[0] for g in gs
        ]
    ),
)
torch_limit_5_percent_small = argument(
    TORCH, "max_norm", lambda limit: 0.95 * limit, does="torch's limit 5 % too small"
)


@fault
def modes_can_be_combined(patch):
    """Two limits at once are accepted."""
    original = keras.optimizers.Optimizer.__init__

    def init(self, *args, clipvalue=None, global_clipnorm=None, **kwargs):
        original(self, *args, **kwargs)
        self.clipvalue, self.global_clipnorm = clipvalue, global_clipnorm

    patch.setattr(keras.optimizers.Optimizer, "__init__", init)


def _two_modes(original):
    def init(self, learning_rate=0.01, clipnorm=None, clipvalue=None):
        original(self, learning_rate, clipnorm=clipnorm, clipvalue=clipvalue)

    return init


without_global_clipnorm = replaced(
    "keras.src.optimizers.sgd:SGD.__init__",
    _two_modes,
    name="without global_clipnorm",
    does="SGD has clipnorm and clipvalue only",
)


@fault
def torch_clips_a_copy(patch):
    """clip_grad_norm_ leaves the gradients of the parameters as they are."""
    original = torch.nn.utils.clip_grad_norm_

    def clip(parameters, *args, **kwargs):
        copies = [torch.nn.Parameter(p.detach().clone()) for p in parameters]
        for copy, parameter in zip(copies, parameters):
            copy.grad = parameter.grad.clone()
        return original(copies, *args, **kwargs)

    patch.setattr(torch.nn.utils, "clip_grad_norm_", clip)
