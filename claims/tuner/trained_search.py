"""A search of two trials that are trained for real, and a record of it."""

import os
from types import SimpleNamespace

import keras
import keras_tuner as kt
import numpy as np

from claims.common.tuners import WithoutTensorBoard, folder
from harness import as_array, shared
from harness.lab.search import OBJECTIVE, space

X, Y = np.ones((4, 2), "float32"), np.zeros((4, 1), "float32")
EPOCHS = 5


class Search(WithoutTensorBoard, kt.RandomSearch):
    """A random search that trains for real."""


class Recorded(kt.HyperModel):
    """Models that training leaves as they are, and a record of what is asked of them.

    Their validation loss stays, which an early stopping with patience 2 sees.
    """

    def __init__(self):
        super().__init__()
        self.built, self.fitted = [], []

    def build(self, hp):
        values = space(hp)
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        model.layers[0].trainable = False
        rate = keras.optimizers.SGD(values["lr"])
        model.compile(rate, "mse", metrics=["accuracy"], run_eagerly=True)
        self.built.append(values)
        return model

    def fit(self, hp, model, *args, **kwargs):
        history = super().fit(hp, model, *args, **kwargs)
        self.fitted.append((model, args, kwargs, history))
        return history


class Watching(keras.callbacks.Callback):
    """Counts epochs, once in each object and once for all copies of it."""

    seen: list = []  # noqa: RUF012

    def __init__(self):
        super().__init__()
        self.epochs = 0

    def on_epoch_end(self, epoch, logs=None):
        self.epochs += 1
        Watching.seen.append(float(as_array(self.model.optimizer.learning_rate)))


@shared
def search():
    """Two trials with the arguments of the lesson; what was built, fitted, stored."""
    Watching.seen, watching = [], Watching()
    stopping = keras.callbacks.EarlyStopping(monitor="val_loss", patience=2)
    run = SimpleNamespace(hypermodel=Recorded(), watching=watching, seen=Watching.seen)
    with folder() as path:
        tuner = Search(
            run.hypermodel,
            objective=OBJECTIVE,
            max_trials=2,
            directory=path,
            project_name="cifar10_day7",
            seed=5,
            overwrite=True,
        )
        run.declaring = len(run.hypermodel.built)
        tuner.search(
            X,
            Y,
            validation_data=(2 * X, Y),
            epochs=EPOCHS,
            verbose=0,
            callbacks=[stopping, watching],
        )
        run.files = sorted(
            os.path.relpath(os.path.join(at, name), path).replace(os.sep, "/")
            for at, _, names in os.walk(path)
            for name in names
        )
        run.trials = [t.hyperparameters.values for t in tuner.oracle.trials.values()]
    return run
