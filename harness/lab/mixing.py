"""Mixup and CutMix as layers that a data set of (images, labels) can be mapped with.

`keras.layers.MixUp` and `CutMix` take one dictionary; these take two arguments, which
is what `Dataset.map` passes for a pair. They mix whenever they are called.
"""

from __future__ import annotations

from typing import Any

import keras

from harness.stack.absent import offered


class _Pairs(keras.layers.Layer):
    """Mixes each example of a batch with another example of the same batch."""

    def __init__(self, alpha: float = 1.0, seed: int | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.alpha, self.seed = alpha, seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def _drawn(self, count: Any) -> tuple[Any, Any]:
        """A coefficient from Beta(alpha, alpha) and a partner for each example."""
        with offered("keras", "compiled call of keras.random.beta", TypeError):
            own = keras.random.beta(
                (count,), self.alpha, self.alpha, seed=self.seed_generator
            )
        return own, keras.random.shuffle(
            keras.ops.arange(count), seed=self.seed_generator
        )

    def compute_output_shape(self, images_shape: Any, labels_shape: Any) -> Any:
        """Images and labels keep their shapes."""
        return images_shape, labels_shape

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "alpha": self.alpha, "seed": self.seed}


def _blend(values: Any, partner: Any, own: Any) -> Any:
    """own * values + (1 - own) * values of the partner, in float32."""
    values = keras.ops.cast(values, "float32")
    own = keras.ops.reshape(own, (-1,) + (1,) * (len(values.shape) - 1))
    return own * values + (1 - own) * keras.ops.take(values, partner, axis=0)


@keras.saving.register_keras_serializable("mixing")
class MixUpPairs(_Pairs):
    """Mixup (Zhang et al., 2018, eq. 1) of images and labels.

    images: (batch, height, width, channels); labels: (batch, classes), one-hot.
    Returns both as float32, in the same shapes.
    """

    def call(self, images: Any, labels: Any) -> tuple[Any, Any]:
        own, partner = self._drawn(keras.ops.shape(images)[0])
        return _blend(images, partner, own), _blend(labels, partner, own)


@keras.saving.register_keras_serializable("mixing")
class CutMixPairs(_Pairs):
    """CutMix (Yun et al., 2019, section 3.1): a rectangle comes from the partner.

    Shapes as for `MixUpPairs`. The rectangle has whole pixels and lies inside the
    image; the labels are mixed by its exact share of the area.
    """

    def call(self, images: Any, labels: Any) -> tuple[Any, Any]:
        count, height, width = keras.ops.shape(images)[:3]
        own, partner = self._drawn(count)
        side = keras.ops.sqrt(1 - own)
        rows, tall = self._stripe(count, height, side)
        columns, wide = self._stripe(count, width, side)
        inside = keras.ops.logical_and(
            rows[:, :, None, None], columns[:, None, :, None]
        )

        images = keras.ops.cast(images, "float32")
        mixed = keras.ops.where(inside, keras.ops.take(images, partner, axis=0), images)
        return mixed, _blend(labels, partner, 1 - tall * wide / (height * width))

    def _stripe(self, count: Any, length: Any, side: Any) -> tuple[Any, Any]:
        """Which positions of an axis the rectangle covers, and how many."""
        size = keras.ops.round(side * length)
        free = keras.random.uniform((count,), seed=self.seed_generator)
        first = keras.ops.floor(free * (length - size + 1))
        at = keras.ops.arange(length, dtype="float32")[None]
        last = (first + size)[:, None]
        return keras.ops.logical_and(at >= first[:, None], at < last), size
