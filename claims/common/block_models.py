"""The convolutional networks of the texts, as rows that say what was built.

A row holds what a layer is, so that no check has to keep millions of weights.
"""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import pytest

from harness import shared
from harness.lab.networks import regularized_block

Layers = list[keras.layers.Layer]


@dataclass(frozen=True)
class Row:
    """A layer: its class, output shape without the batch, weights, configuration."""

    kind: str
    shape: tuple[int, ...]
    trainable: int
    frozen: int
    counted: int
    config: dict[str, Any]


def rows(model: keras.Model) -> list[Row]:
    """The layers of a built model, in order, without its input."""
    return [
        Row(
            type(layer).__name__,
            tuple(layer.output.shape[1:]),
            entries(layer.trainable_weights),
            entries(layer.non_trainable_weights),
            layer.count_params(),
            layer.get_config(),
        )
        for layer in model.layers
        if not isinstance(layer, keras.layers.InputLayer)
    ]


def entries(weights: list[Any]) -> int:
    """How many numbers these variables hold."""
    return sum(int(np.prod(weight.shape)) for weight in weights)


def of_kind(layers: list[Row], kind: str) -> list[Row]:
    return [row for row in layers if row.kind == kind]


def printed_totals(model: keras.Model) -> dict[str, str]:
    """The lines below the table of `model.summary()`: name -> what it prints."""
    lines: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "100")  # a narrow terminal wraps these lines
        model.summary(print_fn=lambda text, **_: lines.extend(text.splitlines()))
    totals = (line.split(":") for line in lines if "params:" in line)
    return {name.strip(): value.strip() for name, value in totals}


def upgraded_model(
    *, units: int = 192, width: int = 32, image: int = 32
) -> keras.Model:
    """Two regularized blocks, the second twice as wide, and the dense head."""
    inputs = keras.Input((image, image, 3))
    x = regularized_block(inputs, filters=width, l2=1e-4, rate=0.2)
    x = regularized_block(x, filters=2 * width, l2=1e-4, rate=0.2)
    x = keras.layers.Flatten()(x)
    reg = keras.regularizers.L2(1e-4)
    x = keras.layers.Dense(units, use_bias=False, kernel_regularizer=reg)(x)
    x = keras.layers.BatchNormalization()(x)
    x = keras.layers.Activation("relu")(x)
    x = keras.layers.Dropout(0.4)(x)
    return keras.Model(inputs, keras.layers.Dense(10, dtype="float32")(x))


def baseline_model(*, width: int = 32, image: int = 32) -> keras.Model:
    """Two blocks of two convolutions and a pooling, then 128 units and 10 logits."""
    layers: Layers = [keras.Input((image, image, 3))]
    for filters in (width, 2 * width):
        for _ in range(2):
            layers.append(
                keras.layers.Conv2D(filters, 3, padding="same", activation="relu")
            )
        layers.append(keras.layers.MaxPooling2D())
    layers += [
        keras.layers.Flatten(),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dense(10),
    ]
    return keras.Sequential(layers)


def notebook_model(*, normalized: bool = True, convolutions: int = 2) -> keras.Model:
    """Three blocks of 32, 64 and 128 filters on 160 x 160 images, then 256 units.

    normalized: with BatchNormalization and dropout. The large kernel starts at zero:
    drawing its 13 million numbers would take longer than all the rest.
    """
    new = keras.layers
    layers: Layers = [keras.Input((160, 160, 3))]
    for filters in (32, 64, 128):
        for _ in range(convolutions):
            layers.append(
                new.Conv2D(filters, (3, 3), activation="relu", padding="same")
            )
            layers += [new.BatchNormalization()] if normalized else []
        layers.append(new.MaxPooling2D((2, 2)))
        layers += [new.Dropout(0.25)] if normalized else []
    layers += [new.Flatten()]
    layers += [new.Dense(256, activation="relu", kernel_initializer="zeros")]
    layers += [new.BatchNormalization(), new.Dropout(0.5)] if normalized else []
    return keras.Sequential([*layers, new.Dense(10, activation="softmax")])


@shared
def upgraded() -> list[Row]:
    return rows(upgraded_model())


@shared
def baseline() -> list[Row]:
    return rows(baseline_model())


@shared
def notebook() -> list[Row]:
    return rows(notebook_model())


@shared
def basic() -> list[Row]:
    """The notebook's unregularized model as its table describes it."""
    return rows(notebook_model(normalized=False, convolutions=1))
