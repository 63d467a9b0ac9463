"""The test of a comparison: signs of paired differences, at looks fixed beforehand.

A difference is positive where the claimed condition did better with that seed. Two
hypotheses on their median are tested: that it is at most 0, and that it is at least
what would matter. Each has a sign test, exact for every law of the differences, skewed
or tied (Conover, Practical Nonparametric Statistics, 3.4), at each of the looks, with a
share of the error rate (Bonferroni). Between 0 and what matters, either verdict is
right.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy import stats

from harness.evidence.verdict import FALSIFIED, HELD, INCONCLUSIVE
from harness.experiments.declaration import MOST

LOOKS = (16, 24, 40, 64)
"""Numbers of seeds at which a comparison is judged; it ends where it is decided."""
FAMILY = 0.01
"""Probability that a whole campaign has a false verdict, at most."""
ALPHA = FAMILY / (MOST * 2 * len(LOOKS))
"""Of one hypothesis at one look."""


@dataclass(frozen=True)
class Ruling:
    """better: differences above 0; small: below what matters; low, high: an interval
    for the median that covers it with 95 %, for this number of seeds."""

    outcome: str
    seeds: int
    median: float
    low: float
    high: float
    better: int
    small: int


def differences(
    of: Sequence[float | None], against: Sequence[float | None], *, lower: bool
) -> list[float]:
    """By seed, how much better `of` did; a run that diverged (None) is the worst."""
    return [_difference(a, b, lower) for a, b in zip(of, against)]


def _difference(of: float | None, against: float | None, lower: bool) -> float:
    if of is None or against is None:
        return 0.0 if of is against else -math.inf if of is None else math.inf
    return against - of if lower else of - against


def rule(found: Sequence[float], matters: float) -> Ruling:
    """The outcome for the differences of one look; upheld is HELD."""
    n = len(found)
    better = sum(d > 0 for d in found)
    small = sum(d < matters for d in found)
    outcome = INCONCLUSIVE
    if _significant(small, n):
        outcome = FALSIFIED
    elif _significant(better, n):
        outcome = HELD
    ordered = sorted(found)
    below = int(
        stats.binom.ppf(0.025, n, 0.5)
    )  # P(fewer than this many below) <= 2.5 %
    low, high = ordered[max(below - 1, 0)], ordered[min(n - below, n - 1)]
    middle = (n - 1) / 2
    median = _between(ordered[math.floor(middle)], ordered[math.ceil(middle)])
    return Ruling(outcome, n, median, low, high, better, small)


def apart(found: Sequence[float]) -> bool:
    """Whether the median is not 0, to either side."""
    n = len(found)
    return any(
        _significant(count, n)
        for count in (sum(d > 0 for d in found), sum(d < 0 for d in found))
    )


def _between(a: float, b: float) -> float:
    """Half way; the lower one, if both are infinite."""
    return a if a == b or math.isinf(a) else (a + b) / 2


def _significant(count: int, n: int) -> bool:
    return bool(stats.binom.sf(count - 1, n, 0.5) <= ALPHA)


def needed(n: int) -> int:
    """Of n differences, how many have to have one sign for a decision; n + 1: none."""
    return next((k for k in range(n // 2, n + 1) if _significant(k, n)), n + 1)


def power(share: float, looks: Sequence[int]) -> float:
    """Probability of a decision within these looks, if this share of the differences
    has the sign; exact, by the law of the counts at each look."""
    undecided = {0: 1.0}
    before = 0
    for n in looks:
        counts: dict[int, float] = {}
        for count, weight in undecided.items():
            for more in range(n - before + 1):
                p = weight * float(stats.binom.pmf(more, n - before, share))
                counts[count + more] = counts.get(count + more, 0.0) + p
        undecided = {k: p for k, p in counts.items() if k < needed(n)}
        before = n
    return 1.0 - sum(undecided.values())


def seeds_needed(found: Sequence[float], matters: float) -> int | None:
    """About how many seeds a decision would need, if the signs stay as they are."""
    n = len(found)
    share = max(sum(d > 0 for d in found), sum(d < matters for d in found)) / n
    for size in range(n, 2_001):
        if size * share >= needed(size):
            return size
    return None
