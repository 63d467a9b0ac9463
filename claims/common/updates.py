"""What an optimizer of Keras or torch does to weights, step by step."""

from collections.abc import Callable, Sequence

import keras
import numpy as np
import torch

from claims.common.traced import traced
from harness import as_array, shared
from harness import gradients as autodiff

KERNEL = (1, 1, 2, 2)


class Updated:
    """Weights of zero, of these sizes or shapes, and their optimizer."""

    def __init__(self, optimizer: keras.optimizers.Optimizer, sizes: Sequence) -> None:
        self.variables = [keras.Variable(np.zeros(n, "float32")) for n in sizes]
        self.trainable_variables = self.variables
        self.optimizer = optimizer


def updated_by(kind: str, sizes: Sequence = (8,), **constants) -> Updated:
    """Weights with keras.optimizers.<kind>(**constants), both as new at each call."""
    return _updated_by(kind, tuple(sizes), *constants.items())


@shared
def _updated_by(kind, sizes, *constants):
    return Updated(getattr(keras.optimizers, kind)(**dict(constants)), sizes)


def stepped(
    made: Updated,
    start: np.ndarray,
    gradients: np.ndarray,
    penalty=None,
    *,
    compiled=False,
) -> np.ndarray:
    """The weights after each update; start (n,), gradients and result (steps, n).

    Where there is a penalty, the gradient of penalty(weights) is added in each step.
    compiled: whether the update is compiled, as in `fit`.
    """
    (variable,), path = made.variables, []
    variable.assign(start)
    apply = updating(made, compiled=compiled)
    for gradient in np.asarray(gradients, "float32"):
        if penalty is not None:
            gradient = gradient + autodiff(lambda: penalty(variable), [variable])[0]
        apply(keras.ops.convert_to_tensor(gradient))
        path.append(as_array(variable).copy())
    return np.stack(path)


def updating(made: Updated, *, compiled: bool) -> Callable:
    """A function that makes one update with the gradients of all weights."""
    made.optimizer.build(made.variables)

    def update(*gradients):
        made.optimizer.apply(list(gradients), made.variables)

    return traced(update) if compiled else update


def used(made: Updated, gradients: Sequence[np.ndarray], *, compiled=False) -> list:
    """What the optimizer makes of the gradients of all weights in one update.

    The weights are zero before; minus the weights after it, one array a variable.
    compiled: whether the update is compiled, as in `fit`.
    """
    tensors = [keras.ops.convert_to_tensor(g) for g in gradients]
    updating(made, compiled=compiled)(*tensors)
    return [-as_array(v).astype("float64") for v in made.variables]


def used_five_times(made: Updated, gradients: Sequence[np.ndarray]) -> np.ndarray:
    """The same, flat, for each of five updates: shape (5, elements)."""
    steps = [flat(made.variables)]
    for _ in range(5):
        used(made, gradients)
        steps.append(flat(made.variables))
    return -np.diff(steps, axis=0)


def flat(arrays: Sequence[np.ndarray]) -> np.ndarray:
    """All elements in one float64 vector."""
    return np.concatenate([np.ravel(as_array(a)).astype("float64") for a in arrays])


def unit(arrays: Sequence[np.ndarray]) -> np.ndarray:
    """The direction of the vector that the arrays are together."""
    vector = flat(arrays)
    return vector / np.linalg.norm(vector)


def with_norms(norms: Sequence[float], size: int = 4) -> list[np.ndarray]:
    """One random float32 gradient of `size` elements for each norm.

    The first is that of a convolution's kernel with two filters, of shape `KERNEL` for
    four elements, the others are vectors.
    """
    drawn = [(n * unit([np.random.normal(size=size)])).astype("float32") for n in norms]
    return [drawn[0].reshape(*KERNEL[:2], -1, 2), *drawn[1:]]


def of_torch(kind, start: np.ndarray, gradients: np.ndarray, **options) -> np.ndarray:
    """The path of an optimizer class of torch, computed in float64."""
    parameter = torch.nn.Parameter(torch.tensor(start, dtype=torch.float64))
    optimizer, path = kind([parameter], **options), []
    for gradient in gradients:
        parameter.grad = torch.tensor(gradient, dtype=torch.float64)
        optimizer.step()
        path.append(as_array(parameter).copy())
    return np.stack(path)


def torch_parameters(gradients):
    """Zero parameters of torch that carry these gradients."""
    parameters = [torch.nn.Parameter(torch.zeros(g.shape)) for g in gradients]
    for parameter, gradient in zip(parameters, gradients):
        parameter.grad = torch.tensor(gradient)
    return parameters


def clipped_by_torch(gradients, limit, clip=torch.nn.utils):
    """The step of torch's SGD with learning rate 1 after clip.clip_grad_norm_."""
    parameters = torch_parameters(gradients)
    as_a_model_gives_them = (parameter for parameter in parameters)
    clip.clip_grad_norm_(as_a_model_gives_them, limit)
    torch.optim.SGD(parameters, lr=1.0).step()
    return -flat(parameters)


def each_to_norm(gradients, limit):
    """Every gradient scaled down by itself to a norm of at most `limit`."""
    sizes = [np.linalg.norm(g.astype("float64")) for g in gradients]
    return [g * min(1, limit / size) for g, size in zip(gradients, sizes)]


def all_to_norm(gradients, limit):
    """All gradients scaled down by one factor to a joint norm of at most `limit`."""
    return [g * min(1, limit / np.linalg.norm(flat(gradients))) for g in gradients]
