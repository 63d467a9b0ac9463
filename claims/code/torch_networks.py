"""The documents' networks computed by torch: the oracle of their code blocks."""

import numpy as np
import torch
from torch.nn import functional

from harness import as_array, judge

ACTIVATIONS = {
    "relu": torch.relu,
    "elu": functional.elu,
    "linear": lambda x: x,
    "softmax": lambda x: torch.softmax(x, 1),
}


def conv(x, kernel, bias=None):
    """A convolution with stride 1; `x` (N, C, H, W), `kernel` as Keras keeps it."""
    return functional.conv2d(x, kernel.permute(3, 2, 0, 1), bias, padding=0)


def norm(x, gamma, beta, mean, variance):
    """Batch normalization at inference, with the epsilon of Keras."""
    return functional.batch_norm(x, mean, variance, gamma, beta, eps=1e-3)


def outputs(model, x, *, plan, dtype=torch.float64):
    """The model's outputs at inference by torch, with the model's weights.

    plan: one step a layer, as the document has it: ("conv", width, padding,
    activation), ("dense", width, activation), with "unbiased" last if so; "norm",
    "relu", "pool", "dropout", "flatten". Falsifies if the weights have other shapes.
    """
    found = [w.shape for w in weights_in_order(model)]
    judge.equal(str(found), str(shapes(plan, x.shape[1:])), what="shapes of weights")
    weights = iter(torch.tensor(w, dtype=dtype) for w in weights_in_order(model))
    x = torch.tensor(np.moveaxis(x, -1, 1), dtype=dtype)
    for step in plan:
        kind, *how = [step] if isinstance(step, str) else step
        if kind in ("conv", "dense"):
            kernel = next(weights)
            bias = None if how[-1] == "unbiased" else next(weights)
            if kind == "dense":
                x = functional.linear(x, kernel.T, bias)
            else:
                x = conv(functional.pad(x, 4 * [int(how[1] == "same")]), kernel, bias)
            x = ACTIVATIONS[how[2 if kind == "conv" else 1]](x)
        elif kind == "norm":
            x = norm(x, *(next(weights) for _ in range(4)))
        elif kind == "pool":
            x = functional.max_pool2d(x, 2)
        elif kind == "flatten":
            x = torch.moveaxis(x, 1, -1).flatten(1)
        elif kind == "relu":
            x = torch.relu(x)
    return x.numpy()


def shapes(plan, shape):
    """The shapes of the plan's weights for images of `shape`, channels last."""
    found, (size, _, channels) = [], shape
    for step in plan:
        kind, *how = [step] if isinstance(step, str) else step
        if kind in ("conv", "dense"):
            window = (3, 3) if kind == "conv" else ()
            found.append((*window, channels, how[0]))
            found += [] if how[-1] == "unbiased" else [(how[0],)]
            size -= 2 * ("valid" in how)
            channels = how[0]
        elif kind == "norm":
            found += 4 * [(channels,)]
        elif kind == "pool":
            size //= 2
        elif kind == "flatten":
            channels *= size**2
    return found


def weights_in_order(model):
    return [as_array(w) for layer in model.layers for w in layer.get_weights()]


def judge_outputs(model, x, *, plan, what="outputs"):
    """At inference the model computes what torch does with its weights."""
    judge.trajectory(
        as_array(model(x)),
        narrow=outputs(model, x, plan=plan, dtype=torch.float32),
        wide=outputs(model, x, plan=plan),
        what=what,
        oracle="torch",
    )


def cross_entropy(logits, labels):
    """Mean of log sum exp(z) - z[label], in float64."""
    z = np.asarray(logits, "float64")
    rows = np.arange(len(z))
    return np.mean(np.logaddexp.reduce(z, axis=1) - z[rows, labels])


def images(count, size=16, channels=3):
    """Random float32 images with values in [0, 1]."""
    return np.random.uniform(0, 1, (count, size, size, channels)).astype("float32")
