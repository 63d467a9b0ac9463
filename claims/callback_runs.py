"""Callbacks on trainings whose validation losses are given, not measured."""

import keras
import numpy as np
from hypothesis import strategies as st

from harness.arrays import as_array
from harness.shared import shared


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
