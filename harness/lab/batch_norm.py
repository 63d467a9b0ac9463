"""A batch normalization layer of one's own, as a lab asks for it."""

from __future__ import annotations

from typing import Any

import keras


@keras.saving.register_keras_serializable("regularization")
class MyBatchNorm(keras.layers.Layer):
    """Normalizes the last axis, with `gamma`, `beta` and running statistics.

    Training: y = gamma (x - mean) / sqrt(variance + epsilon) + beta with the batch's
    statistics over all other axes (Ioffe and Szegedy 2015, algorithm 1); inference
    takes the running ones, which move by 1 - momentum towards those of each batch.

    num_features: size of the last axis; another one raises ValueError.
    """

    def __init__(
        self,
        num_features: int,
        *,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.num_features = num_features
        self.momentum = momentum
        self.epsilon = epsilon

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        if input_shape[-1] != self.num_features:
            raise ValueError(
                f"MyBatchNorm({self.num_features}) got {input_shape[-1]} features."
            )
        shape = (self.num_features,)
        self.gamma = self.add_weight(shape=shape, initializer="ones", name="gamma")
        self.beta = self.add_weight(shape=shape, initializer="zeros", name="beta")
        self.running_mean = self.add_weight(
            shape=shape, initializer="zeros", trainable=False, name="running_mean"
        )
        self.running_var = self.add_weight(
            shape=shape, initializer="ones", trainable=False, name="running_var"
        )

    def call(self, x: Any, training: bool = False) -> Any:
        if training:
            mean, variance = keras.ops.moments(x, axes=list(range(len(x.shape) - 1)))
            self._move(self.running_mean, mean)
            self._move(self.running_var, variance)
        else:
            mean, variance = self.running_mean, self.running_var
        scale = self.gamma / keras.ops.sqrt(variance + self.epsilon)
        return (x - mean) * scale + self.beta

    def _move(self, running: keras.Variable, batch: Any) -> None:
        running.assign(self.momentum * running + (1 - self.momentum) * batch)

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "num_features": self.num_features,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
        }
