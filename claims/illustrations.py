"""Pictures for checks: what they measure over longer runs, or for more draws.

Each function puts one picture into the evidence of the check under way; it draws and
trains only where that run keeps a picture.
"""

import keras
import numpy as np
from scipy import stats

from claims.penalty_models import linear_model, regression, regularizer
from claims.updates import flat, stepped, unit, updated_by, used, with_norms
from harness import judge, pictures
from harness.arrays import as_array
from harness.lab.batch_norm import MyBatchNorm

CLIPPING = {
    "no clipping": {},
    "clipnorm": {"clipnorm": 1.0},
    "global_clipnorm": {"global_clipnorm": 1.0},
    "clipvalue": {"clipvalue": 1.0},
}


def clipping_modes(draws: int = 30) -> None:
    """Norm and angle of gradients of three variables with norms about 0.3, 1, 3."""

    def draw() -> str:
        norms: dict[str, list[float]] = {name: [] for name in CLIPPING}
        angles: dict[str, list[float]] = {name: [] for name in CLIPPING}
        for _ in range(draws):
            drawn = with_norms(np.random.lognormal(np.log([0.3, 1, 3]), 0.5))
            for name, limits in CLIPPING.items():
                sgd = updated_by("SGD", [(2, 2), 4, 4], learning_rate=1.0, **limits)
                found = used(sgd, drawn)
                norms[name].append(np.linalg.norm(flat(found)))
                cosine = np.clip(unit(found) @ unit(drawn), -1, 1)
                angles[name].append(np.degrees(np.arccos(cosine)))
        first = pictures.Panel("norm of the whole gradient after clipping", norms)
        second = pictures.Panel("angle to the unclipped gradient, degrees", angles)
        return pictures.strips([first, second])

    judge.picture(
        f"{draws} random gradients of three variables, as SGD uses them without "
        "clipping and with each argument at 1; one mark a gradient. global_clipnorm "
        "bounds the norm of the whole by 1 and turns nothing. clipnorm and "
        "clipvalue let it exceed 1, and both turn the gradient.",
        draw,
    )


def dropped_units(counts: np.ndarray, rate: float) -> None:
    """Counts of zeros in rows of 16 units, beside their law."""
    exact = stats.binom(16, rate).pmf(np.arange(17))
    judge.picture(
        f"How many of the 16 units of a row Dropout({rate:.2g}) sets to zero: the "
        f"shares in {counts.size} rows lie on the law Binomial(16, {rate:.2g}).",
        lambda: pictures.law(counts, exact, x="units of a row that are zero"),
    )


def singular_values(steps: int = 4) -> None:
    """Those of a wrapped 6 x 4 kernel, whose data thrice the kernel would fit."""

    def draw() -> str:
        dense = keras.layers.Dense(4, use_bias=False)
        wrapper = keras.layers.SpectralNormalization(dense)
        model = keras.Sequential([keras.Input((6,)), wrapper])
        model.compile(keras.optimizers.SGD(0.5), "mse", run_eagerly=True)
        kernel = np.random.normal(size=(6, 4)) / 2
        dense.kernel.assign(kernel)
        x = np.random.normal(size=(16, 6))
        y = 3 * x @ kernel
        seen = []
        for _ in range(steps + 1):
            seen.append(np.linalg.svd(as_array(dense.kernel.value), compute_uv=False))
            model(x, training=True)
            seen.append(np.linalg.svd(as_array(dense.kernel.value), compute_uv=False))
            model.train_on_batch(x, y)
        at, found = np.arange(len(seen)) // 2, np.transpose(seen)
        names = ("largest", "second", "third", "smallest")
        after = np.tile(at[1::2], 4), found[:, 1::2].ravel()
        return pictures.lines(
            {name: (at, row) for name, row in zip(names, found)},
            {"after a call with training=True": after},
            x="steps of SGD", y="singular values", levels={"bound of 1": 1},
        )  # fmt: skip

    judge.picture(
        "Singular values of a wrapped 6 x 4 kernel under SGD. Each call with "
        "training=True brings the largest near 1, and each step of the optimizer "
        "raises it again.",
        draw,
    )


def running_means(steps: int = 45, momentum: float = 0.9) -> None:
    """The mean of each batch, and the running mean of a layer that sees them all."""

    def draw() -> str:
        norm = MyBatchNorm(1, momentum=momentum)
        norm.build((None, 1))
        batches = np.random.normal(2, 1, (steps, 16, 1)).astype("float32")
        running = [0.0]
        for batch in batches:
            norm(batch, training=True)
            running.append(float(as_array(norm.running_mean.value)[0]))
        at = np.arange(steps + 1)
        curves = {
            "running mean, for inference": (at, running),
            "batch mean, in training": (at[1:], batches.mean(axis=(1, 2))),
        }
        return pictures.lines(
            curves, x="training step", y="mean", levels={"mean of the data": 2}
        )

    judge.picture(
        "Batches of 16 numbers with mean 2. The batch's mean, which training "
        "subtracts, scatters about 2; the running mean, which inference subtracts, "
        f"starts at 0 and keeps {momentum} of its distance from it in each step.",
        draw,
    )


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


def mixed_by(layer: keras.layers.Layer) -> None:
    """Four images before and after a layer that mixes pairs of images and labels."""

    def draw() -> str:
        names, images, labels = "abcd", shapes(), np.eye(4, dtype="float32")
        mixed, shares = layer(images, labels)
        while as_array(shares).max() > 0.9:
            mixed, shares = layer(images, labels)
        said = [
            " + ".join(f"{s:.2f} {n}" for s, n in zip(row, names) if s > 0)
            for row in as_array(shares)
        ]
        rows = {"before": images, "after": as_array(mixed)}
        return pictures.images(rows, titles=[[*names], said])

    how = "MixUp blends each with another one"
    if "CutMix" in type(layer).__name__:
        how = "CutMix pastes a rectangle of another one into each"
    judge.picture(
        f"Four images, a to d: {how}. Over each result stand the shares of its label.",
        draw,
    )


def shapes(size: int = 24) -> np.ndarray:
    """Four images that are easy to tell apart, (4, size, size, 3) in [0, 1]."""
    down, right = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j]
    masks = (
        down**2 + right**2 < 0.6,
        np.abs(down) + np.abs(right) < 0.8,
        np.sin(9 * right) > 0,
        np.sin(9 * (down + right)) > 0,
    )
    colours = ((0.9, 0.2, 0.2), (0.15, 0.5, 0.9), (0.95, 0.75, 0.1), (0.2, 0.65, 0.3))
    drawn = [np.where(m[..., None], c, 0.93) for m, c in zip(masks, colours)]
    return np.stack(drawn).astype("float32")
