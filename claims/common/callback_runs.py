"""Trainings for callbacks: with losses that are given, and short real ones."""

import contextlib
import io
from types import SimpleNamespace

import keras
import numpy as np
from hypothesis import strategies as st

from harness import as_array, seed_training, shared


def losses(size):
    """Validation losses in steps of 0.01, so that ties occur."""
    steps = st.integers(10, 60).map(lambda k: k / 100)
    return st.lists(steps, min_size=size, max_size=size)


@shared
def one_weight(metric=None):
    """A model of one weight, to which the number of each epoch is assigned.

    metric: "accuracy", or the name that the tutorial's metric has; None for none.
    """
    dense = keras.layers.Dense(1, use_bias=False)
    model = keras.Sequential([keras.Input((1,)), dense])
    made = keras.metrics.BinaryCrossentropy(from_logits=True, name=metric)
    if metric == "accuracy":
        made = keras.metrics.BinaryAccuracy(name=metric)
    metrics = [made] if metric else None
    model.compile("sgd", "mse", metrics=metrics, run_eagerly=True)
    model.test_on_batch(np.ones((1, 1)), np.ones((1, 1)))
    return model


def drive(callback, logs, *, metric=None, after_each=lambda: None):
    """Epochs that run, and the model's weight at the end; epoch k has the weight k.

    logs: one dictionary for each epoch that may run.
    metric: as in `one_weight`.
    """
    model = one_weight(metric)
    model.stop_training, epoch = False, 0
    callback.set_model(model)
    callback.on_train_begin()
    while epoch < len(logs) and not model.stop_training:
        model.layers[0].kernel.assign([[epoch + 1.0]])
        callback.on_epoch_end(epoch, logs[epoch])
        after_each()
        epoch += 1
    callback.on_train_end()
    return epoch, int(as_array(model.layers[0].kernel)[0, 0])


def validation(values, name="val_loss"):
    return [{"loss": 0.0, name: value} for value in values]


def best_epoch(values):
    """Number of the first epoch with the lowest value."""
    return 1 + int(np.argmin(values))


def last_epoch(values, patience):
    """The first epoch that is `patience` epochs after the best one until then."""
    for epoch in range(1, len(values) + 1):
        if epoch - best_epoch(values[:epoch]) >= patience:
            return epoch
    return len(values)


@shared
def stopped(best, patience, limit):
    """The last of at most `limit` epochs, of which `best` has the lowest loss."""
    values = [1 + abs(epoch - best) / 100 for epoch in range(1, limit + 1)]
    callback = keras.callbacks.EarlyStopping(monitor="val_loss", patience=patience)
    return drive(callback, validation(values))[0]


@shared
def training(verbose):
    """What a fit of three epochs prints and records, and each epoch's own logs."""
    seed_training("logs")
    dense = keras.layers.Dense(1)
    model = keras.Sequential([keras.Input((2,)), dense])
    metric = keras.metrics.BinaryCrossentropy(
        from_logits=True, name="binary_crossentropy"
    )
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile("sgd", loss, metrics=[metric, "accuracy"], run_eagerly=True)
    x, seen = np.random.normal(size=(6, 2)), []
    watching = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: seen.append(dict(logs))
    )
    y = np.float32([[0], [1]] * 3)
    options = {"validation_data": (-x, y), "batch_size": 2, "callbacks": [watching]}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        history = model.fit(x, y, epochs=3, verbose=verbose, **options)
    return SimpleNamespace(
        printed=printed.getvalue(), history=history.history, seen=seen
    )
