"""Defects of counting parameters, and of models without an input shape."""

import keras

from harness.running.faults import (
    fault,
    output_times,
    result,
)


@fault
def unbuilt_models_do_not_train(patch):
    """A Sequential model without an input shape refuses to train."""
    original = keras.Sequential.train_on_batch

    def train_on_batch(self, *args, **kwargs):
        if not self.built:
            raise ValueError("this model is not built")
        return original(self, *args, **kwargs)

    patch.setattr(keras.Sequential, "train_on_batch", train_on_batch)


@fault
def unbuilt_models_have_no_summary(patch):
    """A Sequential model without an input shape refuses to print its summary."""
    original = keras.Sequential.summary

    def summary(self, *args, **kwargs):
        if not self.built:
            raise ValueError("this model is not built")
        return original(self, *args, **kwargs)

    patch.setattr(keras.Sequential, "summary", summary)


counts_one_more = result(
    "keras.src.layers.layer:Layer.count_params",
    lambda n: n + 1 if n else n,
    does="counts one parameter more",
)


counts_slots_too = result(
    "keras.src.layers.layer:Layer.count_params",
    lambda n: 3 * n,
    does="counts Adam's two slots of each weight too",
)


sizes_5_percent_high = output_times(
    "keras.src.utils.summary_utils:weight_memory_size", 1.05
)


@fault
def regularized_dense_has_no_bias(patch):
    """A Dense layer with a kernel penalty is made without a bias."""
    original = keras.layers.Dense.build

    def build(self, input_shape):
        self.use_bias = self.use_bias and self.kernel_regularizer is None
        original(self, input_shape)

    patch.setattr(keras.layers.Dense, "build", build)
