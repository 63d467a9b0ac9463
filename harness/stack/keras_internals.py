"""What Keras has no public name for; `tests/test_internals.py` says when it is gone."""

from __future__ import annotations


def forget_seed_generator() -> None:
    """Keras makes its generator of seeds anew, from Python's generator as it is now."""
    from keras.src.backend.common import global_state

    global_state.set_global_attribute("global_seed_generator", None)
