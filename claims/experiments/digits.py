"""Dense networks on scikit-learn's digits: 1,797 images of 8 x 8, ten classes.

A seed gives the split of the data, the initial weights, the order of the batches and
the masks of dropout; two conditions share what they have in common.
"""

import hashlib
from functools import cache, lru_cache

import keras
import numpy as np

from harness import as_array
from harness.experiments.declaration import condition, control

DATA_SHA256 = "f6d9e39f37dc45d327f6db33428ee58970ccceabb2535a5c179de35886b70443"
"""Of the images and the labels, as scikit-learn 1.9 ships them."""
BATCH = 32
ROWS = 224
"""Images to train on, so that a network can learn them by heart."""
MISSING = 0.3
"""Share of pixels that is set to zero where a network's robustness is measured."""
OPTIMIZERS = {
    "adam": keras.optimizers.Adam,
    "adamw": keras.optimizers.AdamW,
    "sgd": keras.optimizers.SGD,
}


def dense(settings, seed):
    """Train a dense network, and measure it on its training and on other images.

    settings: units of the hidden layers; rate of dropout after each; l1, l2 of their
    kernels; norm: batch normalization before each activation; dropout_first: dropout
    before the normalization; rate_of_learning, optimizer, decay; cosine: whether the
    rate falls to zero; rows to train on; wrong: share of training labels that are drawn
    anew; epochs of 7 batches of 32; stream: other seeds for the same numbers.
    """
    settings = DEFAULTS | settings
    seed += 1_000_003 * settings.pop("stream")
    rows, epochs = settings["rows"], settings["epochs"]
    images, truth = _data()
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(images))
    train, held = order[:rows], order[rows:]
    labels = truth.copy()
    wrong = train[: round(settings["wrong"] * rows)]
    labels[wrong] = rng.integers(10, size=len(wrong))
    removed = rng.random(images.shape) < MISSING
    steps = epochs * (ROWS // BATCH)
    passes = [rng.permutation(train) for _ in range(-(-steps * BATCH // rows))]
    batches = np.concatenate(passes)[: steps * BATCH].reshape(steps, BATCH)

    model = _network(_key(settings))
    _restart(model, seed)
    _fit(model, images[batches], labels[batches], epochs)

    found = _measured(model, images[train], labels[train], "train")
    found |= _measured(model, images[held], truth[held], "val")
    blank = np.where(removed, 0, images).astype("float32")[held]
    found |= _measured(model, blank, truth[held], "blanked")
    kernels = [as_array(layer.kernel) for layer in model.layers if _has_kernel(layer)]
    weights = np.concatenate([kernel.ravel() for kernel in kernels])
    return found | {
        "gap_accuracy": found["train_accuracy"] - found["val_accuracy"],
        "gap_loss": found["val_loss"] - found["train_loss"],
        "rms_weight": float(np.sqrt(np.mean(weights.astype("float64") ** 2))),
        "largest_weight": float(np.max(np.abs(weights))),
        "small_weights": float(np.mean(np.abs(weights) < 1e-3)),
    }


@cache
def _data():
    """Images (1797, 64) in [0, 1] and labels (1797,). Raises ValueError for others."""
    from sklearn.datasets import load_digits  # takes a second, and not in the audit

    found = load_digits()
    digest = hashlib.sha256(found.data.tobytes() + found.target.tobytes()).hexdigest()
    if digest != DATA_SHA256:
        raise ValueError("this scikit-learn ships other digits than those measured")
    return (found.data / 16).astype("float32"), found.target.astype("int64")


DEFAULTS = {
    "units": [64, 64],
    "dropout": 0.0,
    "l1": 0.0,
    "l2": 0.0,
    "norm": False,
    "dropout_first": False,
    "optimizer": "adam",
    "rate_of_learning": 1e-3,
    "decay": None,
    "cosine": False,
    "rows": ROWS,
    "wrong": 0.0,
    "epochs": 60,
    "stream": 0,
}


def _key(settings):
    return tuple(
        (k, tuple(v) if isinstance(v, list) else v) for k, v in settings.items()
    )


@lru_cache(maxsize=4)
def _network(key):
    """A compiled network, which all trainings with these settings use in turn."""
    settings = dict(key)
    layers = [keras.Input((64,))]
    for width in settings["units"]:
        penalty = keras.regularizers.L1L2(settings["l1"], settings["l2"])
        layers.append(
            keras.layers.Dense(
                width,
                kernel_regularizer=penalty
                if settings["l1"] or settings["l2"]
                else None,
            )
        )
        drop = (
            [keras.layers.Dropout(settings["dropout"])] if settings["dropout"] else []
        )
        norm = [keras.layers.BatchNormalization()] if settings["norm"] else []
        layers += drop * settings["dropout_first"] + norm
        layers += [keras.layers.Activation("relu")] + drop * (
            not settings["dropout_first"]
        )
    model = keras.Sequential([*layers, keras.layers.Dense(10)])
    rate = settings["rate_of_learning"]
    if settings["cosine"]:
        steps = settings["epochs"] * (ROWS // BATCH)
        rate = keras.optimizers.schedules.CosineDecay(rate, steps)
    more = {} if settings["decay"] is None else {"weight_decay": settings["decay"]}
    model.compile(
        OPTIMIZERS[settings["optimizer"]](rate, **more),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        steps_per_execution=ROWS // BATCH,
        jit_compile=False,
    )
    model.optimizer.build(model.trainable_variables)
    model.start = [as_array(v) for v in model.variables]
    model.optimizer_start = [as_array(v) for v in model.optimizer.variables]
    return model


def _has_kernel(layer):
    return isinstance(layer, keras.layers.Dense)


def _restart(model, seed):
    """As if it were new: initial weights of this seed, optimizer and masks as well."""
    keras.utils.set_random_seed(seed % 2**32)
    for variable, value in zip(model.variables, model.start):
        variable.assign(value)
    for variable, value in zip(model.optimizer.variables, model.optimizer_start):
        variable.assign(value)
    for number, layer in enumerate(filter(_has_kernel, model.layers)):
        initializer = keras.initializers.GlorotUniform(
            seed=(1_000 * seed + number) % 2**31
        )
        layer.kernel.assign(initializer(layer.kernel.shape))
    for number, layer in enumerate(model.layers):
        if isinstance(layer, keras.layers.Dropout):
            layer.seed_generator.state.assign([seed % 2**31, number])


def _fit(model, x, y, epochs):
    """Epochs of fit over these batches in their order; x: (steps, batch, 64)."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        tf.config.experimental.enable_op_determinism()
        data = tf.data.Dataset.from_tensor_slices((x, y))
    else:
        data = zip(x, y)
    model.fit(data, epochs=epochs, steps_per_epoch=len(x) // epochs, verbose=0)


def _measured(model, images, labels, name):
    """Accuracy and cross-entropy at inference, in NumPy."""
    logits = np.asarray(model.predict_on_batch(images), "float64")
    shifted = logits - logits.max(axis=1, keepdims=True)
    log = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    picked = log[np.arange(len(labels)), labels]
    return {
        f"{name}_accuracy": float(np.mean(logits.argmax(axis=1) == labels))
        if np.isfinite(logits).all()
        else float("nan"),
        f"{name}_loss": float(-picked.mean()),
    }


control(
    "a training against itself, other seeds",
    of=condition(dense, seconds=0.5, stream=1),
    against=condition(dense, seconds=0.5),
    metric="val_loss",
    differs=False,
)
control(
    "a network of four units against one that learns all",
    of=condition(dense, seconds=0.5, units=[4]),
    against=condition(dense, seconds=0.5),
    metric="train_loss",
    differs=True,
)
