"""The networks that are timed, and the batches they are fed."""

import keras
import numpy as np

from claims.common.block_models import upgraded_model

BATCH = (32, 128)
SIZES = ({"width": 8, "image": 16, "units": 32}, {})
"""Stand-in and original: day-7's upgraded network takes 32 x 32 images, width 32."""


def batches(scale, *, size=BATCH, image=(16, 32)):
    """One batch of noise again and again, from memory: the step is what is timed."""
    rng = np.random.default_rng(7)
    size, image = scale.of(size), image[scale.full]
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


def upgraded(scale, policy="float32", *, width=None, **options):
    """Day-7's network with batch normalization, dropout and L2, under a policy."""
    keras.config.set_dtype_policy(policy)
    sizes = SIZES[scale.full] | ({"width": width} if width else {})
    try:
        return compiled_with(upgraded_model(**sizes), **options)
    finally:
        keras.config.set_dtype_policy("float32")


def plain(scale, *, normalized=False, dropped=False, l2=0.0, **options):
    """The same convolutions, with the parts that are asked for."""
    size = {"width": 32, "image": 32} | SIZES[scale.full]
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


def fed(scale):
    """Day-7's pipeline in place of one batch from memory: shuffle, batch, prefetch."""
    if keras.backend.backend() != "tensorflow":
        return batches(scale)
    import tensorflow as tf

    rng = np.random.default_rng(7)
    x = rng.random((10_000, 32, 32, 3)).astype("float32")
    y = rng.integers(0, 10, 10_000).astype("int32")
    rows = tf.data.Dataset.from_tensor_slices((x, y)).repeat().shuffle(10_000)
    return iter(rows.batch(scale.of(BATCH)).prefetch(tf.data.AUTOTUNE))
