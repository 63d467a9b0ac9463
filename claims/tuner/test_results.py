"""Figures of the search: its log, its budget, and random points against a grid."""

import contextlib
import datetime
import io
import re

import numpy as np
from hypothesis import strategies as st

from claims.common.strategies import seeds
from claims.common.tuners import folder, random_points, scored
from claims.documents import day7
from claims.documents.day7_figures import SEARCH
from claims.tuner.faults import search as faults
from claims.tuner.faults import space as space_faults
from harness import REFUTED, UPHELD, claim, example, given, judge
from harness.lab.search import OBJECTIVE
from harness.running.faults import figure

DISPLAY = "keras_tuner.src.engine.oracle:Display"
elapsed_consistent = claim(
    "tuner.elapsed-consistent",
    says="Ten trials of 1:42 each take the 17:05 of the log, and the best accuracy so "
    "far is no lower than the last one.",
    sources=[day7[173:176]],
    evidence=[day7[153]],
    verdict=UPHELD,
    why="Ten times 1:42 is 17:00, and the time of a trial is printed rounded to a "
    "second.",
    explained_by=f"{DISPLAY}.format_duration",
    faults=[
        figure(SEARCH, "total", "00h 17m 55s"),
        figure(SEARCH, "last trial", "00h 01m 47s"),
        figure(SEARCH, "best accuracy", 0.7861),
    ],
)


def seconds(time):
    """The seconds of a duration like 00h 01m 42s."""
    hours, minutes, rest = (int(part[:-1]) for part in time.split())
    return 3600 * hours + 60 * minutes + rest


@elapsed_consistent.as_worded
def test_ten_trials_take_the_total_time():
    """Total time over trials is the time of a trial, to half a second each way."""
    each, total = (seconds(SEARCH[name]) for name in ("last trial", "total"))
    trials = SEARCH["trials"]

    low, high = trials * (each - 0.5) - 0.5, trials * (each + 0.5) + 0.5
    judge.within(total, low, high, what="seconds")
    judge.at_least(SEARCH["best accuracy"], SEARCH["last accuracy"], what="best")


trial_report = claim(
    "tuner.trial-report",
    says="After a trial the search prints its number and time, its accuracy, the best "
    "one so far and the time in total.",
    sources=[day7[173:176]],
    verdict=UPHELD,
    why="There is an empty line between the trial's accuracy and the best one so far.",
    explained_by=f"{DISPLAY}.on_trial_end",
    faults=[
        faults.minutes_and_seconds_swapped,
        faults.duration_2_percent_long,
        faults.worst_trial_is_best,
    ],
)


@trial_report.as_worded
def test_the_report_of_a_trial_has_four_lines():
    """Scores 0.75 and 0.5: the second report states 0.5, and 0.75 as the best."""
    queue = iter([0.75, 0.5])
    with folder() as path:
        tuner = scored(path, lambda values: next(queue), trials=2)
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            tuner.search(verbose=2)

    lines = [line for line in printed.getvalue().splitlines() if line][-4:]
    found = [re.sub(r"\d\dh \d\dm \d\ds", "TIME", line) for line in lines]
    expected = ["Trial 2 Complete [TIME]", f"{OBJECTIVE}: 0.5"]
    expected += [f"Best {OBJECTIVE} So Far: 0.75", "Total elapsed time: TIME"]
    judge.equal(found, expected)
    gap = f"{OBJECTIVE}: 0.5\n\nBest " in printed.getvalue()
    judge.true(gap, what="an empty line before the best")


@trial_report.as_worded
@given(hours=st.integers(0, 23), minutes=st.integers(0, 59), seconds=st.integers(0, 59))
@example(hours=0, minutes=17, seconds=5)
@example(hours=0, minutes=1, seconds=42)
def test_a_duration_is_shown_in_hours_minutes_and_seconds(hours, minutes, seconds):
    """1025 seconds are shown as 00h 17m 05s."""
    with folder() as path:
        display = scored(path, None, trials=1).oracle._display

    time = datetime.timedelta(hours=hours, minutes=minutes, seconds=seconds)
    shown = f"{hours:02d}h {minutes:02d}m {seconds:02d}s"
    judge.equal(display.format_duration(time), shown)
    for off in (-0.4, 0.4):
        near = time + datetime.timedelta(seconds=off)
        judge.equal(display.format_duration(near), shown, what="rounded to a second")


