"""Label smoothing for integer labels, which Keras' sparse loss does not offer."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np


@keras.saving.register_keras_serializable("regularization")
class SmoothedSparseCrossentropy(keras.losses.Loss):
    """Cross-entropy of logits under targets (1 - e) one_hot + e / classes.

    Szegedy et al. 2016, section 7. Labels: integers, shape (batch,) or (batch, 1);
    logits: (batch, classes).

    smoothing: e, from 0 up to but not including 1; anything else raises ValueError.
    """

    def __init__(self, smoothing: float = 0.1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not 0 <= smoothing < 1:
            raise ValueError(f"smoothing must lie in [0, 1), not {smoothing}.")
        self.smoothing = smoothing

    def call(self, labels: Any, logits: Any) -> Any:
        classes = logits.shape[-1]
        one_hot = keras.ops.one_hot(
            keras.ops.reshape(labels, (-1,)), classes, dtype=logits.dtype
        )
        targets = (1 - self.smoothing) * one_hot + self.smoothing / classes
        return keras.ops.categorical_crossentropy(targets, logits, from_logits=True)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "smoothing": self.smoothing}


def best_gap(smoothing: float, classes: int) -> float:
    """By how much the true logit exceeds the others where the smoothed loss is least.

    The logarithm of the targets' odds, ln((1 - e + e / K) / (e / K)); infinite without
    smoothing.
    """
    share = smoothing / classes
    return float(np.log((1 - smoothing + share) / share)) if share else float("inf")
