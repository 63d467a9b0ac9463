"""A random search: its trials, its winner, its files, and what a restart does."""

import contextlib
import functools
import os

import keras
import keras_tuner as kt
import numpy as np
from hypothesis import strategies as st
from keras_tuner.src.engine.tuner_utils import convert_to_metrics_dict

from claims.common.tuners import WithoutTensorBoard, accuracy, completed, folder, scored
from claims.documents import day7
from claims.tuner.faults import search as faults
from claims.tuner.faults import space as space_faults
from harness import QUALIFIED, UPHELD, claim, given, judge
from harness.lab.search import OBJECTIVE, extended_space

ORACLE = "keras_tuner.src.engine.oracle:Oracle"
BASE = "keras_tuner.src.engine.base_tuner:BaseTuner"


objective_maximized = claim(
    "tuner.objective-maximized",
    says="With val_accuracy as objective, the best hyperparameters are those of the "
    "trial with the highest validation accuracy.",
    sources=[day7[151:151], day7[172:172], day7[254]],
    verdict=UPHELD,
    why="KerasTuner infers the direction from the metric's name.",
    explained_by=[
        "keras_tuner.src.engine.objective:create_objective",
        f"{ORACLE}.get_best_trials",
    ],
    faults=[
        faults.direction_flipped,
        faults.always_minimized,
        faults.second_best_first,
        faults.worst_trial_is_best,
        faults.last_epoch_counts,
    ],
)


@objective_maximized.as_worded
@given(scores=st.lists(st.floats(0, 1), min_size=5, max_size=5, unique=True))
def test_the_best_hyperparameters_have_the_highest_score(scores):
    """The first of get_best_hyperparameters is the trial with the highest score."""
    queue = iter(scores)
    with folder() as path:
        tuner = scored(path, lambda values: next(queue), trials=5)
        tuner.search(verbose=0)

    ranking = [values for values, _ in completed(tuner)]
    best = tuner.get_best_hyperparameters(num_trials=1)[0].values
    judge.equal(best["lr"], ranking[int(np.argmax(scores))]["lr"], what="best lr")
    two = [hp.values["lr"] for hp in tuner.get_best_hyperparameters(2)]
    expected = [ranking[k]["lr"] for k in np.argsort(scores)[:-3:-1]]
    judge.equal(two, expected, what="best two")


@objective_maximized.as_worded
def test_the_last_of_twelve_trials_may_be_the_best():
    """The scores rise from trial to trial."""
    queue = iter(np.arange(1, 13) / 16)
    with folder() as path:
        tuner = scored(path, lambda values: float(next(queue)), trials=12)
        tuner.search(verbose=0)

        last = completed(tuner)[-1][0]["lr"]
        again = scored(path, accuracy, trials=12, overwrite=False)

    for found, what in ((tuner, "best lr"), (again, "best lr of the reloaded search")):
        best = found.get_best_hyperparameters(1)[0].values["lr"]
        judge.equal(best, last, what=what)


@objective_maximized.as_worded
def test_accuracies_go_up_and_losses_down():
    """The direction of val_accuracy is up, that of val_loss down."""
    for name, direction in ((OBJECTIVE, "max"), ("val_loss", "min")):
        oracle = kt.oracles.RandomSearchOracle(objective=name, max_trials=1)
        judge.equal(oracle.objective.direction, direction, what=name)


