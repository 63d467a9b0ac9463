"""The networks that are trained, built once for each setting."""

from dataclasses import dataclass
from functools import lru_cache

import keras
import numpy as np

from claims.experiments import digits
from harness import as_array

STEPS = 7
"""Steps of an epoch: 224 images in batches of 32."""
OPTIMIZERS = {
    "adam": keras.optimizers.Adam,
    "sgd": keras.optimizers.SGD,
}


@dataclass(frozen=True)
class Network:
    """A compiled model, and one that gives the outputs of its hidden activations.

    start, optimizer_start: values of the variables when they were new.
    """

    model: keras.Model
    hidden: keras.Model
    start: list[np.ndarray]
    optimizer_start: list[np.ndarray]

    def with_kernel(self):
        """The layers that have one, in their order."""
        return [layer for layer in self.model.layers if hasattr(layer, "kernel")]

    def restart(self, seed):
        """As if it were new: initial weights of this seed, optimizer, masks as well."""
        keras.utils.set_random_seed(seed % 2**32)
        for variable, value in zip(self.model.variables, self.start):
            variable.assign(value)
        optimizer = self.model.optimizer.variables
        for variable, value in zip(optimizer, self.optimizer_start):
            variable.assign(value)
        for number, layer in enumerate(self.with_kernel()):
            initializer = keras.initializers.GlorotUniform(
                seed=(1_000 * seed + number) % 2**31
            )
            layer.kernel.assign(initializer(layer.kernel.shape))
        for number, layer in enumerate(self.model.layers):
            if hasattr(layer, "seed_generator"):
                layer.seed_generator.state.assign([seed % 2**31, number])


@lru_cache(maxsize=4)
def built(key):
    """The network of these settings, pairs of `training.DEFAULTS`; all trainings with
    them use it in turn."""
    settings = dict(key)
    x = inputs = keras.Input((8, 8, 1))
    for filters in settings["filters"]:
        convolution = keras.layers.Conv2D(
            filters, 3, padding="same", kernel_regularizer=_penalty(settings)
        )
        x = _block(convolution, x, settings["dropout_conv"], settings)
    x = keras.layers.Flatten()(x)
    for units in settings["units"]:
        dense = keras.layers.Dense(units, kernel_regularizer=_penalty(settings))
        x = _block(dense, x, settings["dropout"], settings)
    model = keras.Model(inputs, keras.layers.Dense(digits.CLASSES)(x))
    model.compile(
        _optimizer(settings),
        keras.losses.CategoricalCrossentropy(
            from_logits=True, label_smoothing=settings["smoothing"]
        ),
        steps_per_execution=STEPS,
        jit_compile=False,
    )
    model.optimizer.build(model.trainable_variables)
    activations = [
        layer.output
        for layer in model.layers
        if isinstance(layer, keras.layers.Activation)
    ]
    return Network(
        model,
        keras.Model(inputs, activations),
        [as_array(v) for v in model.variables],
        [as_array(v) for v in model.optimizer.variables],
    )


def _penalty(settings):
    l1, l2 = settings["l1"], settings["l2"]
    return keras.regularizers.L1L2(l1, l2) if l1 or l2 else None


def _block(layer, x, rate, settings):
    """A layer with a kernel, normalization and ReLU; pooling after a convolution;
    dropout at the end, or directly before the normalization."""
    x = layer(x)
    if settings["dropout_first"]:
        x = _dropped(x, rate)
    if settings["norm"]:
        x = keras.layers.BatchNormalization()(x)
    x = keras.layers.Activation("relu")(x)
    if isinstance(layer, keras.layers.Conv2D):
        x = keras.layers.MaxPooling2D()(x)
    return x if settings["dropout_first"] else _dropped(x, rate)


def _dropped(x, rate):
    return keras.layers.Dropout(rate)(x) if rate else x


def _optimizer(settings):
    rate, steps = settings["learning_rate"], settings["epochs"] * STEPS
    warm = settings["warmup"] * STEPS
    if settings["cosine"] and warm:
        rate = keras.optimizers.schedules.CosineDecay(
            0.0, steps - warm, warmup_target=rate, warmup_steps=warm
        )
    elif settings["cosine"]:
        rate = keras.optimizers.schedules.CosineDecay(rate, steps)
    return OPTIMIZERS[settings["optimizer"]](rate)
