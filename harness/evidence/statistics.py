"""Decisions on samples with finite-sample guarantees.

Each function answers for one draw: does the sample support the statement (`held`),
contradict it (`falsified`), or neither (`inconclusive`)? `alpha` bounds the
probability that a true statement is falsified; `resolves` is the violation that
matters. The result also carries, by calculation and not by assumption, the
probability that a true statement is not seen to hold, and that a violation of
`resolves` is not falsified.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Protocol

import numpy as np
from scipy import special

from harness.evidence.verdict import FALSIFIED, HELD, INCONCLUSIVE
from harness.stack.arrays import Array


@dataclass(frozen=True)
class Ruling:
    """Outcome, estimate, its confidence radius, and the two error probabilities."""

    outcome: str
    estimate: float
    radius: float
    false_alarm: float
    miss: float


def _rule(error: float, radius: float, resolves: float) -> str:
    """The common rule: an interval of `radius` around an estimate off by `error`."""
    if error > radius:
        return FALSIFIED
    return HELD if error + radius <= resolves else INCONCLUSIVE


def proportion(
    successes: int, n: int, claimed: float, *, resolves: float, alpha: float
) -> Ruling:
    """A rate against `claimed`, by the exact binomial law.

    Falsified if the Clopper-Pearson interval (Biometrika 26, 1934) at level 1 - alpha
    excludes `claimed`; held if it lies inside claimed +- resolves.
    """
    low_ok, high_ok, low_in, high_in, alarm, miss = _binomial_regions(
        n, claimed, resolves, alpha
    )
    if not low_ok <= successes <= high_ok:
        outcome = FALSIFIED
    else:
        held = low_in <= successes <= high_in
        outcome = HELD if held else INCONCLUSIVE
    radius = max(claimed - low_ok / n, high_ok / n - claimed)
    return Ruling(outcome, successes / n, radius, alarm, miss)


@cache
def _binomial_regions(
    n: int, p: float, d: float, alpha: float
) -> tuple[int, int, int, int, float, float]:
    """Counts that do not exclude p, counts whose interval is inside p +- d, and the
    probabilities of not holding at p and of not falsifying at p +- d."""
    low_ok, high_ok = _acceptance(n, p, alpha)
    low_in = _acceptance(n, p - d, alpha)[1] + 1 if p - d > 0 else 0
    high_in = _acceptance(n, p + d, alpha)[0] - 1 if p + d < 1 else n
    low, high = max(low_ok, low_in), min(high_ok, high_in)
    inside = _at_most(low - 1, n, p) + _at_most(n - high - 1, n, 1 - p)
    misses = [
        _at_most(high_ok, n, q) - _at_most(low_ok - 1, n, q)
        for q in (p - d, p + d)
        if 0 <= q <= 1
    ]
    return low_ok, high_ok, low_in, high_in, float(min(1, inside)), float(max(misses))


def _at_most(k: int, n: int, p: float) -> float:
    """P(X <= k) of the binomial law; also for k outside of 0..n."""
    return 0.0 if k < 0 else float(special.bdtr(min(k, n), n, p))


def _acceptance(n: int, p: float, alpha: float) -> tuple[int, int]:
    """First and last count that the exact two-sided test of p at alpha accepts."""
    low = _first(lambda k: special.bdtr(k, n, p) > alpha / 2, n)
    high = n - _first(lambda k: special.bdtr(k, n, 1 - p) > alpha / 2, n)
    return low, high


def _first(true_from: Callable[[int], bool], last: int) -> int:
    """The first integer in 0..last from which on the condition is true."""
    return bisect.bisect_left(range(last), True, key=true_from)


def proportion_samples(
    claimed: float, *, resolves: float, alpha: float, miss: float
) -> int:
    """The samples needed to falsify a violation of `resolves` but for `miss`."""
    return _smallest(
        lambda n: _binomial_regions(n, claimed, resolves, alpha)[5] <= miss
    )


def bounded_mean(
    values: Array,
    claimed: float,
    *,
    low: float,
    high: float,
    resolves: float,
    alpha: float,
) -> Ruling:
    """The mean of independent values in [low, high] against `claimed`.

    Hoeffding, JASA 58 (1963), Theorem 2: P(|mean - mu| >= t) <= 2 exp(-2nt^2/(b-a)^2).
    """
    n, width = np.size(values), high - low
    radius = width * math.sqrt(math.log(2 / alpha) / (2 * n))
    error = abs(float(np.mean(values)) - claimed)

    def beyond(t: float) -> float:
        return min(1.0, 2 * math.exp(-2 * n * (max(t, 0) / width) ** 2))

    outcome = _rule(error, radius, resolves)
    alarm = beyond(min(radius, resolves - radius))
    return Ruling(
        outcome, float(np.mean(values)), radius, alarm, beyond(resolves - radius)
    )


def bounded_mean_samples(
    *, low: float, high: float, resolves: float, alpha: float, miss: float
) -> int:
    """The samples needed to falsify a mean off by `resolves` but for `miss`."""
    roots = math.sqrt(math.log(2 / alpha)) + math.sqrt(math.log(2 / miss))
    return math.ceil(0.5 * ((high - low) * roots / resolves) ** 2)


def law(
    samples: Array, cdf: Callable[[Array], Array], *, resolves: float, alpha: float
) -> Ruling:
    """A sample against a distribution function (SciPy's `.cdf`), in sup distance.

    Dvoretzky-Kiefer-Wolfowitz with Massart's constant (Ann. Probab. 18, 1990):
    P(sup|F_n - F| > e) <= 2 exp(-2 n e^2). Valid for discrete laws too: both sides of
    each jump are compared where F is given there.
    """
    x, counts = np.unique(np.asarray(samples, "float64"), return_counts=True)
    n = int(counts.sum())
    after = np.cumsum(counts) / n
    before = np.concatenate([[0.0], after[:-1]])
    at, left = cdf(x), cdf(np.nextafter(x, -np.inf))
    distance = float(max(np.max(np.abs(after - at)), np.max(np.abs(before - left))))
    radius = dkwm_radius(n, alpha)
    tail = min(1.0, 2 * math.exp(-2 * n * max(resolves - radius, 0) ** 2))
    alarm = max(alpha, tail)
    return Ruling(_rule(distance, radius, resolves), distance, radius, alarm, tail)


def dkwm_radius(n: int, alpha: float) -> float:
    """The sup distance that n samples of the claimed law exceed with rate alpha."""
    return math.sqrt(math.log(2 / alpha) / (2 * n))


def law_samples(*, resolves: float, alpha: float, miss: float) -> int:
    """The samples needed to falsify a sup distance of `resolves` but for `miss`."""
    roots = math.sqrt(math.log(2 / alpha)) + math.sqrt(math.log(2 / miss))
    return math.ceil(0.5 * (roots / resolves) ** 2)


def same_law(first: Array, second: Array, *, resolves: float, alpha: float) -> Ruling:
    """Two independent samples against one another, in sup distance.

    Each side gets DKWM at alpha / 2, joined by the triangle inequality.
    """
    first, second = np.sort(np.ravel(first)), np.sort(np.ravel(second))
    grid = np.concatenate([first, second])
    f = np.searchsorted(first, grid, "right") / first.size
    g = np.searchsorted(second, grid, "right") / second.size
    distance = float(np.max(np.abs(f - g)))
    radius = dkwm_radius(first.size, alpha / 2) + dkwm_radius(second.size, alpha / 2)
    m = min(first.size, second.size)
    tail = min(1.0, 4 * math.exp(-2 * m * (max(resolves - radius, 0) / 2) ** 2))
    alarm = max(alpha, tail)
    return Ruling(_rule(distance, radius, resolves), distance, radius, alarm, tail)


def independence(
    first: Array, second: Array, *, resolves: float, alpha: float
) -> Ruling:
    """Two binary samples (paired, equal length) are independent.

    Fisher's exact test: given both margins, the number of joint successes is
    hypergeometric. `resolves` is in units of P(both) - P(first) P(second); violations
    are Fisher's noncentral hypergeometric law with the odds ratio of that size.
    """
    a, b = np.ravel(first).astype(bool), np.ravel(second).astype(bool)
    n, successes, draws = a.size, int(a.sum()), int(b.sum())
    both = int(np.sum(a & b))
    low, high, inner_low, inner_high, alarm, miss = _fisher_regions(
        n, successes, draws, resolves, alpha
    )
    covariance = (both - successes * draws / n) / n
    if not low <= both <= high:
        outcome = FALSIFIED
    else:
        outcome = HELD if inner_low <= both <= inner_high else INCONCLUSIVE
    return Ruling(outcome, covariance, (high - low) / (2 * n), alarm, miss)


@cache
def _fisher_regions(
    n: int, successes: int, draws: int, d: float, alpha: float
) -> tuple[int, int, int, int, float, float]:
    mean = successes * draws / n
    support = np.arange(max(0, successes + draws - n), min(successes, draws) + 1)
    from scipy import stats  # a second to import, and rarely needed

    null = stats.hypergeom.pmf(support, n, successes, draws)

    def accepted(pmf: Array) -> tuple[int, int]:
        inside = (np.cumsum(pmf) > alpha / 2) & (np.cumsum(pmf[::-1])[::-1] > alpha / 2)
        return int(support[inside][0]), int(support[inside][-1])

    def shifted(by: float) -> Array:
        joint = (mean + by * n) / n
        p, q = successes / n, draws / n
        cells = joint * (1 - p - q + joint), (p - joint) * (q - joint)
        if min(cells) <= 0:
            return np.where(support == (support[-1] if by > 0 else support[0]), 1.0, 0)
        weights = np.log(np.maximum(null, 1e-300)) + support * math.log(
            cells[0] / cells[1]
        )
        weights = np.exp(weights - weights.max())
        shares: Array = weights / weights.sum()
        return shares

    low, high = accepted(null)
    inner_low, inner_high = accepted(shifted(-d))[1] + 1, accepted(shifted(d))[0] - 1
    held = (support >= max(low, inner_low)) & (support <= min(high, inner_high))
    kept = (support >= low) & (support <= high)
    miss = max(float(shifted(s)[kept].sum()) for s in (-d, d))
    return low, high, inner_low, inner_high, float(max(0, 1 - null[held].sum())), miss


def variance(values: Array, claimed: float, *, resolves: float, alpha: float) -> Ruling:
    """The variance of independent normal values against `claimed`, as a ratio.

    (n - 1) s^2 / sigma^2 is chi-square with n - 1 degrees of freedom. `resolves` is
    relative: the ratio lies within a factor of 1 + resolves.
    """
    k = np.size(values) - 1
    ratio = float(np.var(values, ddof=1)) / claimed
    return _ratio_ruling(ratio, _chi_square(k), resolves, alpha)


def variance_ratio(
    first: Array, second: Array, *, resolves: float, alpha: float
) -> Ruling:
    """Equal variances of two independent normal samples, by the exact F law."""
    ratio = float(np.var(first, ddof=1) / np.var(second, ddof=1))
    null = _fisher_snedecor(np.size(first) - 1, np.size(second) - 1)
    return _ratio_ruling(ratio, null, resolves, alpha)


class _Law(Protocol):
    """A distribution of numbers, as SciPy has them."""

    def cdf(self, value: float) -> float: ...

    def ppf(self, probability: float) -> float: ...

    def isf(self, probability: float) -> float: ...

    def __hash__(self) -> int: ...


@cache
def _chi_square(k: int) -> _Law:
    """Chi-square with k degrees of freedom, divided by k."""
    from scipy import stats  # a second to import, and rarely needed

    law: _Law = stats.chi2(k, scale=1 / k)
    return law


@cache
def _fisher_snedecor(first: int, second: int) -> _Law:
    from scipy import stats

    law: _Law = stats.f(first, second)
    return law


def _ratio_ruling(ratio: float, null: _Law, d: float, alpha: float) -> Ruling:
    """`ratio` is distributed as the true ratio times `null`; the claim is 1."""
    low, high, first, last, alarm, miss = _ratio_regions(null, d, alpha)
    if not low <= ratio <= high:
        outcome = FALSIFIED
    else:
        outcome = HELD if first <= ratio <= last else INCONCLUSIVE
    return Ruling(outcome, ratio, high - 1, alarm, miss)


@cache
def _ratio_regions(
    null: _Law, d: float, alpha: float
) -> tuple[float, float, float, float, float, float]:
    """Ratios that do not exclude 1, those that hold, and the two error rates."""
    low, high = float(null.ppf(alpha / 2)), float(null.isf(alpha / 2))
    first, last = max(low, high / (1 + d)), min(high, low * (1 + d))
    cdf = null.cdf
    alarm = 1.0 if first > last else float(1 - cdf(last) + cdf(first))
    miss = max(
        float(cdf(high / true) - cdf(low / true)) for true in (1 + d, 1 / (1 + d))
    )
    return low, high, first, last, alarm, miss


def _smallest(enough: Callable[[int], bool]) -> int:
    """The smallest n that is enough, by doubling and bisection."""
    high = 2
    while not enough(high):
        high *= 2
    low = high // 2
    while high - low > max(1, low // 200):
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
