"""Defects of the training flag and of what batch normalization does with it."""

import functools

import keras
import torch

from harness.running.faults import argument, fault, output_times

NORM = keras.layers.BatchNormalization
NORM_CALL = "keras.src.layers.normalization.batch_normalization:BatchNormalization.call"


MODEL_CALL = "keras.src.models.sequential:Sequential.call"
evaluate_in_training_mode = argument(
    MODEL_CALL,
    "training",
    lambda flag: True if flag is False else flag,
    does="evaluate() and predict() call the model with training=True",
)
fit_in_inference_mode = argument(
    MODEL_CALL,
    "training",
    lambda flag: False if flag else flag,
    does="fit() calls the model with training=False",
)


@fault
def flag_is_not_handed_on(patch):
    """A layer does not tell the layers in it which flag it was called with."""
    original = keras.layers.Layer._resolve_and_populate_arg

    def resolve(self, arg_name, call_spec, call_context, kwargs):
        if arg_name == "training":
            call_context.set_value("training", None)
        return original(self, arg_name, call_spec, call_context, kwargs)

    patch.setattr(keras.layers.Layer, "_resolve_and_populate_arg", resolve)


@fault
def training_by_default(patch):
    """A call without the flag runs in training mode."""
    original = keras.layers.Layer.__call__

    def call(self, *args, **kwargs):
        outermost = keras.src.backend.common.global_state.get_global_attribute(
            "current_call_ctx"
        )
        takes_flag = getattr(self, "_call_has_training_arg", False) or isinstance(
            self, keras.Model
        )
        if takes_flag and "training" not in kwargs and outermost is None:
            kwargs["training"] = True
        return original(self, *args, **kwargs)

    patch.setattr(keras.layers.Layer, "__call__", call)


@fault
def momentum_swapped(patch):
    """The moving averages weight the new batch by momentum, not by 1 - momentum."""
    _with_momentum(patch, lambda momentum: 1 - momentum)


@fault
def momentum_2_percent_low(patch):
    """The moving averages use 0.98 times the momentum."""
    _with_momentum(patch, lambda momentum: 0.98 * momentum)


def _with_momentum(patch, change) -> None:
    original = NORM.call

    @functools.wraps(original)
    def call(self, *args, **kwargs):
        momentum, self.momentum = self.momentum, change(self.momentum)
        try:
            return original(self, *args, **kwargs)
        finally:
            self.momentum = momentum

    patch.setattr(NORM, "call", call)


norm_ignores_training = argument(
    NORM_CALL, "training", lambda flag: False, does="ignores training=True"
)
norm_always_trains = argument(
    NORM_CALL, "training", lambda flag: True, does="ignores training=False"
)
norm_3_percent_high = output_times(NORM_CALL, 1.03)


@fault
def torch_starts_in_eval_mode(patch):
    """A new torch module is in eval mode."""
    original = torch.nn.Module.__init__

    def init(self, *args, **kwargs):
        original(self, *args, **kwargs)
        object.__setattr__(self, "training", False)

    patch.setattr(torch.nn.Module, "__init__", init)


@fault
def torch_dropout_heeds_no_grad(patch):
    """torch's Dropout stops dropping when gradients are off."""
    original = torch.nn.Dropout.forward

    def forward(self, x):
        return original(self, x) if torch.is_grad_enabled() else x

    patch.setattr(torch.nn.Dropout, "forward", forward)


@fault
def torch_norm_heeds_no_grad(patch):
    """torch's batch norm uses running statistics when gradients are off."""
    cls = torch.nn.modules.batchnorm._BatchNorm
    original = cls.forward

    def forward(self, x):
        mode = self.training
        self.training = mode and torch.is_grad_enabled()
        try:
            return original(self, x)
        finally:
            self.training = mode

    patch.setattr(cls, "forward", forward)


@fault
def torch_running_variance_is_biased(patch):
    """torch's running variance takes the batch's variance over n, not over n - 1."""
    original = torch.nn.BatchNorm1d.forward

    def forward(self, x):
        before = self.running_var.clone()
        y = original(self, x)
        share = (len(x) - 1) / len(x)
        kept = (1 - self.momentum) * before
        with torch.no_grad():
            self.running_var.sub_(kept).mul_(share if self.training else 1).add_(kept)
        return y

    patch.setattr(torch.nn.BatchNorm1d, "forward", forward)


@fault
def torch_eval_forgets_children(patch):
    """eval() changes the module itself and none of its children."""

    def train(self, mode=True):
        self.training = mode
        return self

    patch.setattr(torch.nn.Module, "train", train)


@fault
def torch_dropout_unscaled(patch):
    """torch's Dropout does not rescale the survivors."""
    original = torch.nn.Dropout.forward

    def forward(self, x):
        return original(self, x) * (1 - self.p) if self.training else x

    patch.setattr(torch.nn.Dropout, "forward", forward)


@fault
def dropout_mode_is_sticky(patch):
    """Once Dropout ran with training=True, it stays active."""
    original = keras.layers.Dropout.call

    def call(self, inputs, training=False):
        self.__dict__["_was_active"] = training or self.__dict__.get("_was_active")
        return original(self, inputs, training=bool(self.__dict__["_was_active"]))

    patch.setattr(keras.layers.Dropout, "call", call)
