"""Every random draw follows from the run's seed and the name of what draws."""

from __future__ import annotations

import contextlib
import hashlib
import random
import sys
from collections.abc import Iterator

import numpy as np

from harness.evidence.measurement import current
from harness.stack import keras_internals


def derive(seed: int, *names: str) -> int:
    """A 31-bit seed for a part of the run, the same in every process."""
    text = "\x1f".join((str(seed), *names)).encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:4], "big") >> 1


@contextlib.contextmanager
def own_seed(*names: str) -> Iterator[None]:
    """A seed derived from the run's and `names`; afterwards the generators go on as
    if nothing had been drawn."""
    python, numpy_state = random.getstate(), np.random.get_state()
    torch = sys.modules.get("torch")
    torch_state = torch.get_rng_state() if torch else None
    seed_example(derive(current().seed, *names))
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy_state)
        if torch and torch_state is not None:
            torch.set_rng_state(torch_state)


def seed_tensorflow(seed: int) -> None:
    """TensorFlow's global seed, which serves tf.random, tf.image and tf.data alone."""
    if "tensorflow" in sys.modules:
        sys.modules["tensorflow"].random.set_seed(seed)


def seed_training(*names: str) -> None:
    """All generators, from the run's seed and `names`: TensorFlow's too, which draws
    the order of rows that `fit` shuffles."""
    seed = derive(current().seed, *names)
    seed_example(seed)
    seed_tensorflow(seed)


def seed_example(seed: int) -> None:
    """Python's generator, from which Keras draws its seeds, NumPy's and torch's.

    TensorFlow's global seed stays: Keras does not use it, and setting it drops every
    cached kernel (tensorflow.python.eager.context:Context._clear_caches), which makes
    each later call ten times as slow. `torch.manual_seed` would queue a call for every
    kind of accelerator each time; the CPU's generator is the one that checks use. JAX
    has no global generator.
    """
    random.seed(seed)
    np.random.seed(seed)
    if "torch" in sys.modules:
        sys.modules["torch"].default_generator.manual_seed(seed)
    if "keras" in sys.modules:
        keras_internals.forget_seed_generator()
