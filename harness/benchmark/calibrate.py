"""`python -m harness.benchmark.calibrate`: does the 99 % interval keep its word?

The measuring code of a real run, on machines with invented time: known ratios under
drift, heavy tails, periodic interference and a bimodal clock.
"""

from __future__ import annotations

import argparse
import random
import sys

from scipy import stats

from harness.benchmark import interval, trials
from harness.benchmark.simulation import KINDS, RATIOS, Machine
from harness.evidence.verdict import FALSIFIED

PROMISED = 0.982
ROUNDS = 7


def log_ratio(kind: str, ratio: float, seed: int) -> float:
    """What one simulated process finds for two arms whose steps are `ratio` apart."""
    machine = Machine(kind, seed)
    arms = [
        trials.Arm("base", "pair", machine.arm(0.002)),
        trials.Arm("other", "pair", machine.arm(0.002 * ratio)),
    ]
    rng = random.Random(seed)
    plan = trials.prepare(arms, clock=machine.clock)
    blocks = trials.rounds(
        arms, plan, count=ROUNDS, clock=machine.clock, rng=rng, collector=False
    )
    return trials.log_ratio(list(blocks), "other", "base")


def run(kind: str, ratio: float, seed: int) -> interval.Interval:
    """One simulated run: eight processes, and the interval without the allowance for
    clock and synchronization, so that only the statistics are tried."""
    count = interval.LOOKS[0][0]
    found = [log_ratio(kind, ratio, seed * count + k) for k in range(count)]
    read = interval.of_median(found, systematic=0.0)
    assert read is not None
    return read


def coverage(kind: str, ratio: float, runs: int) -> float:
    """The share of simulated runs whose interval contains the true ratio."""
    return sum(run(kind, ratio, seed).contains(ratio) for seed in range(runs)) / runs


def false_verdicts(kind: str, runs: int) -> int:
    """How many A/A runs falsify the statement that both take the same time."""
    return sum(
        interval.judged(run(kind, 1.0, seed), 1.0, 1.0) == FALSIFIED
        for seed in range(runs)
    )


def most_false(runs: int, *, luck: float = 1e-3) -> int:
    """1 % of the runs, and what the binomial law allows on top."""
    return int(stats.binom.isf(luck, runs, 0.01))


def main(arguments: list[str] | None = None) -> int:
    """Print the coverage of every combination; exit 1 if one is too low."""
    parser = argparse.ArgumentParser(prog="python -m harness.benchmark.calibrate")
    parser.add_argument("--runs", type=int, default=2_000)
    runs = parser.parse_args(arguments).runs
    worst = 1.0
    for kind in KINDS:
        found = [coverage(kind, ratio, runs) for ratio in RATIOS]
        worst = min(worst, *found)
        told = "  ".join(f"{r:g}: {c:.2%}" for r, c in zip(RATIOS, found))
        print(f"{kind:<22} {told}", flush=True)
    false = {kind: false_verdicts(kind, runs) for kind in KINDS}
    print(f"lowest coverage {worst:.2%} of {runs} runs each (promised: {PROMISED:.1%})")
    print(f"A/A falsified: {false} (promised: at most {most_false(runs)} each)")
    return int(worst < PROMISED or max(false.values()) > most_false(runs))


if __name__ == "__main__":
    sys.exit(main())
