"""KerasTuner's hyperparameters: which values a declaration lets the search try."""

import keras_tuner as kt
import numpy as np
from hypothesis import strategies as st
from scipy import stats

from claims.common.strategies import seeds
from claims.common.tuners import (
    accuracy,
    completed,
    declared,
    folder,
    parameter,
    samples,
    scored,
)
from claims.documents import day7
from claims.tuner.faults import space as faults
from harness import QUALIFIED, REFUTED, UPHELD, claim, example, given, judge

NUMERICAL = "keras_tuner.src.engine.hyperparameters.hp_types.numerical:Numerical"


def missed(count, *, of, draws):
    """Bound on the probability that `draws` uniform draws miss one of `of` values."""
    return count * (1 - 1 / of) ** draws


int_values = claim(
    "tuner.int-values",
    says="An integer from 64 to 256 in steps of 64 takes the values 64, 128, 192, 256.",
    sources=[day7[147], day7[126], day7[219]],
    verdict=UPHELD,
    why="The upper end is included, unlike in Python's range. All values are equally "
    "likely.",
    explained_by=f"{NUMERICAL}._get_n_values",
    faults=[
        faults.upper_end_excluded,
        faults.one_value_too_many,
        faults.int_step_ignored,
        faults.last_choice_never_drawn,
    ],
)


@int_values.as_worded
@given(
    low=st.integers(1, 64), step=st.integers(2, 64), k=st.integers(2, 5), seed=seeds()
)
@example(low=64, step=64, k=3, seed=0)
def test_an_integer_takes_every_step_up_to_its_end(low, step, k, seed):
    """Of low, low + step, ..., high each value is drawn, and no other one."""
    hp = kt.engine.hyperparameters.Int("units", low, low + k * step, step=step)

    drawn = np.array(samples(hp, 400, seed=seed))

    grid = low + step * np.arange(k + 1)
    chance = missed(k + 1, of=k + 1, draws=400)
    judge.equal(np.unique(drawn), grid, what="values", chance=chance)
    judge.equal(list(hp.values), grid, what="listed values")
    judge.equal(hp.default, low, what="default")


@int_values.as_worded
@given(seed=seeds())
def test_the_four_unit_counts_are_equally_likely(seed):
    """Each of 64, 128, 192 and 256 is a quarter of the draws."""
    drawn = np.array(samples(parameter(declared(), "units"), 1_024, seed=seed))

    for units in (64, 128, 192, 256):
        count = np.sum(drawn == units)
        judge.proportion(count, of=1_024, claimed=0.25, resolves=0.25, what=f"{units}")


float_step = claim(
    "tuner.float-step",
    says="The dropout rates searched go from 0.2 up to 0.5 in steps of 0.1.",
    sources=[day7[127], day7[220]],
    evidence=[day7[162]],
    verdict=REFUTED,
    severity="lesson",
    instead="The search tries 0.2, 0.3 and 0.4 only: in floating point (0.5 - 0.2) // "
    "0.1 is 2. hp.Float('dropout', 0.2, 0.55, step=0.1) includes 0.5.",
    why="The number of steps is the quotient of a floor division.",
    explained_by=f"{NUMERICAL}._get_n_values",
    faults=[
        faults.grid_is_rounded,
        faults.upper_end_excluded,
        faults.one_value_too_many,
    ],
)


def drawn_rates(high, seed):
    """The different values among 400 draws of a rate from 0.2 in steps of 0.1."""
    hp = kt.engine.hyperparameters.Float("dropout", 0.2, high, step=0.1)
    return np.unique(samples(hp, 400, seed=seed))


@float_step.as_worded
@given(seed=seeds())
def test_the_rates_include_one_half(seed):
    """0.2, 0.3, 0.4 and 0.5 are drawn."""
    chance = missed(4, of=4, draws=400)
    judge.equal(
        np.round(drawn_rates(0.5, seed), 9), [0.2, 0.3, 0.4, 0.5], chance=chance
    )


