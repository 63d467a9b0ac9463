"""Defects of the libraries under which a condition is silently not applied.

The processes that train put them in by their names, so that each name is one fault's.
"""

import itertools
from functools import wraps
from types import SimpleNamespace

import keras

from claims.experiments.networks import STEPS
from harness.running.faults import argument, constructor, replaced, result

dropout_is_idle = replaced(
    "keras.layers:Dropout.call",
    lambda original: lambda self, inputs, training=False: inputs,
    name="dropout_is_idle",
    does="Dropout returns its inputs in training, too",
)
penalties_are_zero = result(
    "keras.regularizers:L1L2.__call__",
    lambda penalty: 0 * penalty,
    does="the penalty is 0",
)
normalization_is_idle = replaced(
    "keras.layers:BatchNormalization.call",
    lambda original: lambda self, inputs, training=None, mask=None: inputs,
    name="normalization_is_idle",
    does="BatchNormalization returns its inputs",
)
smoothing_is_ignored = constructor(
    "keras.losses:CategoricalCrossentropy",
    "label_smoothing",
    lambda smoothing: 0.0,
    does="label_smoothing is ignored",
)
hidden_layers_are_alike = constructor(
    "keras.layers:Dense",
    "units",
    lambda units: units if units == 10 else 16,
    does="every hidden layer has 16 units",
)
two_epochs_only = argument(
    "keras:Model.fit",
    "epochs",
    lambda epochs: min(epochs, 2),
    does="fit ends after two epochs",
)
schedule_is_constant = replaced(
    "keras.optimizers.schedules:CosineDecay.__call__",
    lambda original: (
        lambda self, step: keras.ops.convert_to_tensor(
            self.warmup_target or self.initial_learning_rate, "float32"
        )
    ),
    name="schedule_is_constant",
    does="CosineDecay gives its highest rate at each step",
)
rates_are_alike = constructor(
    "keras.optimizers:Adam",
    "learning_rate",
    lambda rate: 0.001,
    does="Adam's learning_rate is 0.001 whatever is asked for",
)
never_stops = replaced(
    "keras.callbacks:EarlyStopping.on_epoch_end",
    lambda original: lambda self, epoch, logs=None: None,
    name="never_stops",
    does="EarlyStopping sees no epoch",
)
temperature_stays_one = replaced(
    "scipy.optimize:minimize_scalar",
    lambda original: lambda *args, **kwargs: SimpleNamespace(x=1.0),
    name="temperature_stays_one",
    does="the search for a minimum returns 1",
)


def _first_batches_again(original):
    @wraps(original)
    def fit(self, x, **kwargs):
        if keras.backend.backend() == "tensorflow":
            return original(self, x.take(STEPS).repeat(), **kwargs)
        return original(self, itertools.cycle(itertools.islice(x, STEPS)), **kwargs)

    return fit


first_batches_again = replaced(
    "keras:Model.fit",
    _first_batches_again,
    name="first_batches_again",
    does="fit takes the batches of the first epoch in each one",
)
