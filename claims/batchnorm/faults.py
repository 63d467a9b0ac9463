"""Defects of batch normalization: of its statistics, its parameters, its formula."""

import keras

from harness.running.faults import argument, constructor, fault, output_times, replaced

NORM = "keras.src.layers.normalization.batch_normalization:BatchNormalization"
NORM_CALL = f"{NORM}.call"
FORMULA = "keras.src.ops:batch_normalization"

output_2_percent_high = output_times(NORM_CALL, 1.02)
epsilon_5_percent_high = argument(
    FORMULA, "epsilon", lambda e: 1.05 * e, does="adds 5 % too large an epsilon"
)
beta_ignored = argument(FORMULA, "offset", lambda beta: None, does="adds no beta")
gamma_ignored = argument(FORMULA, "scale", lambda gamma: None, does="takes no gamma")
mean_not_subtracted_fully = argument(
    FORMULA, "mean", lambda mean: 0.95 * mean, does="subtracts 95 % of the mean"
)
beta_starts_at_one = constructor(
    NORM, "beta_initializer", lambda _: "ones", does="beta starts at one"
)
moving_by_default = argument(
    NORM_CALL, "training", lambda flag: False, does="ignores training=True"
)
always_batch_statistics = argument(
    NORM_CALL, "training", lambda flag: True, does="ignores training=False"
)
default_epsilon_like_torch = constructor(
    NORM, "epsilon", lambda e: 1e-5, does="epsilon is torch's 1e-5"
)


def _moments(name, does, change):
    def by(original):
        def moments(self, inputs, mask):
            mean, variance = original(self, inputs, mask)
            return change(inputs, mean, variance)

        return moments

    return replaced(f"{NORM}._moments", by, name=name, does=does)


def _unbiased(x, mean, variance):
    n = keras.ops.size(x) // keras.ops.size(mean)
    n = keras.ops.cast(n, variance.dtype)
    return mean, variance * n / (n - 1)


def _over_all_channels(x, mean, variance):
    one = keras.ops.ones_like(mean)
    total = keras.ops.var(x)
    return one * keras.ops.mean(x), one * total


def _swapped(x, mean, variance):
    return mean, keras.ops.sqrt(variance)


unbiased_variance = _moments(
    "unbiased variance", "divides by n - 1 in the variance", _unbiased
)
one_statistic_for_all_channels = _moments(
    "one statistic for all channels",
    "averages over the channels too",
    _over_all_channels,
)
deviation_for_variance = _moments(
    "deviation for variance", "takes the standard deviation for the variance", _swapped
)


def _weights_frozen(*names):
    def by(original):
        def add_weight(self, *args, **kwargs):
            if kwargs.get("name") in names:
                kwargs["trainable"] = False
            return original(self, *args, **kwargs)

        return add_weight

    return replaced(
        "keras.src.layers.layer:Layer.add_weight",
        by,
        name=f"{names[0]} is not trained",
        does=f"{names[0]} is not trained",
    )


beta_frozen = _weights_frozen("beta")
gamma_frozen = _weights_frozen("gamma")


@fault
def no_shift(patch):
    """BatchNormalization has no beta by default."""
    original = keras.layers.BatchNormalization.__init__

    def init(self, *args, **kwargs):
        kwargs.setdefault("center", False)
        original(self, *args, **kwargs)

    patch.setattr(keras.layers.BatchNormalization, "__init__", init)


@fault
def momentum_2_percent_low(patch):
    """The moving averages use 0.98 times the momentum."""
    original = keras.layers.BatchNormalization.call

    def call(self, inputs, training=None, mask=None):
        momentum, self.momentum = self.momentum, 0.98 * self.momentum
        try:
            return original(self, inputs, training=training, mask=mask)
        finally:
            self.momentum = momentum

    patch.setattr(keras.layers.BatchNormalization, "call", call)


def _trains_though_frozen(original):
    def call(self, inputs, training=None, mask=None):
        kept, self._trainable = self._trainable, True
        try:
            return original(self, inputs, training=training, mask=mask)
        finally:
            self._trainable = kept

    return call


frozen_norm_trains = replaced(
    NORM_CALL,
    _trains_though_frozen,
    name="frozen norm trains",
    does="a frozen layer goes on in training mode",
)
