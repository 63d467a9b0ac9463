"""What the claims about tf.data build and read."""

from typing import Any

import numpy as np
import pytest


def tensorflow() -> Any:
    """TensorFlow, which is not imported under the other backends."""
    return pytest.importorskip("tensorflow")


def numbers(count: int) -> Any:
    """A data set of 0 to count - 1."""
    return tensorflow().data.Dataset.range(count)


def values(data: Any) -> np.ndarray:
    """All elements of a data set of numbers or of batches of them, in order."""
    parts = [np.ravel(v) for v in data.as_numpy_iterator()]
    return np.concatenate([np.zeros(0, "int64"), *parts])


def images(count: int, *, shape: tuple[int, ...] = (2, 3, 3)) -> np.ndarray:
    """Random uint8 images, of shape (count, *shape), with 0 and 255 among them."""
    made = np.random.randint(0, 256, (count, *shape)).astype("uint8")
    made[0].flat[:2] = 0, 255
    return made
