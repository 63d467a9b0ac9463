"""The history that fit() returns: under which names it has the metrics."""

import keras
import numpy as np

from claims.callbacks import faults
from harness import REFUTED, claim, judge, public, shared

history_key_acc = claim(
    "callbacks.history-key-acc",
    says="With metrics=['accuracy'] the history has the accuracies under 'acc' and "
    "'val_acc'.",
    sources=[
        public(
            "https://github.com/fchollet/deep-learning-with-python-notebooks/issues/119",
            "A book reads 'acc' and 'val_acc' from the history of a training with the "
            "metric 'accuracy'",
        )
    ],
    verdict=REFUTED,
    severity="lesson",
    instead="With metrics=['accuracy'] the keys are 'accuracy' and 'val_accuracy'; "
    "with metrics=['acc'] they are 'acc' and 'val_acc'.",
    why="A metric that is given by name is filed under the name that was given.",
    explained_by="keras.src.callbacks.history:History.on_epoch_end",
    faults=[faults.accuracy_is_filed_as_acc],
)


@shared
def classifier(metric):
    """One unit, compiled with this metric."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=[metric], run_eagerly=True)
    return model


def keys(metric):
    """The keys of the history, in the order of the alphabet."""
    x = np.ones((2, 1), "float32")
    history = classifier(metric).fit(x, x, validation_data=(x, x), verbose=0)
    return sorted(history.history)


@history_key_acc.as_worded
def test_accuracy_is_filed_as_acc():
    """The keys for the metric 'accuracy'."""
    judge.equal(keys("accuracy"), ["acc", "loss", "val_acc", "val_loss"], what="keys")


@history_key_acc.instead
def test_a_metric_is_filed_under_its_given_name():
    """The keys for 'accuracy', and for 'acc'."""
    for name in ("accuracy", "acc"):
        expected = [name, "loss", f"val_{name}", "val_loss"]
        judge.equal(keys(name), expected, what=name)
