"""Defects of weight constraints, and of torch's renorm."""

import keras
import torch

from harness.running.faults import argument, fault, replaced

MAX_NORM = "keras.src.constraints.constraints:MaxNorm"

bound_5_percent_high = argument(
    f"{MAX_NORM}.__init__",
    "max_value",
    lambda bound: 1.05 * bound,
    does="bounds norms at 5 % more",
)
all_axes_but_the_last = replaced(
    f"{MAX_NORM}.__call__",
    lambda original: (
        lambda self, w: (
            setattr(self, "axis", list(range(len(w.shape) - 1))),
            original(self, w),
        )[1]
    ),
    name="all axes but the last",
    does="MaxNorm takes norms over all axes but the last",
)
first_axis_always = argument(
    f"{MAX_NORM}.__init__", "axis", lambda axis: 0, does="axis is ignored"
)
last_axis_for_the_first = argument(
    f"{MAX_NORM}.__init__",
    "axis",
    lambda axis: -1 if axis == 0 else axis,
    does="takes the last axis for the first",
)
norms_as_large_as_allowed = replaced(
    f"{MAX_NORM}.__call__",
    lambda original: lambda self, w: original(self, 1e3 * w),
    name="norms as large as allowed",
    does="small norms are raised to the bound",
)


@fault
def constraints_are_not_applied(patch):
    """An optimizer's update leaves the constraints out."""
    optimizer = next(
        c for c in keras.optimizers.SGD.__mro__ if c.__name__ == "BaseOptimizer"
    )
    original = optimizer.apply

    def apply(self, grads, trainable_variables=None):
        variables = trainable_variables or self._trainable_variables
        kept = [v.constraint for v in variables]
        for variable in variables:
            variable.constraint = None
        try:
            return original(self, grads, trainable_variables)
        finally:
            for variable, constraint in zip(variables, kept):
                variable.constraint = constraint

    patch.setattr(optimizer, "apply", apply)


@fault
def kernels_channels_first(patch):
    """With channels_first a kernel has its filters first."""
    cls = keras.layers.Conv2D
    original = cls.build

    def build(self, input_shape):
        original(self, input_shape)
        if self.data_format == "channels_first":
            kernel = keras.ops.convert_to_numpy(self._kernel.value)
            self._kernel = kernel.transpose(3, 2, 0, 1)

    patch.setattr(cls, "build", build)


@fault
def renorm_of_rows_for_columns(patch):
    """torch.renorm takes the first dimension for the second."""
    original = torch.renorm

    def renorm(x, p, dim, maxnorm):
        return original(x, p, 1 - dim, maxnorm)

    patch.setattr(torch, "renorm", renorm)


@fault
def renorm_5_percent_high(patch):
    """torch.renorm bounds norms at 5 % more."""
    original = torch.renorm
    patch.setattr(
        torch, "renorm", lambda x, p, dim, maxnorm: original(x, p, dim, 1.05 * maxnorm)
    )


@fault
def torch_updates_keep_the_norm(patch):
    """torch's SGD gives each weight its old norm back."""
    original = torch.optim.SGD.step

    def step(self, closure=None):
        weights = [p for group in self.param_groups for p in group["params"]]
        norms = [torch.linalg.norm(p.detach()).clone() for p in weights]
        original(self, closure)
        with torch.no_grad():
            for weight, norm in zip(weights, norms):
                weight.mul_(norm / torch.linalg.norm(weight))

    patch.setattr(torch.optim.SGD, "step", step)
