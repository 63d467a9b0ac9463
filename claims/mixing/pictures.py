"""A picture of images and labels that were mixed."""

import keras
import numpy as np

from harness import as_array, judge
from harness.evidence import pictures


def mixed_by(layer: keras.layers.Layer) -> None:
    """Four images before and after a layer that mixes pairs of images and labels."""

    def draw() -> str:
        names, images, labels = "abcd", shapes(), np.eye(4, dtype="float32")
        mixed, shares = layer(images, labels)
        while as_array(shares).max() > 0.9:
            mixed, shares = layer(images, labels)
        said = [
            " + ".join(f"{s:.2f} {n}" for s, n in zip(row, names) if s > 0)
            for row in as_array(shares)
        ]
        rows = {"before": images, "after": as_array(mixed)}
        return pictures.images(rows, titles=[[*names], said])

    how = "MixUp blends each with another one"
    if "CutMix" in type(layer).__name__:
        how = "CutMix pastes a rectangle of another one into each"
    judge.picture(
        f"Four images, a to d: {how}. Over each result stand the shares of its label.",
        draw,
    )


def shapes(size: int = 24) -> np.ndarray:
    """Four images that are easy to tell apart, (4, size, size, 3) in [0, 1]."""
    down, right = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j]
    masks = (
        down**2 + right**2 < 0.6,
        np.abs(down) + np.abs(right) < 0.8,
        np.sin(9 * right) > 0,
        np.sin(9 * (down + right)) > 0,
    )
    colours = ((0.9, 0.2, 0.2), (0.15, 0.5, 0.9), (0.95, 0.75, 0.1), (0.2, 0.65, 0.3))
    drawn = [np.where(m[..., None], c, 0.93) for m, c in zip(masks, colours)]
    return np.stack(drawn).astype("float32")
