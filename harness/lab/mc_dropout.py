"""Monte Carlo dropout: a prediction from many passes with dropout active."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from harness.stack.arrays import Array, as_array


def passes(model: keras.Model, x: Any, count: int) -> Array:
    """`count` predictions in training mode, shape (count, *model(x).shape).

    Gal and Ghahramani 2016, section 4. Only layers that draw may read the flag: batch
    normalization would take the statistics of `x` and move its own, so a model with a
    trainable one raises ValueError.
    """
    moving = [
        layer.name
        for layer in model._flatten_layers()
        if isinstance(layer, keras.layers.BatchNormalization) and layer.trainable
    ]
    if moving:
        raise ValueError(
            f"passes in training mode would change {', '.join(moving)}: set "
            "trainable = False on batch normalization first."
        )
    return np.stack([as_array(model(x, training=True)) for _ in range(count)])


def predict(model: keras.Model, x: Any, count: int) -> tuple[Array, Array]:
    """Mean and variance over `count` passes, each of the shape of `model(x)`."""
    samples = passes(model, x, count)
    return samples.mean(axis=0), samples.var(axis=0)
