"""Update rules of optimizers in NumPy, in any format: oracles for trajectories."""

import numpy as np


def adam(
    start,
    gradients,
    *,
    lr,
    beta_1=0.9,
    beta_2=0.999,
    epsilon=1e-7,
    decay=0.0,
    coupled=0.0,
    dtype="float64",
):
    """Adam with the epsilon of section 2 of Kingma & Ba (2015), beside sqrt(v).

    decay: decoupled, w <- w - lr decay w before the step (Loshchilov & Hutter 2019,
    algorithm 2). coupled: coefficient of w in the gradient.
    """
    number = np.dtype(dtype).type
    w, m, v = np.asarray(start, dtype), number(0), number(0)
    lr, b1, b2 = number(lr), number(beta_1), number(beta_2)
    path = []
    for t, g in enumerate(np.asarray(gradients, dtype), start=1):
        g = g + number(coupled) * w
        w = w - lr * number(decay) * w
        m = b1 * m + number(1 - beta_1) * g
        v = b2 * v + number(1 - beta_2) * g * g
        rate = lr * np.sqrt(number(1) - b2 ** number(t)) / (number(1) - b1 ** number(t))
        w = w - rate * m / (np.sqrt(v) + number(epsilon))
        path.append(w)
    return np.stack(path)


def sgd(
    start,
    gradients,
    *,
    lr,
    momentum=0.0,
    nesterov=False,
    decay=0.0,
    coupled=0.0,
    dtype="float64",
):
    """Gradient descent with the momentum of Sutskever et al. (2013), decay as above."""
    number = np.dtype(dtype).type
    w, m = np.asarray(start, dtype), number(0)
    lr, mu = number(lr), number(momentum)
    path = []
    for g in np.asarray(gradients, dtype):
        g = g + number(coupled) * w
        w = w - lr * number(decay) * w
        m = mu * m - lr * g
        w = w + (mu * m - lr * g if nesterov else m)
        path.append(w)
    return np.stack(path)


def ftrl(
    start,
    gradients,
    *,
    lr,
    l1=0.0,
    l2=0.0,
    shrinkage=0.0,
    decay=0.0,
    accumulator=0.1,
    dtype="float64",
):
    """FTRL-Proximal, algorithm 1 of McMahan et al. (2013), with L2 shrinkage.

    A decay takes lr * decay * w off the weight before each step.
    """
    number = np.dtype(dtype).type
    w, z, n = np.asarray(start, dtype), number(0), number(accumulator)
    lr, l1, l2, shrinkage, decay = map(number, (lr, l1, l2, shrinkage, decay))
    path = []
    for g in np.asarray(gradients, dtype):
        w = w - w * decay * lr
        total = n + g * g
        sigma = (np.sqrt(total) - np.sqrt(n)) / lr
        z = z + g + number(2) * shrinkage * w - sigma * w
        w = (np.clip(z, -l1, l1) - z) / (np.sqrt(total) / lr + number(2) * l2)
        n = total
        path.append(w)
    return np.stack(path)


def both_formats(rule, start, gradients, **options):
    """The path of the rule in float32 and in float64, as judge.trajectory takes it."""
    return {
        "narrow": rule(start, gradients, dtype="float32", **options),
        "wide": rule(start, gradients, **options),
    }


def problem(steps, size=8):
    """Random weights of magnitude 1 to 2 and gradients of magnitude 0.1 to 3."""
    sign = np.random.choice([-1, 1], (steps + 1, size))
    start = sign[0] * np.random.uniform(1, 2, size)
    gradients = sign[1:] * np.random.uniform(0.1, 3, (steps, size))
    return start.astype("float32"), gradients.astype("float32")
