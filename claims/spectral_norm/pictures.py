"""A picture of singular values under training."""

import keras
import numpy as np

from harness import as_array, judge
from harness.evidence import pictures


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
            seen.append(np.linalg.svd(as_array(dense.kernel), compute_uv=False))
            model(x, training=True)
            seen.append(np.linalg.svd(as_array(dense.kernel), compute_uv=False))
            model.train_on_batch(x, y)
        at, found = np.arange(len(seen)) // 2, np.transpose(seen)
        names = ("largest", "second", "third", "smallest")
        after = np.tile(at[1::2], 4), found[:, 1::2].ravel()
        return pictures.lines(
            {name: (at, row) for name, row in zip(names, found)},
            {"after a call with training=True": after},
            x="steps of SGD",
            y="singular values",
            levels={"bound of 1": 1},
        )

    judge.picture(
        "Singular values of a wrapped 6 x 4 kernel under SGD. Each call with "
        "training=True brings the largest near 1, and each step of the optimizer "
        "raises it again.",
        draw,
    )
