"""Promised error rates hold when simulated; resolutions are near the exact ones."""

import numpy as np
import pytest
from scipy import stats

from harness.evidence import statistics as s

RUNS = 2_000
SLACK = 1e-6


def most_alarms(rate: float, runs: int = RUNS) -> int:
    """The count that `runs` decisions at `rate` exceed with probability SLACK."""
    return int(stats.binom.isf(SLACK, runs, rate))


def rulings(decide, runs=RUNS):
    return [decide(np.random.default_rng(seed)).outcome for seed in range(runs)]


CASES = {
    "proportion": (
        lambda r, shift, a: s.proportion(
            r.binomial(400, 0.3 + shift), 400, 0.3, resolves=0.15, alpha=a
        ),
        0.15,
    ),
    "bounded mean": (
        lambda r, shift, a: s.bounded_mean(
            r.random(300) * (1 - shift) + shift,
            0.5,
            low=0,
            high=1,
            resolves=0.25,
            alpha=a,
        ),
        0.5,
    ),
    "law": (
        lambda r, shift, a: s.law(
            r.normal(shift, 1, 300), stats.norm.cdf, resolves=0.25, alpha=a
        ),
        0.8,
    ),
    "same law": (
        lambda r, shift, a: s.same_law(
            r.normal(0, 1, 600), r.normal(shift, 1, 600), resolves=0.35, alpha=a
        ),
        1.2,
    ),
    "independence": (
        lambda r, shift, a: s.independence(
            (b := r.random(500) < 0.5),
            b ^ (r.random(500) < 0.5 - 2 * shift),
            resolves=0.12,
            alpha=a,
        ),
        0.12,
    ),
    "variance": (
        lambda r, shift, a: s.variance(
            r.normal(0, (1 + shift) ** 0.5, 400), 1, resolves=0.6, alpha=a
        ),
        0.6,
    ),
    "variance ratio": (
        lambda r, shift, a: s.variance_ratio(
            r.normal(0, (1 + shift) ** 0.5, 400),
            r.normal(0, 1, 400),
            resolves=0.9,
            alpha=a,
        ),
        0.9,
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_true_statements_are_falsified_at_most_at_the_promised_rate(name):
    """At alpha = 0.05 no more false alarms than a binomial bound on 0.05 allows."""
    decide, _ = CASES[name]

    found = rulings(lambda r: decide(r, 0.0, 0.05))

    assert found.count("falsified") <= most_alarms(0.05)


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_true_statements_hold_as_often_as_said(name):
    """The share that does not hold stays under the ruling's own false_alarm."""
    decide, _ = CASES[name]
    promised = decide(np.random.default_rng(0), 0.0, 0.05).false_alarm

    found = rulings(lambda r: decide(r, 0.0, 0.05))

    assert RUNS - found.count("held") <= most_alarms(min(1.0, promised * 1.1))


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_a_violation_of_the_resolution_is_missed_at_most_as_said(name):
    """Shifted by `resolves` or more, the share not falsified is at most `miss`."""
    decide, shift = CASES[name]
    miss = decide(np.random.default_rng(0), shift, 0.05).miss

    found = rulings(lambda r: decide(r, shift, 0.05))

    assert RUNS - found.count("falsified") <= most_alarms(min(1.0, miss * 1.1 + 1e-9))


@pytest.mark.parametrize("p", [0.05, 0.3, 0.5, 0.9])
@pytest.mark.parametrize("alpha", [1e-10, 1e-3, 0.05])
def test_the_binomial_region_is_the_exact_test(p, alpha):
    """The acceptance region has at most alpha outside, and no smaller one would do."""
    low, high = s._acceptance(500, p, alpha)

    law = stats.binom(500, p)
    assert law.cdf(low - 1) <= alpha / 2 < law.cdf(low)
    assert law.sf(high) <= alpha / 2 < law.sf(high - 1)


@pytest.mark.parametrize(
    ("samples", "exact"),
    [
        (
            s.proportion_samples(0.5, resolves=0.1, alpha=1e-6, miss=1e-6),
            (2 * stats.norm.isf(1e-6) * 0.5 / 0.1) ** 2,
        ),
        (
            s.bounded_mean_samples(low=0, high=1, resolves=0.1, alpha=1e-6, miss=1e-6),
            (2 * stats.norm.isf(1e-6) * 0.5 / 0.1) ** 2,
        ),
        (
            s.law_samples(resolves=0.1, alpha=1e-6, miss=1e-6),
            (2 * stats.norm.isf(1e-6) * 0.5 / 0.1) ** 2,
        ),
    ],
)
def test_the_resolution_is_at_most_twice_the_exact_one(samples, exact):
    """Twice the resolution is four times the samples of the exact calculation."""
    assert exact * 0.8 <= samples <= 4 * exact


def test_the_promised_number_of_samples_suffices():
    """With `proportion_samples`, the miss of a violation is at most the one asked."""
    n = s.proportion_samples(0.3, resolves=0.05, alpha=1e-6, miss=1e-3)

    ruling = s.proportion(round(0.3 * n), n, 0.3, resolves=0.05, alpha=1e-6)

    assert ruling.miss <= 1e-3
