"""Defects of label smoothing: who takes it, how much, and over which classes."""

import keras

from harness.running.faults import argument, fault

CCE = "keras.src.losses.losses:categorical_crossentropy"
TORCH = "torch.nn:CrossEntropyLoss.__init__"

smoothing_5_percent_high = argument(
    CCE, "label_smoothing", lambda e: 1.05 * e, does="label_smoothing 5 % too large"
)
smoothing_is_ignored = argument(
    CCE, "label_smoothing", lambda e: 0.0, does="label_smoothing is ignored"
)
torch_smoothing_5_percent_high = argument(
    TORCH,
    "label_smoothing",
    lambda e: 1.05 * e,
    does="torch's label_smoothing 5 % too large",
)


@fault
def smoothing_over_the_other_classes(patch):
    """The smoothed mass goes to the K - 1 other classes only."""
    original = keras.src.losses.losses.categorical_crossentropy

    def loss(y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1):
        others = (1 - y_true) * label_smoothing / (y_true.shape[-1] - 1)
        y_true = y_true * (1 - label_smoothing) + others
        return original(y_true, y_pred, from_logits=from_logits, axis=axis)

    patch.setattr(keras.src.losses.losses, "categorical_crossentropy", loss)


@fault
def sparse_loss_smooths(patch):
    """SparseCategoricalCrossentropy takes label_smoothing, and applies it."""
    sparse = keras.losses.SparseCategoricalCrossentropy
    original = sparse.__init__

    def init(self, *args, label_smoothing=0.0, **kwargs):
        original(self, *args, **kwargs)
        self.label_smoothing, self.logits = label_smoothing, kwargs["from_logits"]

    def smoothed(self, y_true, y_pred):
        one_hot = keras.ops.one_hot(keras.ops.cast(y_true, "int32"), y_pred.shape[-1])
        return keras.losses.categorical_crossentropy(
            one_hot, y_pred, self.logits, self.label_smoothing
        )

    patch.setattr(sparse, "__init__", init)
    patch.setattr(sparse, "call", smoothed)
