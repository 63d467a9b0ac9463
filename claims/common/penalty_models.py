"""Tiny models with a drawn weight penalty, and what NumPy says of them.

The penalty is set on the kernel's variable, so that one built model serves all draws.
"""

from dataclasses import dataclass

import keras
import numpy as np
from hypothesis import strategies as st

from harness import as_array, gradients, judge, shared
from harness.stack.keras_internals import regularize

ROWS, INPUTS, UNITS = 6, 4, 3
RATE = 0.125
STEP = INPUTS + ROWS + 12  # roundings of a step of gradient descent
OPERATIONS = 2 * (INPUTS + 2) + ROWS * UNITS + INPUTS * UNITS + 10

seeds = st.integers(0, 10**6)
kinds = st.sampled_from(("L1", "L2", "L1L2"))
strengths = st.floats(1 / 64, 0.5, width=32)
layer_names = st.sampled_from(("Conv1D", "Conv2D", "Dense"))


def factors(kind: str, strength: float) -> dict[str, float]:
    """The arguments of the regularizer class `kind`; L1L2 gets two that differ."""
    return {
        "L1": {"l1": strength},
        "L2": {"l2": strength},
        "L1L2": {"l1": strength, "l2": strength / 4},
    }[kind]


def regularizer(kind: str, strength: float) -> keras.regularizers.Regularizer:
    return getattr(keras.regularizers, kind)(**factors(kind, strength))


def penalty(w: np.ndarray, l1: float = 0.0, l2: float = 0.0) -> float:
    """l1 * sum|w| + l2 * sum w^2, in float64."""
    w = np.asarray(w, "float64")
    return float(l1 * np.abs(w).sum() + l2 * np.square(w).sum())


def pull(w: np.ndarray, l1: float = 0.0, l2: float = 0.0) -> np.ndarray:
    """The penalty's gradient, l1 * sign(w) + 2 * l2 * w."""
    return l1 * np.sign(w) + 2 * l2 * w


def weights_away_from_zero(*shape: int) -> np.ndarray:
    """Random float32 weights with magnitudes between 1/4 and 1."""
    return (
        np.random.choice([-1, 1], shape) * np.random.uniform(0.25, 1, shape)
    ).astype("float32")


@dataclass
class Regression:
    """Data and weights of a linear model; losses and gradients in their own dtype."""

    x: np.ndarray
    y: np.ndarray
    w: np.ndarray

    def astype(self, dtype: str) -> "Regression":
        return Regression(*(a.astype(dtype) for a in (self.x, self.y, self.w)))

    @property
    def residual(self) -> np.ndarray:
        return self.x @ self.w - self.y

    @property
    def reach(self) -> np.ndarray:
        """Sum of the magnitudes of the terms of each residual."""
        return abs(self.x) @ abs(self.w) + abs(self.y)

    def mse(self) -> float:
        return np.mean(np.square(self.residual))

    def step(self, l1: float = 0.0, l2: float = 0.0) -> "Regression":
        """The model after a step of gradient descent on mse plus penalty."""
        gradient = 2 / self.residual.size * self.residual
        w = self.w - RATE * (self.x.T @ gradient + pull(self.w, l1, l2))
        return Regression(self.x, self.y, w.astype(self.w.dtype))

    def step_magnitude(self, l1: float = 0.0, l2: float = 0.0) -> np.ndarray:
        data = 2 / self.residual.size * abs(self.x).T @ self.reach
        return abs(self.w) + RATE * (data + abs(pull(self.w, l1, l2)))


def regression() -> Regression:
    """A drawn problem in float32, from NumPy's global generator."""
    x, y = (
        np.random.normal(size=size).astype("float32")
        for size in ((ROWS, INPUTS), (ROWS, UNITS))
    )
    return Regression(x, y, weights_away_from_zero(INPUTS, UNITS))


DTYPES = ("float32", "float64")


def descent(problem: Regression, *, l2: float) -> tuple[np.ndarray, np.ndarray]:
    """Kernel after, and mean loss of, two epochs of batches of 3 rows, in order."""
    losses: list[list[float]] = [[], []]
    for epoch in losses:
        for rows in (slice(0, 3), slice(3, 6)):
            batch = Regression(problem.x[rows], problem.y[rows], problem.w)
            paid = l2 * np.square(problem.w).sum()
            epoch.append(batch.mse() + problem.w.dtype.type(paid))
            problem = Regression(problem.x, problem.y, batch.step(l2=l2).w)
    return problem.w, np.mean(losses, axis=1).astype(problem.w.dtype)


