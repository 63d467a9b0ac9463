"""What is timed: the documents' models and steps, small on a CPU and full on a GPU."""

import keras
import numpy as np

from claims.benchmarks import sweep
from claims.benchmarks.networks import (
    BATCH,
    batches,
    compiled_with,
    fed,
    plain,
    upgraded,
)
from claims.benchmarks.training import Run, inference, training
from claims.common.block_models import baseline_model
from harness.benchmark.configuration import (
    AGAIN,
    CONTROL,
    STEP_TIME,
    TWICE,
    configuration,
    memory,
    ratio,
)


@configuration(CONTROL, group="control")
@configuration(AGAIN, group="control")
def control(scale) -> Run:
    return training(plain(scale), batches(scale))


@configuration(TWICE, group="control")
def twice(scale) -> Run:
    """Every step of the control, done two times."""
    once = training(plain(scale), batches(scale))
    return lambda steps: once(2 * steps)


def _policies():
    """Training and inference of the upgraded network under each dtype policy."""
    for policy in ("float32", "mixed_float16", "mixed_bfloat16"):
        about = {"examples": BATCH, "policy": policy}

        @configuration(policy, group="precision", **about)
        def train(scale, policy=policy) -> Run:
            return training(upgraded(scale, policy), batches(scale))

        if policy == "mixed_bfloat16":
            continue  # inference is compared in the policy that the texts use

        @configuration(f"{policy} inference", group="inference", **about)
        def infer(scale, policy=policy) -> Run:
            image = 32 if scale.full else 16
            x = np.zeros((scale.of(BATCH), image, image, 3), "float32")
            return inference(upgraded(scale, policy), x)

    ratio("mixed_float16", over="float32", claimed=True)
    ratio("mixed_bfloat16", over="float32")
    ratio("mixed_float16 inference", over="float32 inference")
    memory("mixed_float16", over="float32")


def _parts():
    """What each part of a regularized network adds to a training step."""
    parts = {
        "l2 penalty": {"l2": 1e-4},
        "batch normalization": {"normalized": True},
        "dropout": {"dropped": True},
    }
    for name, options in parts.items():

        @configuration(name, group="control")
        def part(scale, options=options) -> Run:
            return training(plain(scale, **options), batches(scale))

        ratio(name, over=CONTROL, quantity=STEP_TIME)


def _updates():
    """What clipping, a schedule and loss scaling add to a training step."""
    adam, new = keras.optimizers.Adam, keras.optimizers
    ways = {
        "adam": adam,
        "clipnorm": lambda: adam(clipnorm=1.0),
        "global_clipnorm": lambda: adam(global_clipnorm=1.0),
        "clipvalue": lambda: adam(clipvalue=0.5),
        "cosine schedule": lambda: adam(new.schedules.CosineDecay(1e-3, 10_000)),
        "loss scaling": lambda: new.LossScaleOptimizer(adam()),
    }
    for name, make in ways.items():

        @configuration(name, group="updates")
        def update(scale, make=make) -> Run:
            width, image = (32, 32) if scale.full else (4, 8)
            model = baseline_model(width=width, image=image)
            data = batches(scale, size=(8, 128), image=(8, 32))
            return training(compiled_with(model, optimizer=make()), data)

        if name != "adam":
            ratio(name, over="adam", quantity=STEP_TIME)


@configuration("eager", group="control", backends=("tensorflow",))
def eager(scale) -> Run:
    return training(plain(scale, run_eagerly=True), batches(scale))


def _batch_sizes():
    """Examples per second at a small and at the document's batch size."""
    for size in (16, 128):

        @configuration(f"batch {size}", group="batch", examples=size)
        def batch(scale, size=size) -> Run:
            return training(plain(scale), batches(scale, size=(size, size)))


ROWS, COLUMNS = 10_000, 29


def higgs(*, repack):
    """`run(k)`: k passes over rows of 29 scalars, as the CSV reader hands them over.

    Each pass is finite: an endless pipeline would work ahead while others are timed.
    """
    import tensorflow as tf

    columns = tuple(np.zeros((COLUMNS, ROWS), "float32"))
    rows = repack(tf.data.Dataset.from_tensor_slices(columns)).batch(ROWS)

    def run(steps):
        for _ in range(steps):
            for _ in rows:
                pass

    return run


def pack(*row, axis):
    import tensorflow as tf

    return tf.stack(row[1:], axis), row[0]


@configuration("row by row", group="data", examples=ROWS, backends=("tensorflow",))
def row_by_row(scale) -> Run:
    return higgs(repack=lambda ds: ds.map(lambda *row: pack(*row, axis=0)))


@configuration("batch(10000)", group="data", examples=ROWS, backends=("tensorflow",))
def in_large_batches(scale) -> Run:
    """The tutorial's detour: batch, repack each batch, unbatch."""
    return higgs(
        repack=lambda ds: (
            ds.batch(10_000).map(lambda *row: pack(*row, axis=1)).unbatch()
        )
    )


@configuration("float32 fit", group="epoch", examples=(32, 128), full_only=True)
def epoch_in_float32(scale) -> Run:
    return training(upgraded(scale, "float32"), fed(scale))


@configuration(
    "mixed_float16 fit",
    group="epoch",
    examples=(32, 128),
    full_only=True,
    policy="mixed_float16",
)
def epoch_in_float16(scale) -> Run:
    return training(upgraded(scale, "mixed_float16"), fed(scale))


_policies()
_parts()
_updates()
_batch_sizes()
ratio("eager", over=CONTROL, quantity=STEP_TIME)
ratio("batch 128", over="batch 16")
ratio("batch(10000)", over="row by row", claimed=True)
ratio("mixed_float16 fit", over="float32 fit", quantity=STEP_TIME, claimed=True)
sweep.declare()
