"""The blocks of day 7 that make a random search, run it and print the winner."""

import ast
import contextlib
import io
from types import SimpleNamespace

import keras
import keras_tuner as kt
import numpy as np

from claims.common.tuners import WithoutTensorBoard, folder
from claims.documents import day7
from claims.tuner.faults import search as faults
from claims.tuner.faults import space as space_faults
from claims.tuner.faults import training as training_faults
from harness import UPHELD, as_array, claim, judge, shared
from harness.lab.search import space


class Search(WithoutTensorBoard, kt.RandomSearch):
    """A random search that trains for real."""


def build_model(hp):
    """A model whose validation loss stays, with the lesson's hyperparameters."""
    values = space(hp)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.layers[0].trainable = False
    rate = keras.optimizers.Adam(values["lr"])
    model.compile(rate, "mse", metrics=["accuracy"], run_eagerly=True)
    return model


@shared
def run():
    """Both blocks with the arguments of the lesson, but for one trial in place of ten.

    rates: the learning rate of each model that was built, the trial's being the last.
    """
    x, y = np.ones((4, 2), "float32"), np.zeros((4, 1), "float32")
    done = SimpleNamespace(rates=[])

    def build(hp):
        model = build_model(hp)
        done.rates.append(float(as_array(model.optimizer.learning_rate)))
        return model

    with folder() as path, contextlib.redirect_stdout(io.StringIO()) as printed:
        tuner = Search(
            build,
            objective="val_accuracy",
            max_trials=1,
            executions_per_trial=1,
            directory=path,
            project_name="cifar10_day7",
            overwrite=True,
        )
        tuner.search_space_summary()
        done.summary = printed.getvalue()
        tuner.search(
            x,
            y,
            validation_data=(x, y),
            epochs=8,
            callbacks=[keras.callbacks.EarlyStopping(monitor="val_loss", patience=2)],
            verbose=2,
        )
        done.searched = printed.getvalue().removeprefix(done.summary)
        best_hp = tuner.get_best_hyperparameters(num_trials=1)[0]
        print(best_hp.values)
    done.last = printed.getvalue().splitlines()[-1]
    done.values = best_hp.values
    done.trials = list(tuner.oracle.trials.values())
    return done


day7_random_search = claim(
    "code.day7-random-search",
    says="The blocks of the random search run as a whole: the tuner, its summary, the "
    "search with early stopping, the printed values of the best trial.",
    sources=[day7[150:159], day7[165:173]],
    verdict=UPHELD,
    why="With verbose=2 each epoch prints a row. A trial whose validation loss stays "
    "the same ends after the third of its eight epochs.",
    explained_by=[
        "keras_tuner.src.tuners.randomsearch:RandomSearch.__init__",
        "keras_tuner.src.engine.base_tuner:BaseTuner.search",
    ],
    faults=[
        faults.one_trial_more,
        training_faults.patience_one_longer,
        space_faults.values_given_back_low,
    ],
)


@day7_random_search.as_worded
def test_each_call_of_the_blocks_does_its_part():
    """Three dimensions in the summary, one trial, three epochs, a dictionary."""
    done = judge.runs(run, what="the blocks")

    for name in ("units (Int)", "dropout (Float)", "lr (Float)"):
        judge.contains(done.summary.splitlines(), name, what="summary")
    judge.equal(len(done.trials), 1, what="trials")
    rows = [line for line in done.searched.splitlines() if " - val_loss: " in line]
    judge.equal(len(rows), 3, what="epochs printed")
    judge.equal(ast.literal_eval(done.last), done.values, what="printed values")
    for name, low, high in (("units", 64, 256), ("dropout", 0.2, 0.5)):
        judge.within(done.values[name], low, high, what=name)
    judge.within(done.values["lr"], 1e-4, 1e-2, what="lr")
    judge.close(done.rates[-1], done.values["lr"], operations=1, what="rate trained")
