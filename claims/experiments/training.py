"""One training on the digits, and what it is measured by.

A seed gives the split of the data, the initial weights, the order of the batches and
the masks of dropout; two conditions share what they have in common.
"""

import keras
import numpy as np
from scipy import optimize

from claims.experiments import digits
from claims.experiments.networks import STEPS, built
from harness import as_array
from harness.experiments.declaration import condition, control

BATCH = 32
ROWS = STEPS * BATCH
"""Images to train on, so that a network can learn them by heart."""
FITTED = 0.95
"""Accuracy on the training images from which on they count as learned."""
LAST = 10
"""Epochs at the end of a training in which its loss is held to have settled."""
PASSES = 30
"""Of Monte Carlo dropout."""
BINS = 15
"""Of the expected calibration error."""

DEFAULTS = {
    # data: images to train on; share of labels that are drawn anew; epochs of 7 batches
    "rows": ROWS,
    "wrong": 0.0,
    "epochs": 60,
    "moved": False,
    # network: filters of convolutions, units of dense layers, what stands between
    "filters": [],
    "units": [64, 64],
    "norm": False,
    "dropout": 0.0,
    "dropout_conv": 0.0,
    "dropout_first": False,
    "l1": 0.0,
    "l2": 0.0,
    # training: the optimizer and its rate (warm-up in epochs), early stopping
    "optimizer": "adam",
    "learning_rate": 1e-3,
    "cosine": False,
    "warmup": 0,
    "smoothing": 0.0,
    "patience": None,
    # measuring: logits divided by the temperature that suits the monitored images;
    # what Monte Carlo dropout is asked about
    "temperature": False,
    "mc_on": None,
    # other seeds for the same numbers; a defect of the library
    "stream": 0,
    "fault": None,
}


def train(settings, seed):
    """Train a network with these settings (DEFAULTS has them all), and measure it."""
    settings = DEFAULTS | settings
    seed += 1_000_003 * settings["stream"]
    split = digits.split(
        np.random.default_rng([seed, 0]), settings["rows"], settings["wrong"]
    )
    network = built(_key(settings))
    network.restart(seed)
    model = network.model
    curve = _Curve(split)
    _fit(model, _batches(seed, split.train, settings), settings, curve)
    return {
        **_learned(model, split, settings),
        **curve.measured(),
        **_weights(network),
        "dead_units": _dead(network, split.train[0]),
        "mc_variance": _mc_variance(model, split.val[0], settings["mc_on"], seed),
    }


def _key(settings):
    return tuple(
        (k, tuple(v) if isinstance(v, list) else v) for k, v in settings.items()
    )


