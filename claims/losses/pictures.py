"""A picture of losses with and without the penalty."""

import numpy as np

from claims.common.penalty_models import linear_model, regression, regularizer
from harness import judge
from harness.evidence import pictures


def losses_by_step(steps: int = 10) -> None:
    """Losses of a linear model on its training data, with and without a penalty."""

    def draw() -> str:
        problem = regression()
        x, y = problem.x, problem.y
        before: dict[bool, list] = {True: [], False: []}
        tested = []
        for penalized, logs in before.items():
            reg = regularizer("L1L2", 1 / 8) if penalized else None
            model = linear_model(problem, reg)
            model.optimizer.learning_rate = 0.4
            for _ in range(steps):
                model.reset_metrics()
                logs.append(model.train_on_batch(x, y))
                model.reset_metrics()
                if penalized:
                    tested.append(model.test_on_batch(x, y)[0])
        at, (loss, mse) = np.arange(steps), np.transpose(before[True])
        curves = {
            "training loss": (at, loss),
            "metric mse": (at, mse),
            "loss without penalty": (at, np.transpose(before[False])[0]),
        }
        points = {"test loss, as val_loss": (at + 1, tested)}
        return pictures.lines(curves, points, x="steps of SGD", y="loss")

    judge.picture(
        "A penalized model on one batch of data. Its test loss lies on its training "
        "loss, penalty included; its metric mse lies below by the penalty. A model "
        "without a penalty ends lower than both.",
        draw,
    )
