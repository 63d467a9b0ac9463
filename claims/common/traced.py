"""Calls as `fit` makes them: compiled to a graph on TensorFlow, eager elsewhere."""

from collections.abc import Callable

import keras


def traced(function: Callable) -> Callable:
    """The function, compiled as `fit` compiles its training step; of tensors.

    Under torch and JAX it is the function itself: `fit` runs eagerly under torch, and
    under JAX what it compiles has no state.
    """
    if keras.backend.backend() != "tensorflow":
        return function
    import tensorflow as tf

    return tf.function(function, autograph=False)
