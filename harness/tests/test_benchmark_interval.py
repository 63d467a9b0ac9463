"""The interval of a ratio, and what it says about a claimed band."""

import math

import pytest
from scipy import stats

from harness.benchmark import interval
from harness.benchmark.interval import Interval, judged, of_median


@pytest.mark.parametrize(("processes", "rank"), [(8, 1), (14, 2), (22, 3), (9, 4)])
def test_the_error_rate_is_that_of_the_binomial_law(processes, rank):
    """Twice the probability that fewer than `rank` processes lie on one side."""
    law = stats.binom(processes, 0.5)

    assert interval.error_rate(processes, rank) == pytest.approx(2 * law.cdf(rank - 1))


def test_all_planned_looks_together_keep_99_percent():
    """8 processes cover with 1 - 2/256; the later looks spend what is left."""
    assert interval.error_rate(8, 1) == 2 / 256
    assert interval.total_error_rate() < 0.01


def test_eight_processes_give_their_extremes():
    """[min, max], the median in the middle, and the systematic allowance on top."""
    found = of_median([math.log(r) for r in (1, 2, 3, 4, 5, 6, 7, 8)])

    assert found.low == pytest.approx(1 / 1.005)
    assert found.high == pytest.approx(8 * 1.005)
    assert found.centre == pytest.approx(math.sqrt(4 * 5))


def test_processes_between_two_looks_are_left_out():
    """An unplanned look would spoil the error rate: 13 processes count as 8."""
    assert of_median([0.0] * 7) is None
    assert of_median([0.0] * 8 + [9.0] * 5).processes == 8
    assert of_median([0.0] * 14).processes == 14


@pytest.mark.parametrize(
    ("low", "high", "outcome"),
    [
        (1.6, 1.8, "held"),
        (1.2, 1.4, "falsified"),
        (3.1, 3.2, "falsified"),
        (1.4, 1.6, "inconclusive"),
        (2.9, 3.1, "inconclusive"),
        (1.5, 3.0, "held"),
    ],
)
def test_inside_disjoint_straddling(low, high, outcome):
    """Against a claimed band from 1.5 to 3."""
    assert judged(Interval(low, 1.7, high, 8), 1.5, 3.0) == outcome


def test_no_interval_settles_nothing():
    """Fewer processes than the first look needs."""
    assert judged(None, 1.5, 3.0) == "inconclusive"
