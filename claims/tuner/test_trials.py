"""The trials of a random search: how many, which points, and how often each."""

import keras
import keras_tuner as kt
import numpy as np
from hypothesis import strategies as st
from keras_tuner.src.engine.tuner_utils import convert_to_metrics_dict

from claims.common.tuners import (
    WithoutTensorBoard,
    accuracy,
    completed,
    folder,
    random_points,
    scored,
)
from claims.documents import day7
from claims.tuner.faults import search as faults
from harness import UPHELD, claim, given, judge
from harness.lab.search import OBJECTIVE, space

ORACLE = "keras_tuner.src.engine.oracle:Oracle"

max_trials_points = claim(
    "tuner.max-trials-points",
    says="max_trials=10 makes a random search try ten random points of the space.",
    sources=[day7[150:153], day7[242]],
    verdict=UPHELD,
    why="No point is tried twice.",
    explained_by=[
        f"{ORACLE}.create_trial",
        "keras_tuner.src.tuners.randomsearch:RandomSearchOracle.populate_space",
    ],
    faults=[
        faults.one_trial_more,
        faults.one_trial_fewer,
        faults.repeats_its_first_point,
        faults.one_seed_for_all_axes,
    ],
)


@max_trials_points.as_worded
def test_ten_different_points_are_tried():
    """A search of ten runs ten trials, of twelve twelve, no two of them alike."""
    for trials in (10, 12):
        with folder() as path:
            tuner = scored(path, accuracy, trials=trials)
            tuner.search(verbose=0)

        tried = {values["lr"] for values, _ in completed(tuner)}
        judge.equal(len(completed(tuner)), trials, what="trials")
        judge.equal(len(tried), trials, what="learning rates")


@max_trials_points.as_worded
def test_no_point_of_a_small_space_is_tried_twice():
    """A search of six in a space of six points; it may end early, and never repeats."""
    for _ in range(2):
        with folder() as path:
            tuner = scored(
                path,
                lambda values: 0.5,
                trials=6,
                seed=np.random.randint(2**20),
                declare=lambda hp: hp.Int("units", 1, 6),
            )
            tuner.search(verbose=0)
        tried = sorted(values["units"] for values, _ in completed(tuner))
        judge.equal(tried, sorted(set(tried)), what="units")


@max_trials_points.as_worded
def test_the_axes_of_a_point_are_independent():
    """Whether lr exceeds 1e-3 says nothing about units above 128; both are halves."""
    drawn = random_points(1_024, seed=np.random.randint(2**20))

    rate = np.array([p["lr"] > 1e-3 for p in drawn])
    units = np.array([p["units"] > 128 for p in drawn])
    judge.proportion(np.sum(rate), of=1_024, claimed=0.5, resolves=0.25, what="lr")
    judge.proportion(np.sum(units), of=1_024, claimed=0.5, resolves=0.25, what="units")
    judge.independent(rate, units, resolves=0.2)


executions_averaged = claim(
    "tuner.executions-averaged",
    says="executions_per_trial is how often each point is trained; with two or more "
    "their results are averaged.",
    sources=[day7[154]],
    verdict=UPHELD,
    explained_by="keras_tuner.src.engine.tuner_utils:average_metrics_dicts",
    faults=[
        faults.executions_ignored,
        faults.one_execution_only,
        faults.best_execution_counts,
        faults.mean_2_percent_high,
    ],
)


class Search(WithoutTensorBoard, kt.RandomSearch):
    """A random search that builds its models."""


class Announced(kt.HyperModel):
    """A hypermodel whose fits return the next of some accuracies, without training."""

    def __init__(self, accuracies):
        super().__init__()
        self.accuracies, self.fitted = iter(accuracies), []

    def build(self, hp):
        space(hp)
        return keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])

    def fit(self, hp, model, *args, **kwargs):
        self.fitted.append(model)
        return next(self.accuracies)


@executions_averaged.as_worded
@given(accuracies=st.lists(st.floats(0.1, 1), min_size=3, max_size=3))
def test_three_executions_give_their_mean(accuracies):
    """The score of a trial of three executions is the mean of their accuracies."""
    results = [{OBJECTIVE: value} for value in accuracies]

    found = convert_to_metrics_dict(results, kt.Objective(OBJECTIVE, "max"))
    mean = sum(accuracies) / 3
    judge.close(found[OBJECTIVE], mean, dtype="float64", operations=8)


@executions_averaged.as_worded
def test_a_point_is_trained_as_often_as_asked():
    """One execution trains a point once, two twice, from models built anew."""
    for count, score in ((1, 0.25), (2, 0.5)):
        hypermodel = Announced([0.25, 0.75])
        with folder() as path:
            tuner = Search(
                hypermodel,
                objective=OBJECTIVE,
                max_trials=1,
                directory=path,
                executions_per_trial=count,
            )
            tuner.search(verbose=0)
        judge.equal(len({id(m) for m in hypermodel.fitted}), count, what="models")
        judge.equal(tuner.oracle.get_best_trials()[0].score, score, what="score")


@executions_averaged.as_worded
def test_each_trial_has_the_mean_of_its_executions():
    """Three trials of two executions each."""
    hypermodel = Announced([0.25, 0.125, 0.5, 0.75, 1.0, 0.5])
    with folder() as path:
        tuner = Search(
            hypermodel,
            objective=OBJECTIVE,
            max_trials=3,
            directory=path,
            executions_per_trial=2,
        )
        tuner.search(verbose=0)

    scores = [score for _, score in completed(tuner)]
    judge.equal(scores, [0.1875, 0.625, 0.75], what="scores")