def _batches(seed, data, settings):
    """Images (steps, 32, 8, 8, 1) and labels (steps, 32, 10), in their order."""
    images, labels = data
    steps, rows = settings["epochs"] * STEPS, len(images)
    order, changes = np.random.default_rng([seed, 1]), np.random.default_rng([seed, 2])
    passes = [order.permutation(rows) for _ in range(-(-steps * BATCH // rows))]
    picked = np.concatenate(passes)[: steps * BATCH].reshape(steps, BATCH)
    x, y = images[picked], np.eye(digits.CLASSES, dtype="float32")[labels[picked]]
    if settings["moved"]:
        x = np.stack([digits.moved(changes, batch) for batch in x])
    return x, y


def _fit(model, batches, settings, curve):
    """fit over these batches, with what is looked at after each epoch."""
    x, y = batches
    callbacks = [curve]
    if settings["patience"]:
        callbacks.append(
            keras.callbacks.EarlyStopping(
                monitor="monitored_loss",
                mode="min",
                patience=settings["patience"],
                restore_best_weights=True,
            )
        )
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        tf.config.experimental.enable_op_determinism()
        data = tf.data.Dataset.from_tensor_slices((x, y))
    else:
        data = zip(x, y)
    model.fit(
        data,
        epochs=settings["epochs"],
        steps_per_epoch=STEPS,
        verbose=0,
        callbacks=callbacks,
    )


class _Curve(keras.callbacks.Callback):
    """After each epoch: loss and accuracy on the training and the monitored images."""

    def __init__(self, split):
        super().__init__()
        self.rows = len(split.train[0])
        self.images = np.concatenate([split.train[0], split.monitor[0]])
        self.labels = np.concatenate([split.train[1], split.monitor[1]])
        self.train, self.monitored, self.fitted = [], [], []

    def on_epoch_end(self, epoch, logs):
        logits = self.model.predict_on_batch(self.images).astype("float64")
        loss = _losses(logits, self.labels)
        self.train.append(float(loss[: self.rows].mean()))
        self.monitored.append(float(loss[self.rows :].mean()))
        right = logits.argmax(axis=1) == self.labels
        self.fitted.append(bool(right[: self.rows].mean() >= FITTED))
        logs["monitored_loss"] = self.monitored[-1]

    def measured(self):
        """bounce: standard deviation of the training loss over the last epochs."""
        best = int(np.argmin(self.monitored))
        epochs = len(self.monitored)
        return {
            "epochs": float(epochs),
            "epochs_to_fit": float(
                1 + self.fitted.index(True) if any(self.fitted) else epochs + 1
            ),
            "best_epoch": float(best + 1),
            "past_best": self.monitored[-1] - self.monitored[best],
            "bounce": float(np.std(self.train[-LAST:])),
        }


def _losses(logits, labels):
    """Cross-entropy of each image, in NumPy; logits (n, 10)."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    log = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -log[np.arange(len(labels)), labels]


def _learned(model, split, settings):
    """Accuracy, loss, calibration and gaps of logits, at inference, in NumPy."""
    scale = 1.0
    if settings["temperature"]:
        logits, labels = _logits(model, split.monitor[0]), split.monitor[1]
        scale = optimize.minimize_scalar(
            lambda t: _losses(logits / t, labels).mean(),
            bounds=(0.05, 20),
            method="bounded",
        ).x
    found = {}
    for name, images, labels in (
        ("train", *split.train),
        ("val", *split.val),
        ("blanked", split.blanked, split.val[1]),
    ):
        logits = _logits(model, images) / scale
        right = float(np.mean(logits.argmax(axis=1) == labels))
        whole = bool(np.isfinite(logits).all())
        found[f"{name}_accuracy"] = right if whole else float("nan")
        found[f"{name}_loss"] = float(_losses(logits, labels).mean())
        if name == "val":
            found["ece"] = _calibration_error(logits, labels)
        if name == "train":
            found |= _logit_gaps(logits, labels)
    return found | {
        "gap_accuracy": found["train_accuracy"] - found["val_accuracy"],
        "gap_loss": found["val_loss"] - found["train_loss"],
        "lost_to_blanks": found["val_accuracy"] - found["blanked_accuracy"],
    }


def _logits(model, images):
    return np.asarray(model.predict_on_batch(images), "float64")


def _calibration_error(logits, labels):
    """Expected calibration error over bins of equal width (Guo et al. 2017, eq. 3)."""
    sure = np.exp(-_losses(logits, logits.argmax(axis=1)))
    right = logits.argmax(axis=1) == labels
    bins = np.clip(np.ceil(sure * BINS) - 1, 0, BINS - 1)
    off = [abs((right - sure)[bins == number].sum()) for number in range(BINS)]
    return float(sum(off) / len(sure))


def _logit_gaps(logits, labels):
    """How far the label's logit lies above the mean of the others."""
    own = logits[np.arange(len(labels)), labels]
    gaps = own - (logits.sum(axis=1) - own) / (logits.shape[1] - 1)
    return {"mean_gap": float(gaps.mean()), "largest_gap": float(gaps.max())}


def _weights(network):
    """Of all kernels together; spread: how evenly the squares are shared, 1 at most."""
    kernels = [as_array(layer.kernel).ravel() for layer in network.with_kernel()]
    weights = np.concatenate(kernels).astype("float64")
    return {
        "rms_weight": float(np.sqrt(np.mean(weights**2))),
        "largest_weight": float(np.max(np.abs(weights))),
        "small_weights": float(np.mean(np.abs(weights) < 1e-3)),
        "spread": float(np.mean(weights**2) ** 2 / np.mean(weights**4)),
    }


def _dead(network, images):
    """Share of the hidden units that are 0 for every training image."""
    outputs = network.hidden.predict_on_batch(images)
    outputs = outputs if isinstance(outputs, list) else [outputs]
    largest = [np.max(o, axis=tuple(range(o.ndim - 1))) for o in outputs]
    return float(np.mean(np.concatenate(largest) <= 0))


def _mc_variance(model, images, asked, seed):
    """Variance of the softmax over passes with dropout, mean over images and classes;
    asked: "val" for the images as they are, "turned" for ones turned by 90 degrees."""
    if asked is None:
        return 0.0
    if asked == "turned":
        images = np.rot90(images, axes=(1, 2))
    keras.utils.set_random_seed(seed % 2**32)
    passes = [
        as_array(keras.ops.softmax(model(images, training=True))) for _ in range(PASSES)
    ]
    return float(np.var(np.stack(passes), axis=0).mean())


control(
    "a training against itself, other seeds",
    of=condition(train, seconds=0.5, stream=1),
    against=condition(train, seconds=0.5),
    metric="val_loss",
    differs=False,
)
control(
    "a network of four units against one that learns all",
    of=condition(train, seconds=0.5, units=[4]),
    against=condition(train, seconds=0.5),
    metric="train_loss",
    differs=True,
)
