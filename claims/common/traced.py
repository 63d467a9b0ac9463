"""Calls as `fit` makes them: compiled to a graph on TensorFlow, eager elsewhere."""

from collections.abc import Callable

import keras


def traced(function: Callable, *, shape: tuple | None = None) -> Callable:
    """The function, compiled as `fit` compiles its training step; of tensors.

    shape: what its graph knows of its float32 argument's shape, with None for what it
    does not know, as for batches of tf.data that keep the smaller last one.

    Under torch and JAX it is the function itself: `fit` runs eagerly under torch, and
    under JAX what it compiles has no state.
    """
    if keras.backend.backend() != "tensorflow":
        return function
    import tensorflow as tf

    known = [tf.TensorSpec(shape)] if shape else None
    return tf.function(function, autograph=False, input_signature=known)
