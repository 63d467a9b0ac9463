"""What is timed: the documents' models and steps, small on a CPU and full on a GPU."""

import keras
import numpy as np

from claims.benchmarks.training import Run, inference, training
from claims.block_models import baseline_model, upgraded_model
from harness.benchmark.configuration import (
    AGAIN,
    CONTROL,
    STEP_TIME,
    TWICE,
    configuration,
    ratio,
)

BATCH = (32, 128)
SIZES = ({"width": 8, "image": 16, "units": 32}, {})
"""Stand-in and original: day-7's upgraded network takes 32 x 32 images, width 32."""


def batches(full, *, size=None, image=None):
    """One batch of noise again and again, from memory: the step is what is timed."""
    rng = np.random.default_rng(7)
    size, image = size or BATCH[full], image or (32 if full else 16)
    x = rng.random((size, image, image, 3)).astype("float32")
    y = rng.integers(0, 10, size).astype("int32")
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return iter(tf.data.Dataset.from_tensors((x, y)).repeat())
    x, y = keras.ops.convert_to_tensor(x), keras.ops.convert_to_tensor(y)
    return iter(lambda: (x, y), None)


def compiled_with(model, *, optimizer=None, **options):
    """The documents' loss, and Adam unless told otherwise."""
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer or keras.optimizers.Adam(), loss, **options)
    return model


def upgraded(full, policy="float32"):
    """Day-7's network with batch normalization, dropout and L2, under a policy."""
    keras.config.set_dtype_policy(policy)
    try:
        return compiled_with(upgraded_model(**SIZES[full]))
    finally:
        keras.config.set_dtype_policy("float32")


def plain(full, *, normalized=False, dropped=False, l2=0.0, **options):
    """The same convolutions, with the parts that are asked for."""
    size = {"width": 32, "image": 32} | SIZES[full]
    reg = keras.regularizers.L2(l2) if l2 else None
    layers = [keras.Input((size["image"], size["image"], 3))]
    for filters in (size["width"], 2 * size["width"]):
        for _ in range(2):
            conv = {"padding": "same", "use_bias": False, "kernel_regularizer": reg}
            layers.append(keras.layers.Conv2D(filters, 3, **conv))
            layers += [keras.layers.BatchNormalization()] if normalized else []
            layers.append(keras.layers.Activation("relu"))
        layers.append(keras.layers.MaxPooling2D())
        layers += [keras.layers.Dropout(0.2)] if dropped else []
    head = [keras.layers.Flatten(), keras.layers.Dense(10, dtype="float32")]
    return compiled_with(keras.Sequential(layers + head), **options)


@configuration(CONTROL, group="control")
@configuration(AGAIN, group="control")
def control(full) -> Run:
    return training(plain(full), batches(full))


@configuration(TWICE, group="control")
def twice(full) -> Run:
    """Every step of the control, done two times."""
    once = training(plain(full), batches(full))
    return lambda steps: once(2 * steps)


def _policies():
    """Training and inference of the upgraded network under each dtype policy."""
    for policy in ("float32", "mixed_float16", "mixed_bfloat16"):
        about = {"examples": BATCH, "policy": policy}

        @configuration(policy, group="precision", **about)
        def train(full, policy=policy) -> Run:
            return training(upgraded(full, policy), batches(full))

        if policy == "mixed_bfloat16":
            continue  # inference is compared in the policy that the texts use

        @configuration(f"{policy} inference", group="inference", **about)
        def infer(full, policy=policy) -> Run:
            image = 32 if full else 16
            x = np.zeros((BATCH[full], image, image, 3), "float32")
            return inference(upgraded(full, policy), x)

    ratio("mixed_float16", over="float32")
    ratio("mixed_bfloat16", over="float32")
    ratio("mixed_float16 inference", over="float32 inference")


def _parts():
    """What each part of a regularized network adds to a training step."""
    parts = {
        "l2 penalty": {"l2": 1e-4},
        "batch normalization": {"normalized": True},
        "dropout": {"dropped": True},
    }
    for name, options in parts.items():

        @configuration(name, group="control")
        def part(full, options=options) -> Run:
            return training(plain(full, **options), batches(full))

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
        def update(full, make=make) -> Run:
            model = baseline_model(width=32 if full else 4, image=32 if full else 8)
            data = batches(full, size=None if full else 8, image=None if full else 8)
            return training(compiled_with(model, optimizer=make()), data)

        if name != "adam":
            ratio(name, over="adam", quantity=STEP_TIME)


@configuration("eager", group="control", backends=("tensorflow",))
def eager(full) -> Run:
    return training(plain(full, run_eagerly=True), batches(full))


def _batch_sizes():
    """Examples per second at a small and at the document's batch size."""
    for size in (16, 128):

        @configuration(f"batch {size}", group="batch", examples=size)
        def batch(full, size=size) -> Run:
            return training(plain(full), batches(full, size=size))


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
def row_by_row(full) -> Run:
    return higgs(repack=lambda ds: ds.map(lambda *row: pack(*row, axis=0)))


@configuration("batch(10000)", group="data", examples=ROWS, backends=("tensorflow",))
def in_large_batches(full) -> Run:
    """The tutorial's detour: batch, repack each batch, unbatch."""
    return higgs(
        repack=lambda ds: (
            ds.batch(10_000).map(lambda *row: pack(*row, axis=1)).unbatch()
        )
    )


@configuration("float32 fit", group="epoch", examples=(32, 128), full_only=True)
def epoch_in_float32(full) -> Run:
    return training(upgraded(full, "float32"), fed(full))


@configuration(
    "mixed_float16 fit", group="epoch", examples=(32, 128), full_only=True,
    policy="mixed_float16",
)  # fmt: skip
def epoch_in_float16(full) -> Run:
    return training(upgraded(full, "mixed_float16"), fed(full))


def fed(full):
    """Day-7's pipeline in place of one batch from memory: shuffle, batch, prefetch."""
    if keras.backend.backend() != "tensorflow":
        return batches(full)
    import tensorflow as tf

    rng = np.random.default_rng(7)
    x = rng.random((10_000, 32, 32, 3)).astype("float32")
    y = rng.integers(0, 10, 10_000).astype("int32")
    rows = tf.data.Dataset.from_tensor_slices((x, y)).repeat().shuffle(10_000)
    return iter(rows.batch(BATCH[full]).prefetch(tf.data.AUTOTUNE))


_policies()
_parts()
_updates()
_batch_sizes()
ratio("eager", over=CONTROL, quantity=STEP_TIME)
ratio("batch 128", over="batch 16")
ratio("batch(10000)", over="row by row")
ratio("mixed_float16 fit", over="float32 fit", quantity=STEP_TIME)