@float_step.instead
@given(seed=seeds())
def test_the_rates_end_at_two_fifths(seed):
    """With 0.5 as upper end three values are drawn, with 0.55 four."""
    judge.equal((0.5 - 0.2) // 0.1, 2, what="steps")
    chance = missed(4, of=4, draws=400)
    judge.equal(np.round(drawn_rates(0.5, seed), 9), [0.2, 0.3, 0.4], chance=chance)
    with_half = [0.2, 0.3, 0.4, 0.5]
    judge.equal(np.round(drawn_rates(0.55, seed), 9), with_half, chance=chance)


log_uniform = claim(
    "tuner.log-uniform",
    says="Log sampling draws the learning rate uniformly in log space.",
    sources=[day7[147], day7[128], day7[210]],
    verdict=UPHELD,
    explained_by=f"{NUMERICAL}._sample_numerical_value",
    faults=[
        faults.log_is_linear,
        faults.log_is_reversed,
        faults.values_2_percent_high,
        faults.values_3_percent_low,
        faults.same_seed_for_all,
    ],
)


@log_uniform.as_worded
@given(low=st.integers(-6, -3), decades=st.integers(1, 4), seed=seeds())
@example(low=-4, decades=2, seed=0)
def test_the_logarithm_is_uniform(low, decades, seed):
    """The draws follow the law log(x / low) / log(high / low)."""
    hp = kt.engine.hyperparameters.Float(
        "lr", 10.0**low, 10.0 ** (low + decades), sampling="log"
    )

    drawn = samples(hp, 1_024, seed=seed)

    judge.law(drawn, lambda x: (np.log10(x) - low) / decades, resolves=0.25)


@log_uniform.as_worded
def test_the_trials_of_a_search_are_uniform_in_the_logarithm():
    """So are the learning rates of the 128 trials of a random search."""
    with folder() as path:
        seed = int(np.random.randint(1, 2**20))
        tuner = scored(path, accuracy, trials=128, seed=seed)
        tuner.search(verbose=0)

    rates = [values["lr"] for values, _ in completed(tuner)]
    judge.law(rates, lambda x: (np.log10(x) + 4) / 2, resolves=0.6)


@log_uniform.as_worded
@given(quantile=st.floats(0, 0.999))
def test_quantiles_are_powers_of_the_ratio(quantile):
    """The quantile q of [1e-4, 1e-2] is 1e-4 * 100 ** q."""
    hp = parameter(declared(), "lr")

    exact = 1e-4 * 100.0**quantile
    judge.close(hp.prob_to_value(quantile), exact, dtype="float64", operations=32)


equal_density_per_decade = claim(
    "tuner.equal-density-per-decade",
    says="Under log sampling a rate near 3e-4 is as likely as one near 3e-3.",
    sources=[day7[147]],
    verdict=UPHELD,
    why="A single real number has probability zero. So the draws within equal factors "
    "of the two rates are compared.",
    explained_by=f"{NUMERICAL}._sample_numerical_value",
    faults=[faults.log_is_linear, faults.log_is_reversed],
)


@equal_density_per_decade.as_worded
@given(factor=st.sampled_from([1.5, 2.0, 3.0]), seed=seeds())
def test_equal_factors_are_equally_likely(factor, seed):
    """From 3e-4 / f to 3e-4 * f lie as many draws as from 3e-3 / f to 3e-3 * f."""
    drawn = np.array(samples(parameter(declared(), "lr"), 1_024, seed=seed))

    share = np.log(factor**2) / np.log(100)
    for middle in (3e-4, 3e-3):
        count = np.sum((middle / factor < drawn) & (drawn < middle * factor))
        judge.proportion(
            count, of=1_024, claimed=share, resolves=0.25, what=f"{middle:g}"
        )


LINEAR_SHARE = (1e-2 - 5e-3) / (1e-2 - 1e-4)

linear_wastes_most = claim(
    "tuner.linear-wastes-most",
    says="Linear sampling from 1e-4 to 1e-2 puts most of the trials above 5e-3.",
    sources=[day7[147]],
    verdict=QUALIFIED,
    why="The expected share is 50.5 %, a bare majority.",
    explained_by=f"{NUMERICAL}._sample_numerical_value",
    faults=[faults.linear_is_log, faults.linear_is_reversed],
)


def linear_rate():
    return kt.engine.hyperparameters.Float("lr", 1e-4, 1e-2)


@linear_wastes_most.holds_when("the expected share of the trials is meant")
def test_the_expected_share_is_a_bare_majority():
    """The quantile of 5e-3 is 0.4949, so that 50.5 % of all draws lie above."""
    hp = linear_rate()

    above = 1 - hp.value_to_prob(5e-3)
    judge.close(above, LINEAR_SHARE, dtype="float64", operations=16)
    judge.at_least(above, np.nextafter(0.5, 1), what="share above 5e-3")
    exact = 1e-4 + (1 - LINEAR_SHARE) * (1e-2 - 1e-4)
    found = hp.prob_to_value(1 - LINEAR_SHARE)
    judge.close(found, exact, dtype="float64", operations=16)


@linear_wastes_most.fails_when("each search of ten trials is meant")
@given(seed=seeds())
def test_most_trials_of_each_search_lie_above(seed):
    """In each of 64 searches at least six of ten linear draws exceed 5e-3."""
    drawn = np.reshape(samples(linear_rate(), 640, seed=seed), (64, 10))

    most = np.sum(drawn > 5e-3, axis=1) >= 6
    chance = stats.binom.sf(5, 10, LINEAR_SHARE) ** 64
    judge.true(most, what="six of ten above", chance=chance)


choice = claim(
    "tuner.choice",
    says="A choice among 32, 48 and 64 sets the first block's filters to one of them.",
    sources=[day7[210], day7[217]],
    verdict=UPHELD,
    explained_by="keras_tuner.src.engine.hyperparameters.hp_types.choice_hp:Choice",
    faults=[
        faults.last_choice_never_drawn,
        faults.index_of_wrong_end,
        faults.call_returns_default,
    ],
)


@choice.as_worded
@given(seed=seeds())
def test_a_choice_draws_its_values_equally_often(seed):
    """Each width is a third of the draws, and nothing else is drawn."""
    hp = kt.engine.hyperparameters.Choice("width", [32, 48, 64])
    drawn = np.array(samples(hp, 1_024, seed=seed))

    judge.true(np.isin(drawn, [32, 48, 64]), what="only these")
    for width in (32, 48, 64):
        count = np.sum(drawn == width)
        judge.proportion(count, of=1_024, claimed=1 / 3, resolves=0.25, what=f"{width}")


@choice.as_worded
@given(width=st.sampled_from([32, 48, 64]), seed=seeds())
def test_the_call_returns_the_chosen_width(width, seed):
    """hp.Choice gives the trial's width, which the second block doubles."""
    hp = kt.HyperParameters()
    hp.Choice("width", [32, 48, 64])
    hp.values["width"] = width

    found = hp.Choice("width", [32, 48, 64])

    judge.equal([found, 2 * found], [width, 2 * width], what="filters")
