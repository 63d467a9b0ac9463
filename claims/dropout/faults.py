"""Defects of dropout: of the mask, of the scale, of the mode."""

import keras
import numpy as np
import pytest

from harness.running.faults import Fault, argument, fault, output_times

KERNEL = "keras.src.backend:random.dropout"
CALL = "keras.src.layers.regularization.dropout:Dropout.call"

scaled_2_percent_low = output_times(KERNEL, 0.98)
rate_5_percent_high = argument(
    KERNEL, "rate", lambda rate: min(1.05 * rate, 0.99), does="drops 5 % too many"
)
keep_and_drop_swapped = argument(
    KERNEL, "rate", lambda rate: 1 - rate, does="takes the rate for the keep rate"
)
one_mask_per_batch = argument(
    KERNEL, "noise_shape", lambda shape: shape or (1, None), does="one mask per batch"
)
rows_of_pixels = argument(
    KERNEL,
    "noise_shape",
    lambda shape: shape or (None, None, 1, None),
    does="rows of pixels are dropped as a whole",
)
spatial_masks = argument(
    KERNEL,
    "noise_shape",
    lambda shape: shape or (None, 1, 1, None),
    does="feature maps are dropped as a whole",
)


def _replaces_kernel(name: str, does: str, mask, scale) -> Fault:
    """Dropout with `mask(shape, rate)` (1 keeps) and survivors times `scale(rate)`.

    Rows whose number a graph does not know share one mask.
    """

    def dropout(inputs, rate, noise_shape=None, seed=None):
        factor = mask(tuple(n or 1 for n in inputs.shape), rate) * scale(rate)
        return inputs * keras.ops.cast(factor, inputs.dtype)

    def install(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(keras.src.backend.random, "dropout", dropout)

    return Fault(name, does, install)


def _bernoulli(shape, rate):
    return (np.random.random(shape) >= rate).astype("float32")


def _always_the_same(shape, rate):
    return (np.random.RandomState(7).random_sample(shape) >= rate).astype("float32")


def _exact_count_for_the_batch(shape, rate):
    row = np.ones(shape[-1], "float32")
    row[: round(rate * shape[-1])] = 0
    return np.broadcast_to(np.random.permutation(row), shape)


def _exact_count_for_each_row(shape, rate):
    ranks = np.argsort(np.random.random(shape), axis=-1).argsort(axis=-1)
    return (ranks >= round(rate * shape[-1])).astype("float32")


same_mask_in_every_call = _replaces_kernel(
    "same mask in every call",
    "each call draws the same mask",
    _always_the_same,
    lambda rate: 1 / (1 - rate),
)
without_rescaling = _replaces_kernel(
    "without rescaling", "survivors keep their value", _bernoulli, lambda rate: 1.0
)
rescaled_by_root = _replaces_kernel(
    "rescaled by the root",
    "survivors are divided by the root of 1 - rate",
    _bernoulli,
    lambda rate: (1 - rate) ** -0.5,
)
exactly_half_for_the_batch = _replaces_kernel(
    "exact count for the batch",
    "drops exactly rate * n units, the same in each row",
    _exact_count_for_the_batch,
    lambda rate: 1 / (1 - rate),
)
exactly_rate_in_each_row = _replaces_kernel(
    "exact count in each row",
    "drops exactly rate * n units of each row",
    _exact_count_for_each_row,
    lambda rate: 1 / (1 - rate),
)
no_dropout_at_all = _replaces_kernel(
    "no dropout",
    "training leaves everything as it is",
    lambda shape, rate: np.ones(shape, "float32"),
    lambda rate: 1.0,
)


@fault
def classical_dropout_scaled_by_rate(patch):
    """Training drops without rescaling, inference multiplies by the rate."""

    def call(self, inputs, training=False):
        if training:
            mask = _bernoulli(tuple(inputs.shape), self.rate)
            return inputs * keras.ops.cast(mask, inputs.dtype)
        return inputs * self.rate

    patch.setattr(keras.layers.Dropout, "call", call)


@fault
def inference_scaled_by_rate(patch):
    """Training is right, but inference multiplies by the rate."""
    original = keras.layers.Dropout.call

    def call(self, inputs, training=False):
        if training:
            return original(self, inputs, training=training)
        return inputs * self.rate

    patch.setattr(keras.layers.Dropout, "call", call)


@fault
def inference_scaled_by_keep_rate(patch):
    """Inference multiplies by 1 - rate, as classical dropout does."""
    original = keras.layers.Dropout.call

    def call(self, inputs, training=False):
        if training:
            return original(self, inputs, training=training)
        return inputs * (1 - self.rate)

    patch.setattr(keras.layers.Dropout, "call", call)


@fault
def half_precision_without_rescaling(patch):
    """In float16 survivors keep their value."""
    original = keras.layers.Dropout.call

    def call(self, inputs, training=False):
        y = original(self, inputs, training=training)
        rescaled = training and self.compute_dtype == "float16"
        return y * (1 - self.rate) if rescaled else y

    patch.setattr(keras.layers.Dropout, "call", call)


@fault
def always_active(patch):
    """The training flag is ignored: dropout also acts in inference."""
    original = keras.layers.Dropout.call
    patch.setattr(
        keras.layers.Dropout,
        "call",
        lambda self, inputs, training=False: original(self, inputs, training=True),
    )


@fault
def acts_on_shifted_input(patch):
    """The layer adds 1 % to its input before dropping."""
    original = keras.layers.Dropout.call
    patch.setattr(
        keras.layers.Dropout,
        "call",
        lambda self, inputs, training=False: original(
            self, inputs * 1.01, training=training
        ),
    )


spatial_noise_is_plain = argument(
    KERNEL, "noise_shape", lambda shape: None, does="ignores the noise shape"
)
spatial_noise_shared_by_batch = argument(
    KERNEL,
    "noise_shape",
    lambda shape: (1, *shape[1:]) if shape else None,
    does="one channel mask for the whole batch",
)


@fault
def symbolic_shape_one_too_small(patch):
    """The shape that the layer announces has one feature too few."""

    def shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] - 1)

    patch.setattr(keras.layers.Dropout, "compute_output_shape", shape)
