"""Defects of convolution, pooling and of how networks are put together."""

import keras

from harness.running.faults import constructor, fault, output_times, replaced

CONV = "keras.src.layers.convolutional.base_conv:BaseConv"
CONV_OP = "keras.src.ops:conv"
POOL = "keras.src.layers.pooling.base_pooling:BasePooling"
DENSE = "keras.src.layers.core.dense:Dense"
DROPOUT = "keras.src.layers.regularization.dropout:Dropout"

use_bias_ignored = constructor(
    CONV, "use_bias", lambda _: True, does="ignores use_bias=False"
)
no_bias_by_default = constructor(CONV, "use_bias", lambda _: False, does="has no bias")
one_filter_more = constructor(
    CONV, "filters", lambda n: n + 1, does="makes one filter more"
)
kernel_one_larger = constructor(
    CONV,
    "kernel_size",
    lambda k: k + 1 if isinstance(k, int) else tuple(n + 1 for n in k),
    does="kernels are one wider",
)
padding_ignored = constructor(
    CONV, "padding", lambda _: "valid", does="ignores padding='same'"
)
activation_ignored = constructor(
    CONV, "activation", lambda _: None, does="ignores the activation"
)
conv_2_percent_high = output_times(CONV_OP, 1.02)
kernel_regularizer_ignored = constructor(
    CONV,
    "kernel_regularizer",
    lambda _: None,
    does="ignores kernel_regularizer",
)
regularized_by_default = constructor(
    CONV,
    "kernel_regularizer",
    lambda r: r or "l2",
    does="has an L2 penalty by default",
)
pool_strides_one = constructor(
    POOL, "strides", lambda _: 1, does="pools with stride one"
)
pool_one_larger = constructor(
    POOL,
    "pool_size",
    lambda k: k + 1 if isinstance(k, int) else tuple(n + 1 for n in k),
    does="pools over one row more",
)
dense_softmax_by_default = constructor(
    DENSE,
    "activation",
    lambda a: a or "softmax",
    does="ends in a softmax by default",
)
dense_activation_ignored = constructor(
    DENSE, "activation", lambda _: None, does="ignores the activation"
)
dense_one_unit_more = constructor(
    DENSE, "units", lambda n: n + 1, does="has one unit more"
)
dense_without_bias = constructor(DENSE, "use_bias", lambda _: False, does="has no bias")


def _built_by_data(original):
    def maybe_build(self, call_spec):
        if isinstance(call_spec.first_arg, keras.KerasTensor):
            self.__dict__["_postponed"] = True
            return
        if self.__dict__.pop("_postponed", False):
            self.built = False
        original(self, call_spec)

    return maybe_build


built_by_data_alone = replaced(
    "keras.src.layers.layer:Layer._maybe_build",
    _built_by_data,
    name="built by data alone",
    does="connecting layers does not build them",
)


@fault
def layers_shared_by_kind(patch):
    """Convolutions of one configuration share their kernel."""
    original, kernels = keras.layers.Conv2D.build, {}

    def build(self, input_shape):
        original(self, input_shape)
        key = (self.filters, tuple(self.kernel.shape))
        self.__dict__["_kernel"] = kernels.setdefault(key, self._kernel)

    patch.setattr(keras.layers.Conv2D, "build", build)


@fault
def input_shape_is_silent(patch):
    """Layers take input_shape without a warning."""
    import warnings

    original = keras.layers.Layer.__init__

    def init(self, *args, **kwargs):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            original(self, *args, **kwargs)

    patch.setattr(keras.layers.Layer, "__init__", init)


@fault
def pool_drops_in_training(patch):
    """Max pooling lowers its output by 2 percent in training."""
    original = keras.layers.MaxPooling2D.call

    def call(self, inputs, training=False):
        return original(self, inputs) * (0.98 if training else 1.0)

    patch.setattr(keras.layers.MaxPooling2D, "call", call)


counts_one_for_every_model = replaced(
    "keras.src.layers.layer:Layer.count_params",
    lambda original: lambda self: 1 if isinstance(self, keras.layers.Dense) else 0,
    name="counts dense layers",
    does="count_params counts dense layers, not their weights",
)

kernel_always_three = constructor(
    CONV,
    "kernel_size",
    lambda size: (3, 3),
    does="makes 3 x 3 kernels whatever is asked for",
)
pool_averages = constructor(
    POOL, "pool_mode", lambda mode: "average", does="averages in place of the maximum"
)
pool_strides_three = constructor(
    POOL, "strides", lambda strides: 3, does="pools with stride three"
)
dense_2_percent_high = output_times(f"{DENSE}.call", 1.02)
dropout_rate_halved = constructor(
    DROPOUT, "rate", lambda rate: rate / 2, does="halves the rate"
)
