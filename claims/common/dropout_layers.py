"""Layers of dropout and batch normalization that checks share."""

import random

import keras
import numpy as np

from harness import as_array, shared


@shared
def _dropout(rate, dtype):
    return keras.layers.Dropout(rate, dtype=dtype)


def dropout(rate, dtype="float32"):
    """A Dropout layer with this rate and a seed of the example's own."""
    layer = _dropout(rate, dtype)
    layer.seed_generator.state.assign([random.getrandbits(30), 0])
    return layer


def dropped(rate, shape, *, training=True):
    """What Dropout makes of an array of ones; shape as given, float32."""
    return as_array(dropout(rate)(np.ones(shape, "float32"), training=training))


@shared
def batchnorm(features=3, momentum=0.9, epsilon=0.01):
    """A built BatchNormalization with statistics other than those of a new one."""
    norm = keras.layers.BatchNormalization(momentum=momentum, epsilon=epsilon)
    norm.build((None, features))
    norm.moving_mean.assign(np.linspace(-1, 1, features))
    norm.moving_variance.assign(np.linspace(0.5, 2, features))
    return norm
