"""Declaring hyperparameters: names, current values, the summary, and where to call."""

import contextlib
import io

import keras_tuner as kt
from hypothesis import strategies as st

from claims.common.strategies import learning_rates, seeds
from claims.common.tuners import declared, folder, random_points, scored
from claims.documents import day7
from claims.tuner.faults import space as faults
from harness import QUALIFIED, REFUTED, UPHELD, claim, given, judge
from harness.lab.search import extended_space, space

CONTAINER = "keras_tuner.src.engine.hyperparameters.hyperparameters:HyperParameters"
SUMMARY = "keras_tuner.src.engine.base_tuner:BaseTuner.search_space_summary"
UNITS = st.sampled_from([64, 128, 192, 256])
RATES = st.sampled_from([0.2, 0.3, 0.4])


def trial_values(units, dropout, lr):
    """The container of a trial that has these values."""
    hp = declared()
    hp.values = {"units": units, "dropout": dropout, "lr": lr}
    return hp


names_are_keys = claim(
    "tuner.names-are-keys",
    says="The names given to the calls are the keys under which values are read back.",
    sources=[day7[147:148], day7[182:184], day7[261]],
    verdict=UPHELD,
    explained_by=f"{CONTAINER}.get",
    faults=[faults.get_returns_default, faults.get_returns_neighbour],
)


@names_are_keys.as_worded
@given(units=UNITS, dropout=RATES, lr=learning_rates())
def test_a_name_gives_its_own_value(units, dropout, lr):
    """best["units"], best["dropout"] and best["lr"] are the values of that trial."""
    best = trial_values(units, dropout, lr)

    judge.equal([best["units"], best["dropout"], best["lr"]], [units, dropout, lr])
    judge.equal(list(best.values), ["units", "dropout", "lr"], what="keys")
    judge.raises(KeyError, lambda: best["learning_rate"], what="another name")


call_returns_current_value = claim(
    "tuner.call-returns-current-value",
    says="Each hp call declares a dimension and returns the running trial's value.",
    sources=[day7[146]],
    verdict=UPHELD,
    why="In the first call, before any trial, it returns the default, which is the "
    "lower end.",
    explained_by=f"{CONTAINER}._retrieve",
    faults=[
        faults.call_returns_default,
        faults.declared_twice,
    ],
)


@call_returns_current_value.as_worded
@given(units=UNITS, dropout=RATES, lr=learning_rates())
def test_the_calls_return_the_values_of_the_trial(units, dropout, lr):
    """In a trial the three calls return its values, and declare nothing new."""
    found = space(hp := trial_values(units, dropout, lr))

    judge.equal(list(found.values()), [units, dropout, lr], what="values")
    judge.equal(len(hp.space), 3, what="dimensions")


@call_returns_current_value.as_worded
def test_a_first_call_adds_a_dimension():
    """In an empty container each call adds one, with its lower end as value."""
    found = space(hp := kt.HyperParameters())

    judge.equal([p.name for p in hp.space], ["units", "dropout", "lr"])
    judge.equal(list(found.values()), [64, 0.2, 1e-4], what="lower ends")


def summary(declare):
    """What the tuner of a space prints as its summary, in lines."""
    with folder() as path:
        tuner = scored(path, None, trials=10, declare=declare)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        tuner.search_space_summary()
    return printed.getvalue().splitlines()


summary_size_three = claim(
    "tuner.summary-size-three",
    says="The summary of the lesson's search space reports the size 3.",
    sources=[day7[159:160]],
    verdict=UPHELD,
    why="The size is the number of hyperparameters, not the number of points.",
    explained_by=SUMMARY,
    faults=[faults.size_leaves_one_out, faults.size_counts_one_more],
)


@summary_size_three.as_worded
def test_the_summary_counts_hyperparameters():
    """The second line says 3; with the exercise's space it says 5."""
    for declare, count in ((space, 3), (extended_space, 5)):
        line = f"Default search space size: {count}"
        judge.equal(summary(declare)[:2], ["Search space summary", line])


summary_printout = claim(
    "tuner.summary-printout",
    says="The summary prints a line for each hyperparameter, with its type and the "
    "arguments of its call.",
    sources=[day7[161:163]],
    verdict=REFUTED,
    severity="wording",
    instead="Each hyperparameter takes two lines: name and type, then its whole "
    "configuration, which also has 'default', 'conditions', 'sampling': 'linear' and, "
    "for lr, 'step': None.",
    why="search_space_summary prints get_config() without the name.",
    explained_by=SUMMARY,
    faults=[faults.one_line_summary, faults.configured_5_percent_high],
)


