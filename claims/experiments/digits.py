"""scikit-learn's digits: 1,797 images of 8 x 8 grey levels, ten classes."""

import hashlib
from dataclasses import dataclass
from functools import cache

import numpy as np

SHA256 = "f6d9e39f37dc45d327f6db33428ee58970ccceabb2535a5c179de35886b70443"
"""Of the images and the labels, as scikit-learn 1.9 ships them."""
CLASSES = 10
MONITORED = 400
"""Images that are looked at during a training; those measured at its end are others."""
MISSING = 0.3
"""Share of pixels that is set to zero where a network's robustness is measured."""


@dataclass(frozen=True)
class Split:
    """Images (n, 8, 8, 1) in [0, 1] and labels (n,): to train on, to look at meanwhile,
    and to measure at the end; blanked: the last ones with pixels missing. The labels
    to train on may be wrong."""

    train: tuple[np.ndarray, np.ndarray]
    monitor: tuple[np.ndarray, np.ndarray]
    val: tuple[np.ndarray, np.ndarray]
    blanked: np.ndarray


def split(rng, rows, wrong):
    """The first `rows` of a random order; a share `wrong` of their labels drawn."""
    images, truth = _data()
    order = rng.permutation(len(images))
    train, monitor, val = np.split(order, [rows, rows + MONITORED])
    labels = truth.copy()
    drawn = train[: round(wrong * rows)]
    labels[drawn] = rng.integers(CLASSES, size=len(drawn))
    there = rng.random(images[val].shape) >= MISSING
    return Split(
        (images[train], labels[train]),
        (images[monitor], truth[monitor]),
        (images[val], truth[val]),
        np.where(there, images[val], 0).astype("float32"),
    )


def moved(rng, images):
    """Each image by up to a pixel to each side, as a crop of a padded image."""
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)))
    at = rng.integers(3, size=(len(images), 2))
    return np.stack([p[y : y + 8, x : x + 8] for p, (y, x) in zip(padded, at)])


@cache
def _data():
    """Images and labels. Raises ValueError for others than those measured."""
    from sklearn.datasets import load_digits  # takes a second, and not in the audit

    found = load_digits()
    digest = hashlib.sha256(found.data.tobytes() + found.target.tobytes()).hexdigest()
    if digest != SHA256:
        raise ValueError("this scikit-learn ships other digits than those measured")
    images = (found.images / 16).astype("float32")[..., np.newaxis]
    return images, found.target.astype("int64")
