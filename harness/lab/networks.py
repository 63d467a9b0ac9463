"""The networks of the texts: the regularized convolutional block, and a family of dense
networks from tiny to large."""

from __future__ import annotations

from typing import Any

import keras

FAMILY = {"tiny": (16,), "small": (16, 16), "medium": (64, 64, 64), "large": (512,) * 4}
"""Units of each hidden layer."""


def regularized_block(x: Any, *, filters: int, l2: float, rate: float) -> Any:
    """Twice Conv2D, BatchNormalization, ReLU; then max pooling and dropout.

    x: (batch, height, width, channels); returns (batch, height // 2, width // 2,
    filters). The convolutions have no bias, which the normalization would take away.
    """
    for _ in range(2):
        x = keras.layers.Conv2D(
            filters,
            3,
            padding="same",
            use_bias=False,
            kernel_regularizer=keras.regularizers.L2(l2),
        )(x)
        x = keras.layers.BatchNormalization()(x)
        x = keras.layers.Activation("relu")(x)
    return keras.layers.Dropout(rate)(keras.layers.MaxPooling2D()(x))


def dense_stack(
    units: tuple[int, ...], *, features: int = 28, **options: Any
) -> keras.Sequential:
    """Hidden layers of these units with ELU, and one logit.

    features: numbers an example has; options: arguments of each hidden layer. It has
    the sum of (inputs + 1) * units over its layers as parameters.
    """
    hidden = [keras.layers.Dense(width, "elu", **options) for width in units]
    return keras.Sequential([keras.Input((features,)), *hidden, keras.layers.Dense(1)])