@summary_printout.as_worded
def test_the_summary_has_a_line_for_each_hyperparameter():
    """Two lines of heading and three of hyperparameters, with minima and maxima."""
    lines = summary(space)

    judge.equal(len(lines), 2 + 3, what="lines")
    ends = {"min_value": 64, "max_value": 256, "step": 64}
    judge.equal(lines[2], f"units (Int) {ends}", what="line of the units")


@summary_printout.instead
def test_the_summary_has_two_lines_for_each_hyperparameter():
    """A line with name and type, one with default, conditions, ends, step, sampling."""
    configs = [
        ("units (Int)", None, 64, 256, 64, "linear"),
        ("dropout (Float)", 0.2, 0.2, 0.5, 0.1, "linear"),
        ("lr (Float)", 0.0001, 0.0001, 0.01, None, "log"),
    ]
    expected = []
    for heading, default, low, high, step, sampling in configs:
        start = {"default": default, "conditions": [], "min_value": low}
        rest = {"max_value": high, "step": step, "sampling": sampling}
        expected += [heading, str(start | rest)]

    judge.equal(summary(space)[2:], expected)


outside_is_invisible = claim(
    "tuner.outside-is-invisible",
    says="Each hp call must stand inside build_model: the search does not see "
    "hyperparameters that are declared outside.",
    sources=[day7[211]],
    verdict=QUALIFIED,
    why="A container that is given to the tuner as `hyperparameters=` is searched, "
    "although it was filled outside.",
    explained_by="keras_tuner.src.engine.oracle:Oracle.__init__",
    faults=[faults.handed_in_space_dropped, faults.one_container_for_all],
)


def searched(seed, handed_in, **arguments):
    """Names that a search over an empty build function varies, in 26 trials."""
    with folder() as path:
        tuner = scored(
            path, None, trials=26, declare=lambda hp: None, seed=1 + seed, **arguments
        )
    points = [tuner.oracle.populate_space(str(k))["values"] for k in range(26)]
    return sorted(k for k in handed_in.values if len({p.get(k) for p in points}) > 1)


@outside_is_invisible.holds_when(
    "the container with these declarations is not given to the tuner"
)
@given(seed=seeds())
def test_declarations_elsewhere_are_not_searched(seed):
    """With calls on another container nothing is searched."""
    elsewhere = declared()

    judge.equal(len(searched(seed, elsewhere)), 0, what="hyperparameters searched")


@outside_is_invisible.fails_throughout(
    "the container is given to the tuner as `hyperparameters`"
)
@given(seed=seeds())
def test_declarations_handed_in_are_searched(seed):
    """All three hyperparameters vary though the build function declares none."""
    elsewhere = declared()

    found = searched(seed, elsewhere, hyperparameters=elsewhere)
    chance = 4.0**-25 + 3.0**-25
    judge.equal(
        found,
        ["dropout", "lr", "units"],
        chance=chance,
        what="searched hyperparameters",
    )


extended_space_searched = claim(
    "tuner.extended-space-searched",
    says="The exercise's five hyperparameters, declared inside, are all searched.",
    sources=[day7[210:211], day7[216:221]],
    verdict=UPHELD,
    why="Half of the L2 strengths drawn lie below 1e-4, the middle of the range on a "
    "log scale; the widths drawn are 32, 48 and 64.",
    explained_by="keras_tuner.src.engine.oracle:Oracle._random_values",
    faults=[
        faults.last_choice_never_drawn,
        faults.log_is_linear,
        faults.new_dimensions_keep_defaults,
    ],
)


@extended_space_searched.as_worded
def test_all_five_dimensions_are_drawn():
    """Of 300 points the widths are 32, 48 and 64, and half have l2 below 1e-4."""
    points = random_points(300, seed=3, declare=extended_space)

    drawn = {name: [p[name] for p in points] for name in points[0]}
    judge.equal(list(drawn), ["width", "l2", "units", "dropout", "lr"], what="names")
    chance = 3 * (2 / 3) ** 300
    judge.equal(sorted(set(drawn["width"])), [32, 48, 64], chance=chance)
    below = sum(value < 1e-4 for value in drawn["l2"])
    judge.proportion(below, of=300, claimed=0.5, resolves=0.45, what="l2 below 1e-4")
