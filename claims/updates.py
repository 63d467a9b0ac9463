"""What an optimizer of Keras or torch does to weights, step by step."""

from collections.abc import Sequence

import keras
import numpy as np
import torch

from harness.arrays import as_array
from harness.gradients import gradients as autodiff


def stepped(
    optimizer: keras.Optimizer, start: np.ndarray, gradients: np.ndarray
) -> np.ndarray:
    """A variable after each update; start (...), gradients and result (steps, ...)."""
    variable = keras.Variable(np.asarray(start, "float32"))
    path = []
    for gradient in np.asarray(gradients, "float32"):
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [variable])
        path.append(as_array(variable).copy())
    return np.stack(path)


def used(optimizer: keras.Optimizer, gradients: Sequence[np.ndarray]) -> list:
    """What the optimizer makes of the gradients of several variables in one update.

    The weights are zero before; minus the weights after it, one array a variable.
    """
    variables = [keras.Variable(np.zeros(g.shape, "float32")) for g in gradients]
    optimizer.apply([keras.ops.convert_to_tensor(g) for g in gradients], variables)
    return [-as_array(v).astype("float64") for v in variables]


def flat(arrays: Sequence[np.ndarray]) -> np.ndarray:
    """All elements in one float64 vector."""
    return np.concatenate([np.ravel(as_array(a)).astype("float64") for a in arrays])


def unit(arrays: Sequence[np.ndarray]) -> np.ndarray:
    """The direction of the vector that the arrays are together."""
    vector = flat(arrays)
    return vector / np.linalg.norm(vector)


def with_norms(norms: Sequence[float], size: int = 4) -> list[np.ndarray]:
    """One random float32 gradient of `size` elements for each norm."""
    return [(n * unit([np.random.normal(size=size)])).astype("float32") for n in norms]


def penalized(
    optimizer: keras.Optimizer, start: np.ndarray, gradients: np.ndarray, penalty
) -> np.ndarray:
    """Like `stepped`, with the gradient of penalty(variable) added in each step."""
    variable = keras.Variable(np.asarray(start, "float32"))
    path = []
    for gradient in np.asarray(gradients, "float32"):
        (extra,) = autodiff(lambda: penalty(variable), [variable])
        total = keras.ops.convert_to_tensor(gradient + extra)
        optimizer.apply([total], [variable])
        path.append(as_array(variable).copy())
    return np.stack(path)


def of_torch(kind, start: np.ndarray, gradients: np.ndarray, **options) -> np.ndarray:
    """The path of an optimizer class of torch, computed in float64."""
    parameter = torch.nn.Parameter(torch.tensor(start, dtype=torch.float64))
    optimizer, path = kind([parameter], **options), []
    for gradient in gradients:
        parameter.grad = torch.tensor(gradient, dtype=torch.float64)
        optimizer.step()
        path.append(as_array(parameter).copy())
    return np.stack(path)