grid_two_values = claim(
    "tuner.grid-two-values",
    says="A grid of ten points over three hyperparameters has about two values on each "
    "axis.",
    sources=[day7[179]],
    verdict=UPHELD,
    why="The cube root of 10 is 2.15: a grid of 2 ** 3 points fits, one of 3 ** 3 does "
    "not.",
    faults=[
        figure(SEARCH, "values on a grid's axis", 3),
        figure(SEARCH, "axes", 2),
    ],
)


@grid_two_values.as_worded
def test_a_grid_has_the_root_of_its_points_on_an_axis():
    """The third root of ten rounds to 2."""
    root = SEARCH["trials"] ** (1 / SEARCH["axes"])

    judge.equal(round(root), SEARCH["values on a grid's axis"])


def distinct(seed):
    """The number of different values on each axis of ten random points."""
    points = random_points(SEARCH["trials"], seed=seed)
    return {name: len({p[name] for p in points}) for name in points[0]}


random_ten_values_every_axis = claim(
    "tuner.random-ten-values-every-axis",
    says="Ten random points have ten distinct values on every axis.",
    sources=[day7[179]],
    verdict=REFUTED,
    severity="lesson",
    instead="Random search gives ten distinct learning rates; the stepped axes can't "
    "show more values than they have: four unit counts, and three dropout rates.",
    why="units and dropout are declared with a step.",
    explained_by="keras_tuner.src.engine.hyperparameters.hp_types.numerical:"
    "Numerical._sample_with_step",
    faults=[
        space_faults.steps_ignored,
        space_faults.same_seed_for_all,
    ],
)


@random_ten_values_every_axis.as_worded
@given(seed=seeds())
def test_every_axis_has_ten_values(seed):
    """Ten trials have ten unit counts, ten dropout rates and ten learning rates."""
    judge.equal(
        list(distinct(seed).values()),
        SEARCH["values on a random axis"],
        what="values on an axis",
    )


@random_ten_values_every_axis.instead
@given(seed=seeds())
def test_only_the_learning_rate_has_ten_values(seed):
    """Ten learning rates, at most four unit counts, at most three dropout rates."""
    found = distinct(seed)

    judge.equal(found["lr"], 10, what="learning rates")
    judge.at_most(found["units"], 4, what="unit counts")
    judge.at_most(found["dropout"], 3, what="dropout rates")


five_times_finer = claim(
    "tuner.five-times-finer",
    says="Ten random points cover the learning rate's axis five times more finely than "
    "a grid of the same cost.",
    sources=[day7[179]],
    verdict=UPHELD,
    why="This counts distinct values: 10 against 2.",
    explained_by="keras_tuner.src.tuners.randomsearch:RandomSearchOracle.populate_space",
    faults=[
        figure(SEARCH, "times finer", 4),
        space_faults.same_seed_for_all,
    ],
)


@five_times_finer.as_worded
@given(seed=seeds())
def test_ten_learning_rates_are_five_times_two(seed):
    """Distinct learning rates of ten points over a grid's values on an axis is 5."""
    ratio = distinct(seed)["lr"] / SEARCH["values on a grid's axis"]

    judge.equal(ratio, SEARCH["times finer"])


task_and_solution_agree = claim(
    "tuner.task-and-solution-agree",
    says="The solution searches what the task asks for: twelve trials, l2 from 1e-5 to "
    "1e-3, widths 32, 48 and 64.",
    sources=[day7[210], day7[217:218], day7[242]],
    verdict=UPHELD,
    faults=[
        figure(SEARCH, "solution", SEARCH["exercise"] | {"max_trials": 10}),
        figure(SEARCH, "solution", SEARCH["exercise"] | {"l2": (1e-5, 1e-2)}),
    ],
)


@task_and_solution_agree.as_worded
def test_task_and_solution_agree():
    """Trials, range of the strength and widths are the same."""
    for name, asked in SEARCH["exercise"].items():
        judge.equal(np.ravel(SEARCH["solution"][name]), np.ravel(asked), what=name)
