"""Hyperband and Bayesian optimization in place of random search."""

import keras
import keras_tuner as kt
import numpy as np
import pytest
from hypothesis import strategies as st
from keras_tuner.src.engine.trial import Trial

from claims.common.tuners import WithoutTensorBoard, as_in_the_lesson, folder
from claims.documents import day7
from claims.tuner.faults import engines as faults
from harness import REFUTED, UPHELD, claim, given, judge
from harness.lab.search import OBJECTIVE, space

HYPERBAND = "keras_tuner.src.tuners.hyperband:Hyperband"
BAYESIAN = "keras_tuner.src.tuners.bayesian:BayesianOptimizationOracle"


hyperband_swaps_in = claim(
    "tuner.hyperband-swaps-in",
    says="kt.Hyperband takes RandomSearch's arguments: only the class name changes.",
    sources=[day7[178]],
    verdict=REFUTED,
    severity="lesson",
    instead="kt.Hyperband refuses max_trials: it takes max_epochs and factor instead, "
    "and sets the epochs of each trial itself. The lesson's other arguments stay.",
    why="Hyperband has no argument max_trials; its base class raises a ValueError.",
    explained_by=[f"{HYPERBAND}.__init__", f"{HYPERBAND}.run_trial"],
    faults=[faults.hyperband_takes_max_trials, faults.hyperband_trains_as_told],
)


@hyperband_swaps_in.as_worded
def test_hyperband_takes_the_arguments_of_random_search():
    """The constructor call of the lesson runs with the other class name."""
    with folder() as path:
        judge.runs(lambda: as_in_the_lesson(kt.Hyperband, path, max_trials=10))


class Asked(kt.HyperModel):
    """A hypermodel that trains nothing, and notes the epochs it is asked for.

    And, for each trial: the kernel that it starts from, and the trial it goes on with.
    """

    def __init__(self):
        super().__init__()
        self.epochs, self.kernels, self.before = [], [], []

    def build(self, hp):
        space(hp)
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        return model

    def fit(self, hp, model, *args, **kwargs):
        self.epochs.append((kwargs.get("initial_epoch", 0), kwargs["epochs"]))
        self.kernels.append(float(model.get_weights()[0].item()))
        self.before.append(hp.values.get("tuner/trial_id"))
        model.save_weights(kwargs["callbacks"][-1].filepath)
        return 0.5


def searched_by_halving():
    """What Hyperband asked for in a search of two rounds, told to train 8 epochs."""

    class Search(WithoutTensorBoard, kt.Hyperband):
        pass

    asked = Asked()
    with folder() as path:
        limits = {"max_epochs": 2, "factor": 2}
        tuner = Search(asked, objective=OBJECTIVE, directory=path, **limits)
        tuner.search(epochs=8, verbose=0)
    return asked


@hyperband_swaps_in.instead
def test_hyperband_takes_epochs_and_sets_them_itself():
    """max_trials is refused; told to train 8 epochs, trials train 1 or 2."""

    with folder() as path:
        refused = {"max_trials": 10}
        judge.raises(
            ValueError, lambda: as_in_the_lesson(kt.Hyperband, path, **refused)
        )
        as_in_the_lesson(kt.Hyperband, path, max_epochs=2, factor=2)
    asked = searched_by_halving()

    judge.equal(asked.epochs, [(0, 1), (0, 1), (1, 2), (0, 2), (0, 2)], what="epochs")


hyperband_kills_early = claim(
    "tuner.hyperband-kills-early",
    says="Hyperband stops weak trials early.",
    sources=[day7[178]],
    verdict=UPHELD,
    why="This is successive halving: only the best trials of a round go on, with "
    "`factor` times the epochs.",
    explained_by="keras_tuner.src.tuners.hyperband:HyperbandOracle.populate_space",
    faults=[
        faults.worst_are_promoted,
        faults.all_are_promoted,
        faults.one_trial_more_in_each_round,
        faults.epochs_of_the_last_round,
        faults.one_epoch_more,
        faults.factor_one_higher,
        faults.promoted_start_afresh,
    ],
)


def run_hyperband(scores, *, max_epochs, factor):
    """For each trial: last epoch, score, the trial it goes on with, first epoch."""

    class Search(kt.Hyperband):
        def run_trial(self, trial, *args, **kwargs):
            values = trial.hyperparameters.values
            before = values.get("tuner/trial_id")
            score = scores[len(ran)] if before is None else ran[int(before)][1]
            first, last = values["tuner/initial_epoch"], values["tuner/epochs"]
            ran.append((last, score, before and int(before), first))
            return score

    ran = []
    with folder() as path:
        limits = {"max_epochs": max_epochs, "factor": factor}
        as_in_the_lesson(Search, path, seed=3, **limits).search(verbose=0)
    return ran


@hyperband_kills_early.as_worded
@given(scores=st.lists(st.floats(0, 1), min_size=9, max_size=9, unique=True))
def test_the_best_of_three_goes_on(scores):
    """With 3 epochs and factor 3, three trials get one epoch, their best three."""
    ran = run_hyperband(scores, max_epochs=3, factor=3)

    judge.equal(len(ran), 3 + 1 + 2, what="trials")
    judge.equal([epochs for epochs, *_ in ran], [1, 1, 1, 3, 3, 3], what="epochs")
    judge.equal(ran[3][2], int(np.argmax(scores[:3])), what="promoted")


