"""A picture of weights under decay and under a penalty."""

import keras
import numpy as np

from claims.common.updates import stepped, updated_by
from harness import judge
from harness.evidence import pictures


def decay_and_penalty(steps: int = 40, rate: float = 0.015) -> None:
    """Two weights with gradients of 10 and 0.1 in size, under both kinds of decay."""

    def draw() -> str:
        sign = np.random.choice([-1, 1], (steps // 2, 1, 2)) * [[[1], [-1]]]
        gradients = sign.reshape(steps, 2) * [10.0, 0.1]
        adamw = updated_by("AdamW", [2], learning_rate=rate, weight_decay=2.0)
        adam, penalty = (
            updated_by("Adam", [2], learning_rate=rate),
            (keras.regularizers.L2(1.0)),
        )
        paths = {
            "AdamW": stepped(adamw, np.ones(2), gradients),
            "Adam + L2": stepped(adam, np.ones(2), gradients, penalty),
        }
        at = np.arange(steps + 1)
        curves = {
            f"{name}, {size} gradients": (at, [1, *path[:, column]])
            for name, path in paths.items()
            for column, size in enumerate(("large", "small"))
        }
        return pictures.lines(curves, x="step", y="weight")

    judge.picture(
        "Two weights, one with large and one with small gradients of random sign. "
        "Under AdamW both shrink alike. Under Adam with an L2 penalty of half its "
        "factor the one with large gradients hardly shrinks.",
        draw,
    )
