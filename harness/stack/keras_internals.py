"""What Keras has no public name for; `tests/test_internals.py` says when it is gone."""

from __future__ import annotations


def forget_seed_generator() -> None:
    """Keras makes its generator of seeds anew, from Python's generator as it is now."""
    from keras.src.backend.common import global_state

    global_state.set_global_attribute("global_seed_generator", None)


def choose_backend(name: str) -> None:
    """Choose the backend of this name as importing Keras with it does.

    The names of the backend that is in use stay as they are. Raises what Keras raises.
    """
    import runpy

    from keras.src import backend
    from keras.src.backend import config

    before = config._BACKEND
    config._BACKEND = name
    try:
        runpy.run_path(backend.__file__)
    finally:
        config._BACKEND = before
