"""Layers that remember the training flag of each call, and models of them."""

import keras
import numpy as np

from harness import shared

EACH_BATCH = ["training", "inference", "inference"]
"""What fit, evaluate and predict say to a layer, in this order."""


class Spy(keras.layers.Layer):
    """Doubles its input and remembers the flag of every call on data."""

    def __init__(self):
        super().__init__()
        self.flags = []

    def call(self, x, training=None):
        if not isinstance(x, keras.KerasTensor):
            self.flags.append("training" if training else "inference")
        return 2.0 * x


class Composite(keras.layers.Layer):
    """A layer of one's own around a spy; it knows nothing of the flag."""

    def __init__(self):
        super().__init__()
        self.spy = Spy()

    @property
    def flags(self):
        return self.spy.flags

    def call(self, x):
        return self.spy(x)


class Inner(keras.Sequential):
    """A model around a spy, as a layer of another model."""

    def __init__(self):
        super().__init__([keras.Input((1,)), Spy()])

    @property
    def flags(self):
        return self.layers[-1].flags


class Innermost(keras.Sequential):
    """A spy in a model in a model in another model."""

    def __init__(self):
        super().__init__([keras.Input((1,)), keras.Sequential([Inner()])])

    @property
    def flags(self):
        return self.layers[-1].layers[-1].flags


@shared
def spied(layer=Spy):
    """A compiled one-layer model with a spy; shape (batch, 1) in and out."""
    model = keras.Sequential([keras.Input((1,)), layer()])
    model.compile("sgd", "mse", run_eagerly=True)
    return model


def flags_of_batches(model):
    """What a spy sees in a batch of fit, one of evaluate and one of predict."""
    x, flags = np.ones((2, 1), "float32"), model.layers[-1].flags
    model.train_on_batch(x, x)
    flags.clear()
    model.train_on_batch(x, x)
    model.test_on_batch(x, x)
    model.predict_on_batch(x)
    return list(flags)
