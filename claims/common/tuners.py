"""Searches over the space of day 7, small enough to run by the dozen."""

import contextlib
import tempfile

import keras_tuner as kt
import numpy as np

from harness.lab.search import OBJECTIVE, search_in, space


def declared(declare=space):
    """A container of hyperparameters with what `declare` asks for."""
    hp = kt.HyperParameters()
    declare(hp)
    return hp


def parameter(hp, name):
    """The declared hyperparameter of that name."""
    return next(p for p in hp.space if p.name == name)


def samples(hp, count, *, seed):
    """`count` random values of a hyperparameter, from consecutive seeds."""
    return [hp.random_sample(1_000_003 * seed + k) for k in range(count)]


def random_points(count, *, seed, declare=space):
    """The values of the first `count` trials that a random search proposes."""
    oracle = kt.oracles.RandomSearchOracle(
        objective=kt.Objective(OBJECTIVE, "max"),
        max_trials=count,
        seed=1 + seed,
        hyperparameters=declared(declare),
    )
    points = []
    for k in range(count):
        points.append(oracle.populate_space(str(k))["values"])
    return points


class Scored(kt.RandomSearch):
    """A random search whose trials train nothing: `score(values)` is their result."""

    def __init__(self, score, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.score = score

    def run_trial(self, trial, *args, **kwargs):
        return self.score(trial.hyperparameters.values)


def scored(folder, score, *, trials, declare=space, **others):
    """A `Scored` search for the highest validation accuracy, in `folder`."""
    others = {"project_name": "project", "seed": 17} | others
    return Scored(
        score,
        declare,
        objective=OBJECTIVE,
        max_trials=trials,
        directory=folder,
        **others,
    )


def accuracy(values):
    """Some score that depends on all values of a trial, and ties no two of them."""
    return float(np.sin(1e3 * values["lr"]) + values["units"] * values["dropout"])


def completed(tuner):
    """Values and score of each finished trial, in the order of their numbers."""
    trials = sorted(tuner.oracle.trials.values(), key=lambda t: int(t.trial_id))
    done = (t for t in trials if t.status == "COMPLETED")
    return [(t.hyperparameters.values, t.score) for t in done]


@contextlib.contextmanager
def folder():
    """A temporary folder for the files of a search."""
    with tempfile.TemporaryDirectory() as path:
        yield path


def as_in_the_lesson(tuner, path, **limits):
    """The class with the lesson's arguments, but for the `limits` of its effort."""
    return search_in(path, space, tuner=tuner, overwrite=True, **limits)


class WithoutTensorBoard:
    """Mixed into a tuner that trains for real, and that uses no TensorBoard callback.

    With TensorFlow, KerasTuner 1.4.8 imports the package tensorboard all the same.
    """

    def _configure_tensorboard_dir(self, callbacks, trial, execution=0):
        pass
