"""Gradients of a loss, the same way under every Keras backend."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from harness.stack.arrays import Array, as_array
from harness.stack.keras_internals import tensor_of
from harness.stack.libraries import backend


def gradients(loss: Callable[[], Any], variables: Sequence[Any]) -> list[Array]:
    """d loss() / d variable for each Keras variable, with the backend's autodiff.

    A variable that the loss does not reach gets zeros of its shape.
    """
    compute = {"tensorflow": _tensorflow, "torch": _torch, "jax": _jax}
    found = compute[backend()](loss, variables)
    return [
        np.zeros(v.shape, "float32") if g is None else as_array(g)
        for v, g in zip(variables, found)
    ]


def _tensorflow(loss: Callable[[], Any], variables: Sequence[Any]) -> Sequence[Any]:
    import tensorflow as tf

    with tf.GradientTape() as tape:
        value = loss()
    found: Sequence[Any] = tape.gradient(value, [tensor_of(v) for v in variables])
    return found


def _torch(loss: Callable[[], Any], variables: Sequence[Any]) -> Sequence[Any]:
    import torch

    return torch.autograd.grad(
        loss(),
        [tensor_of(v) for v in variables],
        allow_unused=True,
        materialize_grads=False,
    )


def _jax(loss: Callable[[], Any], variables: Sequence[Any]) -> Sequence[Any]:
    import jax
    import keras

    def of_values(values: list[Any]) -> Any:
        with keras.StatelessScope(state_mapping=list(zip(variables, values))):
            return loss()

    found: Sequence[Any] = jax.grad(of_values)([tensor_of(v) for v in variables])
    return found
