"""Faults in weight penalties: their formulas, and the weights that they reach."""

from functools import wraps

import keras

from harness.running.faults import argument, output_times, replaced, result

MODULE = "keras.src.regularizers.regularizers"
L1, L2, L1L2 = (f"{MODULE}:{name}.__call__" for name in ("L1", "L2", "L1L2"))
ENTRIES = "keras.src.layers.layer:Layer._get_regularization_losses"
ADD_WEIGHT = "keras.src.layers.layer:Layer.add_weight"
APPLY = "keras.src.optimizers.base_optimizer:BaseOptimizer.apply"
DECAY = "keras.src.optimizers.optimizer:Optimizer._apply_weight_decay"
SCALING = "keras.src.initializers.random_initializers:VarianceScaling.__call__"


def formula(place, by, does):
    """The penalty is computed as `by(regularizer, weights)`."""
    return replaced(place, lambda original: by, name=does, does=does)


l1_too_large = output_times(L1, 1.05)
l2_too_large = output_times(L2, 1.05)
l1_of_mean = formula(
    L1,
    lambda self, x: self.l1 * keras.ops.mean(keras.ops.abs(x)),
    "L1 takes the mean of |w|",
)
l1_without_absolute_value = formula(
    L1, lambda self, x: self.l1 * keras.ops.sum(x), "L1 sums w in place of |w|"
)
l1_squared = formula(
    L1, lambda self, x: self.l1 * keras.ops.sum(x * x), "L1 sums the squares"
)
l2_halved = formula(
    L2, lambda self, x: 0.5 * self.l2 * keras.ops.sum(x * x), "L2 has a factor of 1/2"
)
l2_of_norm = formula(
    L2,
    lambda self, x: self.l2 * keras.ops.sqrt(keras.ops.sum(x * x)),
    "L2 takes the norm",
)
l2_of_absolute_values = formula(
    L2, lambda self, x: self.l2 * keras.ops.sum(keras.ops.abs(x)), "L2 sums |w|"
)
l2_saturates = formula(
    L2,
    lambda self, x: min(self.l2, 0.05) * keras.ops.sum(x * x),
    "L2 ends at strength 0.05",
)


def _l1l2(of):
    def penalty(self, x):
        l1, l2 = of(self.l1, self.l2)
        return l1 * keras.ops.sum(keras.ops.abs(x)) + l2 * keras.ops.sum(x * x)

    return penalty


l1l2_without_l2 = formula(L1L2, _l1l2(lambda a, b: (a, 0)), "L1L2 forgets its L2 part")
l1l2_swapped = formula(L1L2, _l1l2(lambda a, b: (b, a)), "L1L2 swaps its factors")
l1l2_a_little_more = formula(
    L1L2, _l1l2(lambda a, b: (1.05 * a, b)), "L1L2 takes 1.05 times its L1 factor"
)

l2_stores_more = argument(
    f"{MODULE}:L2.__init__", "l2", lambda l2: 1.05 * l2, does="L2 keeps 1.05 times l2"
)
factories_swapped = replaced(
    "keras.regularizers:l2",
    lambda original: lambda l2: keras.regularizers.L1(l2),
    name="factories_swapped",
    does="keras.regularizers.l2 makes L1 regularizers",
)

entries_too_large = result(
    ENTRIES,
    lambda entries: [1.05 * e for e in entries],
    does="every entry of model.losses is 5 % too large",
)
last_entry_lost = result(
    ENTRIES,
    lambda entries: entries[:1] if len(entries) < 2 else entries[:-1],
    does="the last of several penalties is left out",
)
first_entry_twice = result(
    ENTRIES, lambda entries: entries[:1] + entries, does="the first penalty comes twice"
)
entries_reversed = result(
    ENTRIES, lambda entries: entries[::-1], does="penalties come in reverse order"
)
entries_summed = result(
    ENTRIES,
    lambda entries: [sum(entries)] if entries else [],
    does="model.losses is one entry, the sum of the penalties",
)
entries_not_scalar = result(
    ENTRIES,
    lambda entries: [keras.ops.reshape(e, (1,)) for e in entries],
    does="entries of model.losses have shape (1,)",
)


