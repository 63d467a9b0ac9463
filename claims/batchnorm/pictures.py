"""A picture of running means."""

import numpy as np

from harness import as_array, judge
from harness.evidence import pictures
from harness.lab.batch_norm import MyBatchNorm


def running_means(steps: int = 45, momentum: float = 0.9) -> None:
    """The mean of each batch, and the running mean of a layer that sees them all."""

    def draw() -> str:
        norm = MyBatchNorm(1, momentum=momentum)
        norm.build((None, 1))
        batches = np.random.normal(2, 1, (steps, 16, 1)).astype("float32")
        running = [0.0]
        for batch in batches:
            norm(batch, training=True)
            running.append(float(as_array(norm.running_mean)[0]))
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
