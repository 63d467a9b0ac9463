"""The interval of a ratio: order statistics of independent processes, nothing else.

Every process gives one number, the median over its rounds of a log-ratio. These
numbers are independent, and each lies above the true median with probability 1/2, so
the number of them above it is binomial: David and Nagaraja, Order Statistics (2003),
section 7.1. The r-th smallest and r-th largest of n enclose the median but for
2 P(Binomial(n, 1/2) < r), whatever the law of the noise.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from harness.evidence.verdict import FALSIFIED, HELD, INCONCLUSIVE

LOOKS = ((8, 1), (14, 2), (22, 3))
"""Planned looks, fixed before the run: processes, and the rank that is read off then.
Their error rates add up to less than 1 %, so stopping at any of them keeps 99 %."""
SYSTEMATIC = 0.005
"""What clock and synchronization may add to a block; every interval gets it on top."""


@dataclass(frozen=True)
class Interval:
    """A ratio with its bounds; `processes` is how many of them it rests on."""

    low: float
    centre: float
    high: float
    processes: int

    @property
    def half_width(self) -> float:
        """Relative: the factor from the centre to the bounds, on average, less 1."""
        return math.sqrt(self.high / self.low) - 1

    def contains(self, value: float) -> bool:
        return self.low <= value <= self.high

    def said(self) -> str:
        """For a person: 1.83 [1.79, 1.88]."""
        return f"{self.centre:.3g} [{self.low:.3g}, {self.high:.3g}]"


def error_rate(processes: int, rank: int) -> float:
    """The probability that the interval of this rank misses the true median."""
    below = sum(math.comb(processes, k) for k in range(rank))
    return float(2 * below / 2**processes)


def total_error_rate() -> float:
    """Bound for all planned looks together."""
    return sum(error_rate(*look) for look in LOOKS)


def last_look(processes: int) -> tuple[int, int] | None:
    """The latest planned look that this many processes allow; None before the first."""
    reached = [look for look in LOOKS if look[0] <= processes]
    return reached[-1] if reached else None


def of_median(
    log_ratios: Sequence[float], *, systematic: float = SYSTEMATIC
) -> Interval | None:
    """The 99 % interval of the ratio, from one median log-ratio per process.

    Processes beyond the last planned look are left out: reading an interval at a
    number of processes that nobody planned would spoil its error rate.
    """
    look = last_look(len(log_ratios))
    if look is None:
        return None
    count, rank = look
    used = sorted(log_ratios[:count])
    middle = (used[(count - 1) // 2] + used[count // 2]) / 2
    return Interval(
        math.exp(used[rank - 1]) / (1 + systematic),
        math.exp(middle),
        math.exp(used[-rank]) * (1 + systematic),
        count,
    )


def judged(interval: Interval | None, low: float, high: float) -> str:
    """Inside the claimed band: held. Disjoint: falsified. Straddling: inconclusive."""
    if interval is None:
        return INCONCLUSIVE
    if low <= interval.low and interval.high <= high:
        return HELD
    if interval.high < low or interval.low > high:
        return FALSIFIED
    return INCONCLUSIVE