@shared
def _linear_model() -> keras.Model:
    dense = keras.layers.Dense(UNITS, use_bias=False)
    model = keras.Sequential([keras.Input((INPUTS,)), dense])
    model.compile(
        keras.optimizers.SGD(RATE),
        "mse",
        metrics=["mse"],
        run_eagerly=True,
        jit_compile=False,
    )
    return model


def linear_model(problem: Regression, reg: object = None) -> keras.Model:
    """A compiled linear model with the problem's weights and this penalty."""
    model = _linear_model()
    model.layers[0].kernel.assign(problem.w)
    regularize(model.layers[0], "kernel", reg)
    return model


def gradient_in_fit(model: keras.Model, problem: Regression) -> np.ndarray:
    """The kernel's gradient of what a training step of fit minimizes."""
    x, y = (keras.ops.convert_to_tensor(a) for a in (problem.x, problem.y))

    def loss() -> object:
        return model.compute_loss(x=x, y=y, y_pred=model(x, training=True))

    return gradients(loss, model.trainable_variables)[0]


def custom_step(model: keras.Model, x: np.ndarray, y: np.ndarray, *, add: bool) -> None:
    """A step of a custom training loop, with or without the sum of model.losses."""
    x, y = keras.ops.convert_to_tensor(x), keras.ops.convert_to_tensor(y)

    def loss() -> object:
        data = keras.ops.mean(keras.ops.square(model(x, training=True) - y))
        return data + sum(model.losses) if add else data

    variables = model.trainable_variables
    found = [keras.ops.convert_to_tensor(g) for g in gradients(loss, variables)]
    model.optimizer.apply(found, variables)


def judge_step(model: keras.Model, problem: Regression, **strength: float) -> None:
    """The kernel is the one after a step on mse plus the penalty of `strength`."""
    judge.close(
        kernel(model),
        problem.astype("float64").step(**strength).w,
        magnitude=problem.step_magnitude(**strength),
        operations=STEP,
        what="kernel",
    )


def kernel(model: keras.Model) -> np.ndarray:
    return as_array(model.layers[0].kernel)


@shared
def _logistic_model() -> keras.Model:
    dense = keras.layers.Dense(UNITS, use_bias=False)
    model = keras.Sequential([keras.Input((INPUTS,)), dense])
    model.compile(
        keras.optimizers.SGD(RATE),
        keras.losses.BinaryCrossentropy(from_logits=True),
        metrics=[keras.metrics.BinaryCrossentropy(from_logits=True, name="bce")],
        run_eagerly=True,
        jit_compile=False,
    )
    return model


def logistic_model(problem: Regression, reg: object) -> keras.Model:
    """The same for 0/1 targets, with binary cross-entropy as loss and as metric."""
    model = _logistic_model()
    model.layers[0].kernel.assign(problem.w)
    regularize(model.layers[0], "kernel", reg)
    return model


def classification() -> Regression:
    """A drawn problem whose targets are 0 and 1."""
    problem = regression()
    problem.y = (problem.y > 0).astype("float32")
    return problem


def cross_entropy(problem: Regression) -> float:
    """Mean of log(1 + exp(z)) - y z over the logits z, in float64."""
    z = problem.astype("float64").residual + problem.y
    return float(np.mean(np.logaddexp(0, z) - problem.y * z))


def cross_entropy_magnitude(problem: Regression) -> float:
    return float(np.mean(2 * problem.reach + 1))


@shared
def _layer(name: str, kernel: str, bias: str | None) -> keras.layers.Layer:
    sizes, shape = {
        "Dense": ((2,), (None, 3)),
        "Conv1D": ((2, 2), (None, 5, 2)),
        "Conv2D": ((2, 2), (None, 5, 5, 2)),
    }[name]
    layer = getattr(keras.layers, name)(
        *sizes,
        kernel_regularizer=regularizer(kernel, 1.0),
        bias_regularizer=bias and regularizer(bias, 1.0),
    )
    layer.build(shape)
    return layer


def built(
    name: str, strength: float, kernel: str, bias: str | None = None
) -> keras.layers.Layer:
    """A Dense, Conv1D or Conv2D layer with random weights away from zero, to which
    penalties of these kinds were given as arguments; the bias has half the strength."""
    layer = _layer(name, kernel, bias)
    for weight in layer.trainable_variables:
        weight.assign(weights_away_from_zero(*weight.shape))
    vars(layer.kernel_regularizer).update(factors(kernel, strength))
    if bias:
        vars(layer.bias_regularizer).update(factors(bias, strength / 2))
    return layer


def judge_entries(losses: list, expected: list[float]) -> None:
    """The entries of `losses` are these penalties, in this order."""
    judge.equal(len(losses), len(expected), what="entries")
    for entry, value in zip(losses, expected):
        judge.close(as_array(entry), value, operations=OPERATIONS, what="entry")
