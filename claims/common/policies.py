"""Keras' global dtype policy, for a while."""

import contextlib

import keras


@contextlib.contextmanager
def policy(name):
    """This global policy, set by the lesson's call, undone afterwards."""
    before = keras.config.dtype_policy()
    keras.mixed_precision.set_global_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