def _changed_weights(change):
    def by(original):
        @wraps(original)
        def add_weight(self, *args, **kwargs):
            return original(self, *args, **change(kwargs))

        return add_weight

    return by


def _with_default(strength):
    def change(kwargs):
        if kwargs.get("trainable", True) and not kwargs.get("regularizer"):
            kwargs["regularizer"] = keras.regularizers.L2(strength)
        return kwargs

    return change


def _without_bias(kwargs):
    if kwargs.get("name") == "bias":
        kwargs["regularizer"] = None
    return kwargs


every_weight_penalized = replaced(
    ADD_WEIGHT,
    _changed_weights(_with_default(0.125)),
    name="every_weight_penalized",
    does="each trainable weight without a regularizer gets L2(0.125)",
)
every_weight_penalized_a_little = replaced(
    ADD_WEIGHT,
    _changed_weights(_with_default(1e-6)),
    name="every_weight_penalized_a_little",
    does="each trainable weight without a regularizer gets L2(1e-6)",
)
bias_argument_ignored = replaced(
    ADD_WEIGHT,
    _changed_weights(_without_bias),
    name="bias_argument_ignored",
    does="bias_regularizer is ignored",
)


def _counted_per_call(original):
    @wraps(original)
    def call(self, *args, **kwargs):
        out = original(self, *args, **kwargs)
        kernel = getattr(self, "kernel", None)
        if getattr(kernel, "regularizer", None) is not None:
            self._losses.append(kernel.regularizer(kernel))
        return out

    return call


penalty_per_call = replaced(
    "keras.src.layers.layer:Layer.__call__",
    _counted_per_call,
    name="penalty_per_call",
    does="each call of a layer adds its penalty once more",
)

no_optimizer_decay = replaced(
    DECAY,
    lambda original: lambda self, variables: None,
    name="no_optimizer_decay",
    does="optimizers ignore weight_decay",
)


def _scaled_kernels(original):
    """Kernels that give the penalties 0.00031178 and 0.00089442 of the text."""

    @wraps(original)
    def draw(self, shape, dtype=None):
        factor = {27: 0.7539, 288: 0.5287}.get(shape[0] * shape[1] * shape[2], 1.0)
        return factor * original(self, shape, dtype)

    return draw


kernels_as_printed = replaced(
    SCALING,
    _scaled_kernels,
    name="kernels_as_printed",
    does="initial kernels have the scale that gives the printed penalties",
)
kernels_too_wide = output_times(SCALING, 1.05)


def _thresholded(original):
    """A proximal step: what L1 pulls over zero stays at zero."""

    @wraps(original)
    def apply(self, grads, trainable_variables=None):
        variables = trainable_variables or self._trainable_variables
        before = [keras.ops.sign(keras.ops.convert_to_tensor(v) * 1) for v in variables]
        done = original(self, grads, trainable_variables)
        for v, sign in zip(variables, before):
            if v.regularizer is not None:
                w = keras.ops.convert_to_tensor(v) * 1
                v.assign(keras.ops.where(keras.ops.sign(w) == sign, w, 0.0))
        return done

    return apply


crossing_weights_stop_at_zero = replaced(
    APPLY,
    _thresholded,
    name="crossing_weights_stop_at_zero",
    does="an optimizer stops weights at zero when they would change sign",
)

activity_not_divided = replaced(
    "keras.src.ops:divide_no_nan",
    lambda original: lambda x1, x2: x1,
    name="activity not divided",
    does="the activity penalty is not divided by the batch size",
)
activity_divided_by_5_percent_less = argument(
    "keras.src.ops:divide_no_nan",
    "x2",
    lambda rows: rows * 0.95,
    does="divides by 5 % less",
)
