"""What has to be installed for the searches of day 7 to run."""

import contextlib
import importlib.metadata
import sys

import keras
import keras_tuner as kt
import numpy as np
import pytest
from keras_tuner.src.tuners import bayesian

from claims.common.tuners import as_in_the_lesson, folder
from claims.documents import day7
from claims.tuner.faults import engines as faults
from harness import QUALIFIED, UPHELD, claim, judge
from harness.lab.search import OBJECTIVE, space

BAYESIAN = "keras_tuner.src.tuners.bayesian:BayesianOptimizationOracle"
TUNER = "keras_tuner.src.engine.tuner:Tuner"
TEN = {"max_trials": 10}
HPARAMS = "tensorboard.plugins.hparams"


def requires(distribution, package):
    """Whether the distribution brings the package, without any extra."""
    required = importlib.metadata.requires(distribution) or []
    return any(r.startswith(package) and "extra ==" not in r for r in required)


install_name = claim(
    "tuner.install-name",
    says="The package that pip calls keras-tuner is imported as keras_tuner.",
    sources=[day7[123:124], day7[215]],
    verdict=UPHELD,
    explained_by="keras_tuner:__version__",
    faults=[faults.another_version_is_imported],
)


@install_name.as_worded
def test_the_module_is_that_of_the_distribution():
    """The distribution keras-tuner has the module, and its version."""
    files = [str(f) for f in importlib.metadata.files("keras-tuner")]

    judge.contains(files, "keras_tuner/__init__.py", what="files")
    judge.equal(kt.__version__, importlib.metadata.version("keras-tuner"))


bayesian_swaps_in = claim(
    "tuner.bayesian-swaps-in",
    says="kt.BayesianOptimization takes the arguments of RandomSearch: only the class "
    "name changes.",
    sources=[day7[178]],
    verdict=QUALIFIED,
    why="The text's command, `pip install keras-tuner`, does not install scikit-learn, "
    "which belongs to the extra keras-tuner[bayesian].",
    explained_by=f"{BAYESIAN}.__init__",
    faults=[faults.bayesian_needs_no_sklearn, faults.bayesian_runs_one_more],
)


@bayesian_swaps_in.holds_when("scikit-learn is installed")
def test_the_class_takes_the_same_arguments():
    """With the lesson's arguments it is made, and limited to ten trials."""
    pytest.importorskip("sklearn", reason="needs scikit-learn")
    with folder() as path:
        tuner = judge.runs(
            lambda: as_in_the_lesson(kt.BayesianOptimization, path, **TEN)
        )

    judge.equal(tuner.remaining_trials, 10, what="trials to run")
    extras = importlib.metadata.requires("keras-tuner") or []
    found = [r for r in extras if r.startswith("scikit-learn") and '"bayesian"' in r]
    judge.equal(len(found), 1, what="scikit-learn in the extra bayesian")


@bayesian_swaps_in.fails_when("only what the text's pip command installs is there")
def test_the_class_works_after_the_install_command():
    """Without scikit-learn, which keras-tuner does not require, it is made."""
    with folder() as path, pytest.MonkeyPatch.context() as patch:
        if not requires("keras-tuner", "scikit-learn"):
            patch.setattr(bayesian, "sklearn", None)
        judge.runs(lambda: as_in_the_lesson(kt.BayesianOptimization, path, **TEN))


install_command = claim(
    "tuner.install-command",
    says="Beside TensorFlow, `pip install keras-tuner` is all that the search needs.",
    sources=[day7[123]],
    verdict=QUALIFIED,
    needs="tensorflow",
    why="With TensorFlow, KerasTuner 1.4.8 imports tensorboard in each trial. "
    "TensorFlow 2.21 no longer installs it, and the trial fails.",
    explained_by=f"{TUNER}._configure_tensorboard_dir",
    faults=[faults.trials_need_no_tensorboard, faults.trials_fail_with_tensorboard],
    differs_on={
        "tensorflow<2.21": (
            UPHELD,
            "TensorFlow's package requires tensorboard (its metadata, until 2.20)",
        ),
    },
)


def build(hp):
    values = space(hp)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    rate = keras.optimizers.SGD(values["lr"])
    model.compile(rate, "mse", metrics=["accuracy"], run_eagerly=True)
    return model


def trained(path):
    """The number of trials that a search for one point completes."""
    x, y = np.ones((2, 2), "float32"), np.zeros((2, 1), "float32")
    tuner = kt.RandomSearch(build, objective=OBJECTIVE, max_trials=1, directory=path)
    tuner.search(x, y, validation_data=(x, y), verbose=0)
    return sum(t.status == "COMPLETED" for t in tuner.oracle.trials.values())


def tensorflow_builds():
    """The installed distributions that bring the module tensorflow."""
    for name in ("tensorflow", "tensorflow-cpu", "tensorflow-intel"):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            yield importlib.metadata.distribution(name).metadata["Name"]


@install_command.holds_when("tensorboard is installed too")
def test_a_trial_is_completed_with_tensorboard():
    """With the package tensorboard the trial of a search of one is completed."""
    pytest.importorskip(HPARAMS, reason="needs tensorboard")
    with folder() as path:
        judge.equal(trained(path), 1, what="trials completed")


@install_command.fails_when(
    "only what the command and TensorFlow 2.21 install is there"
)
def test_a_trial_is_completed_without_tensorboard():
    """Without tensorboard, unless TensorFlow requires it, the trial is completed."""
    brought = any(requires(name, "tensorboard") for name in tensorflow_builds())
    with folder() as path, pytest.MonkeyPatch.context() as patch:
        if not brought:
            patch.setitem(sys.modules, HPARAMS, None)
        judge.equal(trained(path), 1, what="trials completed")
