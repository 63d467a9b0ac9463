"""Random images in place of the data sets that tensorflow-datasets downloads.

Only for blocks of a document that run with `--material`, in a process of their own.
"""

from types import SimpleNamespace

import numpy as np
import tensorflow as tf

CLASSES = 10
COUNTS = {"train": 32, "validation": 8}


def load(name, *, as_supervised, with_info):
    """Pairs of a uint8 image and its label, in splits, and what is known of them."""
    if not (as_supervised and with_info):
        raise NotImplementedError("the stand-in knows supervised splits with info only")
    splits = {split: _images(count) for split, count in COUNTS.items()}
    label = SimpleNamespace(num_classes=CLASSES, names=[*"abcdefghij"])
    known = {s: SimpleNamespace(num_examples=count) for s, count in COUNTS.items()}
    return splits, SimpleNamespace(features={"label": label}, splits=known)


def _images(count):
    """`count` images of two sizes, and every label."""
    rng = np.random.default_rng(7)
    pairs = [
        (rng.integers(0, 256, (160, 160 + 40 * (n % 2), 3), "uint8"), n % CLASSES)
        for n in range(count)
    ]
    kinds = tf.TensorSpec((None, None, 3), tf.uint8), tf.TensorSpec((), tf.int64)
    return tf.data.Dataset.from_generator(lambda: iter(pairs), output_signature=kinds)
