"""A search of one trial under mixed precision, and what its models compute in."""

from types import SimpleNamespace

import keras
import keras_tuner as kt
import numpy as np

from claims.common.policies import policy
from claims.common.tuners import WithoutTensorBoard, folder
from harness import shared
from harness.lab.search import OBJECTIVE, space

X, Y = np.ones((4, 2), "float32"), np.zeros((4, 1), "float32")


class Search(WithoutTensorBoard, kt.RandomSearch):
    """A random search that trains for real."""


def built(hp):
    """A compiled model with a float32 head, as the lesson's build function makes it."""
    space(hp)
    head = keras.layers.Dense(1, dtype="float32")
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2), head])
    model.compile("adam", "mse", metrics=["accuracy"], run_eagerly=True)
    return model


def described(model):
    """What its first layer computes in, and the kind of its optimizer."""
    return model.layers[0].compute_dtype, type(model.optimizer).__name__


@shared
def search(set_by_the_build_function=False):
    """Policy on, then the search, then the winner built again, as in the lesson.

    set_by_the_build_function: whether that function sets the policy, too.
    """
    run = SimpleNamespace(models=[])

    def build(hp):
        if set_by_the_build_function:
            keras.mixed_precision.set_global_policy("mixed_float16")
        model = built(hp)
        run.models.append(described(model))
        return model

    with policy("mixed_float16"), folder() as path:
        run.before = described(built(kt.HyperParameters()))
        tuner = Search(build, objective=OBJECTIVE, max_trials=1, directory=path, seed=5)
        declared = len(run.models)
        tuner.search(X, Y, validation_data=(X, Y), epochs=1, verbose=0)
        run.trials = run.models[declared:]
        run.policy = keras.config.dtype_policy().name
        run.rebuilt = described(build(tuner.get_best_hyperparameters(1)[0]))
    return run