@hyperband_kills_early.as_worded
def test_nine_trials_become_three_and_one():
    """Of nine trials of one epoch the best three get 3 epochs, the best of them 9."""
    scores = list(np.random.permutation(60) / 60)
    ran = run_hyperband(scores, max_epochs=9, factor=3)

    epochs = [1] * 9 + [3] * 3 + [9] + [3] * 5 + [9] * 2 + [9] * 3
    judge.equal(len(ran), len(epochs), what="trials")
    judge.equal([trial[0] for trial in ran], epochs, what="epochs")
    first = [0] * 9 + [1] * 3 + [3] + [0] * 5 + [3] * 2 + [0] * 3
    judge.equal([trial[3] for trial in ran], first, what="epochs before")
    best = sorted(scores[:9])[:-4:-1]
    judge.equal([trial[1] for trial in ran[9:12]], best, what="promoted")
    judge.equal(ran[12][1], best[0], what="trained to the end")


@hyperband_kills_early.as_worded
def test_the_best_goes_on_with_its_weights():
    """Each promoted trial starts from the weights that it had when it was stopped."""
    asked = searched_by_halving()
    starts = [(a, b) for a, b in zip(asked.kernels, asked.before) if b is not None]
    stopped = [asked.kernels[int(before)] for _, before in starts]

    judge.at_least(len(stopped), 1, what="promoted trials")
    judge.equal([start for start, _ in starts], stopped, what="kernels")


bayesian_models_objective = claim(
    "tuner.bayesian-models-objective",
    says="Bayesian optimization models the surface of the objective.",
    sources=[day7[178]],
    verdict=UPHELD,
    why="A Gaussian process is fitted to the negated scores. The next point is where "
    "its mean minus 2.6 standard deviations is least.",
    explained_by=f"{BAYESIAN}.populate_space",
    faults=[
        faults.bayesian_searches_at_random,
        faults.surrogate_sees_5_percent_more,
        faults.sign_forgotten,
        faults.uncertain_points_avoided,
    ],
)


@bayesian_models_objective.as_worded
def test_the_surrogate_is_fitted_to_the_negated_scores():
    """After five trials of six the process has their points and negated scores.

    The sixth is tried where its mean less 2.6 standard deviations is least.
    """
    pytest.importorskip("sklearn", reason="needs scikit-learn")
    peak, trials = np.random.uniform(0.2, 0.8), {}
    oracle = kt.oracles.BayesianOptimizationOracle(
        kt.Objective(OBJECTIVE, "max"), num_initial_points=5, max_trials=6, seed=7
    )
    oracle.hyperparameters.Float("x", 0.0, 1.0)
    for k in range(6):
        values = oracle.populate_space(str(k))["values"]
        trials[values["x"]] = 1 - (values["x"] - peak) ** 2
        oracle.trials[str(k)] = finished(oracle, values, score=trials[values["x"]])

    known = vars(oracle.gpr).get("X_train_", np.zeros((0, 1)))
    judge.equal(len(known), 5, what="points known to the process")
    scale, middle = oracle.gpr._y_train_std, oracle.gpr._y_train_mean
    judge.close(known[:, 0], list(trials)[:5], dtype="float64", operations=4)
    fitted, scores = oracle.gpr.y_train_ * scale + middle, list(trials.values())[:5]
    exact = {"dtype": "float64", "operations": 32, "magnitude": 4.0}
    judge.close(fitted, np.negative(scores), what="negated scores", **exact)
    tried, grid = list(trials)[5], np.linspace(0, 1, 201)
    mean, spread = oracle.gpr.predict([[x] for x in (tried, *grid)], return_std=True)
    bound = mean - 2.6 * spread
    least = np.min(bound[1:]) + 1e-3 * np.ptp(bound)
    judge.at_most(bound[0], least, what="mean less 2.6 deviations, where it tries next")


@bayesian_models_objective.as_worded
def test_each_hyperparameter_has_a_coordinate_of_its_own():
    """The process knows the pairs that were tried, and puts forward a sixth pair."""
    pytest.importorskip("sklearn", reason="needs scikit-learn")
    trials = []
    oracle = kt.oracles.BayesianOptimizationOracle(
        kt.Objective(OBJECTIVE, "max"), num_initial_points=5, max_trials=6, seed=7
    )
    for name in ("x", "z"):
        oracle.hyperparameters.Float(name, 0.0, 1.0)
    for k in range(6):
        values = oracle.populate_space(str(k))["values"]
        trials.append([values["x"], values["z"]])
        score = values["x"] - values["z"] ** 2
        oracle.trials[str(k)] = finished(oracle, values, score=score)

    known = vars(oracle.gpr).get("X_train_", np.zeros((0, 2)))
    judge.close(known, trials[:5], dtype="float64", operations=4, what="points")
    judge.within(trials[5], 0, 1, what="the sixth pair")


def finished(oracle, values, *, score):
    """A completed trial of the oracle with these values."""
    hp = oracle.get_space()
    hp.values = values
    trial = Trial(hp, status="COMPLETED")
    trial.score = score
    return trial
