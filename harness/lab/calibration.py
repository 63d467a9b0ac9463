"""Temperature scaling and calibration error of classifiers, on any Keras backend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from harness.stack.arrays import Array, as_array


@keras.saving.register_keras_serializable("regularization")
class TemperatureScaling(keras.layers.Layer):
    """Divides logits by one scalar temperature (Guo et al. 2017, section 4.2).

    temperature: positive; anything else raises ValueError. It is a weight that training
    leaves alone: `fit_temperature` finds it from validation logits.
    """

    def __init__(self, temperature: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not temperature > 0:
            raise ValueError(f"temperature must be positive, not {temperature}.")
        self.initial = temperature
        self.temperature = self.add_weight(
            shape=(),
            trainable=False,
            name="temperature",
            initializer=keras.initializers.Constant(temperature),
        )

    def call(self, raw_logits: Any) -> Any:
        return raw_logits / self.temperature

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "temperature": self.initial}


def negative_log_likelihood(logits: Any, labels: Any) -> float:
    """Mean cross-entropy of integer labels, shape (n,), under logits, (n, classes)."""
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return float(as_array(loss(labels, logits)))


def fit_temperature(logits: Array, labels: Array) -> float:
    """The temperature in [1/100, 100] of the least negative log-likelihood.

    logits: (n, classes), labels: (n,), both of held-out data. The likelihood is concave
    in 1 / T; bisection on its slope, mean(E[z] - z_label), in float64.
    """
    z = np.asarray(logits, "float64")
    right = z[np.arange(len(z)), labels].mean()
    low, high = 0.01, 100.0
    for _ in range(60):
        middle = np.sqrt(low * high)
        weights = np.exp(middle * (z - z.max(axis=1, keepdims=True)))
        expected = np.sum(weights * z, axis=1) / weights.sum(axis=1)
        low, high = (low, middle) if expected.mean() > right else (middle, high)
    return float(1 / np.sqrt(low * high))


@dataclass(frozen=True)
class Reliability:
    """A reliability diagram: per bin the count, mean confidence, and accuracy.

    Empty bins have confidence and accuracy zero.
    """

    count: Array
    confidence: Array
    accuracy: Array

    @property
    def error(self) -> float:
        """Expected calibration error: mean |accuracy - confidence| by count."""
        gap = np.abs(self.accuracy - self.confidence)
        return float(np.sum(self.count * gap) / self.count.sum())


def reliability(logits: Any, labels: Array, *, bins: int = 10) -> Reliability:
    """Bins (0, 1/bins], (1/bins, 2/bins], ... of the top class's probability.

    logits: (n, classes), labels: (n,). Naeini et al. 2015; Guo et al. 2017, eq. 3.
    """
    probabilities = keras.ops.softmax(keras.ops.convert_to_tensor(logits), axis=-1)
    confidence = as_array(keras.ops.max(probabilities, axis=-1)).astype("float64")
    right = as_array(keras.ops.argmax(probabilities, axis=-1)) == labels
    index = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    count = np.bincount(index, minlength=bins)
    some = np.maximum(count, 1)
    return Reliability(
        count,
        np.bincount(index, weights=confidence, minlength=bins) / some,
        np.bincount(index, weights=right, minlength=bins) / some,
    )