@objective_maximized.as_worded
@given(epochs=st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_the_score_of_a_training_is_its_best_epoch(epochs):
    """A fit counts with the highest validation accuracy of all its epochs."""
    history = keras.callbacks.History()
    history.history = {OBJECTIVE: epochs}

    found = convert_to_metrics_dict(history, kt.Objective(OBJECTIVE, "max"))
    judge.equal(found[OBJECTIVE], max(epochs))


resumes = claim(
    "tuner.resumes",
    says="A search killed midway resumes where it stopped when the script is run again "
    "with overwrite=False.",
    sources=[day7[178], day7[279]],
    verdict=QUALIFIED,
    why="Finished trials keep their scores. The interrupted trial is run again with "
    "the same values, from its first epoch.",
    explained_by=[f"{ORACLE}.reload", f"{BASE}.__init__"],
    faults=[
        faults.never_reloads,
        faults.interrupted_trial_is_lost,
        faults.results_are_lost,
    ],
)


def killed_in(trial):
    """A score function, with a record of its calls, that is killed in that trial."""
    seen = []

    def score(values):
        seen.append(dict(values))
        if len(seen) == trial:
            raise KeyboardInterrupt
        return accuracy(values)

    return score, seen


def interrupted(path, trial, *, trials):
    """What a search in `path` has tried when it is killed in its `trial`-th trial."""
    score, seen = killed_in(trial)
    tuner = scored(path, score, trials=trials, overwrite=True)
    try:
        tuner.search(verbose=0)
    except KeyboardInterrupt:
        return seen, completed(tuner)
    raise RuntimeError("the search was not interrupted")


@resumes.holds_when(
    "trials are counted: finished ones are kept, the interrupted one is run again"
)
def test_a_killed_search_goes_on():
    """The second run starts with the interrupted trial and runs the remaining ones."""
    for killed in (2, 4, 6):
        score, seen = killed_in(0)
        with folder() as path:
            before, done = interrupted(path, killed, trials=6)
            again = scored(path, score, trials=6, overwrite=False)
            judge.equal(len(completed(again)), killed - 1, what="trials reloaded")
            again.search(verbose=0)

        judge.equal(len(seen), 6 - (killed - 1), what="trials in the second run")
        judge.equal(list(seen[0].values()), list(before[-1].values()), what="its first")
        scores = [value for _, value in completed(again)]
        expected = [value for _, value in done] + [accuracy(v) for v in seen]
        judge.equal(scores, expected, what="scores")


class Killed(kt.HyperModel):
    """A hypermodel that is killed in an epoch of its second trial, and notes epochs."""

    def __init__(self, epoch):
        super().__init__()
        self.epoch, self.begun = epoch, []

    def build(self, hp):
        hp.Float("x", 0.0, 1.0)
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        model.compile("sgd", "mse", run_eagerly=True)
        return model

    def fit(self, hp, model, *args, **kwargs):
        self.begun.append([])
        callback = keras.callbacks.LambdaCallback(on_epoch_begin=self.note)
        kwargs["callbacks"] = [*kwargs["callbacks"], callback]
        return model.fit(*args, **kwargs)

    def note(self, epoch, logs=None):
        self.begun[-1].append(epoch)
        if (len(self.begun), epoch) == (2, self.epoch):
            raise KeyboardInterrupt


@resumes.fails_throughout("the finished epochs of the interrupted trial are counted")
def test_the_killed_trial_begins_anew():
    """Killed in epoch 2 of the second trial, the search runs all its epochs again."""

    class Search(WithoutTensorBoard, kt.RandomSearch):
        pass

    killed, x = Killed(epoch=2), np.ones((2, 1), "float32")
    with folder() as path:
        limits = {"objective": kt.Objective("loss", "min"), "max_trials": 2}
        search = functools.partial(Search, killed, directory=path, **limits)
        with contextlib.suppress(KeyboardInterrupt):
            search().search(x, x, epochs=3, verbose=0)
        search(overwrite=False).search(x, x, epochs=3, verbose=0)

    judge.equal(len(killed.begun), 3, what="trainings")
    judge.equal(killed.begun[-1], [0, 1, 2], what="epochs of the second run")


overwrite_starts_afresh = claim(
    "tuner.overwrite-starts-afresh",
    says="overwrite=True, or a project name not used before, starts a search without "
    "the old trials.",
    sources=[day7[157], day7[211], day7[244:245]],
    verdict=UPHELD,
    explained_by=f"{BASE}.__init__",
    faults=[faults.never_overwrites, faults.project_in_parent],
)


@overwrite_starts_afresh.as_worded
def test_nothing_of_the_old_search_is_left():
    """After a search, the new one has no trials and sees its own space alone."""
    for new in ({"overwrite": True}, {"project_name": "another"}):
        with folder() as path:
            scored(path, accuracy, trials=2).search(verbose=0)
            tuner = scored(path, accuracy, trials=12, declare=extended_space, **new)
            left = [n for n in os.listdir(tuner.project_dir) if n.startswith("trial")]

        judge.equal(len(tuner.oracle.trials) + len(left), 0, what="old trials")
        judge.equal(tuner.remaining_trials, 12, what="trials to run")
        names = [p.name for p in tuner.oracle.get_space().space]
        judge.equal(names, ["width", "l2", "units", "dropout", "lr"], what="space")


old_trials_pollute = claim(
    "tuner.old-trials-pollute",
    says="With the old project name and without overwrite=True, trials of the old "
    "search get into the one over the extended space.",
    sources=[day7[211]],
    verdict=UPHELD,
    why="After ten old trials, a search with max_trials=12 runs only two.",
    explained_by=[f"{BASE}.__init__", f"{ORACLE}.reload"],
    faults=[faults.never_reloads, faults.results_are_lost],
)


@old_trials_pollute.as_worded
def test_old_trials_count_in_the_new_search():
    """Ten trials of the old space are reloaded, best and all; two remain to be run."""
    score, seen = killed_in(0)
    with folder() as path:
        old = scored(path, accuracy, trials=10)
        old.search(verbose=0)
        new = scored(path, score, trials=12, declare=extended_space)
        judge.equal(new.remaining_trials, 2, what="trials to run")
        new.search(verbose=0)

    judge.equal(len(seen), 2, what="trials run")
    reloaded = [values["lr"] for values, _ in completed(new)][:10]
    judge.equal(reloaded, [values["lr"] for values, _ in completed(old)], what="old")
    without = sum("l2" not in values for values, _ in completed(new))
    judge.at_least(without, 10, what="trials without the new hyperparameters")


stored_in_project_folder = claim(
    "tuner.stored-in-project-folder",
    says="The state of the search is stored under directory/project_name.",
    sources=[day7[155:156], day7[178]],
    verdict=UPHELD,
    why="The checkpoints of the models have a claim of their own: "
    "tuner.checkpoints-in-project-folder.",
    explained_by=f"{BASE}.project_dir",
    faults=[faults.project_in_parent, space_faults.trial_files_elsewhere],
)


@stored_in_project_folder.as_worded
def test_every_trial_has_its_folder_in_the_project():
    """oracle.json, tuner0.json and a trial.json for each trial lie in the project."""
    for name in ("cifar10_day7", "cifar10_day7_v2"):
        with folder() as path:
            scored(path, accuracy, trials=3, project_name=name).search(verbose=0)
            found = sorted(
                os.path.relpath(os.path.join(at, file), path).replace(os.sep, "/")
                for at, _, files in os.walk(path)
                for file in files
            )

        trials = [f"{name}/trial_{k}/trial.json" for k in range(3)]
        expected = [f"{name}/oracle.json", *trials, f"{name}/tuner0.json"]
        judge.equal(found, sorted(expected))
