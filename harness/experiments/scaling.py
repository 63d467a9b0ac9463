"""What a campaign of many seeds costs on 1, 10 and 100 machines, and where it ends.

`python -m harness.experiments.scaling [--seeds 1000]` reads what the declared
conditions take and simulates the scheduler: a free worker gets the next group of units
from the head, which hands out one after the other; a worker imports the libraries once
and builds a model for each condition that it did not have last.
"""

from __future__ import annotations

import argparse
import heapq
import importlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from harness.experiments.campaign import START
from harness.experiments.declaration import COMPARISONS, Condition
from harness.experiments.engine import TOGETHER

BUILD = 1.2
"""Seconds until a model is built and traced for the first unit of a condition."""
DISPATCH = 0.02
"""Seconds of the head for a group: sending it, and taking in what comes back. 500 empty
groups on a local Ray cluster took 0.0185 s each, on two cores that were busy."""
CORES = 16
"""Of a machine."""
MACHINES = (1, 10, 100, 1_000)


def simulated(groups: Iterable[tuple[Condition, int]], workers: int) -> float:
    """Seconds until the last of the groups (condition, units) is done."""
    free = [(START, number) for number in range(workers)]
    built: dict[int, Condition] = {}
    head = last = 0.0
    for condition, units in groups:
        at, worker = heapq.heappop(free)
        head = max(head, at) + DISPATCH
        build = BUILD if built.get(worker) != condition else 0.0
        built[worker] = condition
        done = head + build + units * condition.seconds
        last = max(last, done)
        heapq.heappush(free, (done, worker))
    return last


def groups(conditions: Sequence[Condition], seeds: int) -> list[tuple[Condition, int]]:
    """A few seeds of one condition each, in the order of the conditions."""
    whole, rest = divmod(seeds, TOGETHER)
    sizes = [TOGETHER] * whole + [rest] * bool(rest)
    return [(condition, size) for condition in conditions for size in sizes]


def table(conditions: Sequence[Condition], seeds: int) -> list[str]:
    """A row for each number of machines: hours, hours of all machines, efficiency."""
    work = groups(conditions, seeds)
    alone = simulated(work, 1)
    rows = ["| machines | workers | hours | machine hours | efficiency |"]
    rows.append("|---|---|---|---|---|")
    for machines in MACHINES:
        workers = machines * CORES
        seconds = simulated(work, workers)
        rows.append(
            f"| {machines} | {workers} | {seconds / 3600:.2f} "
            f"| {machines * seconds / 3600:.1f} | {alone / workers / seconds:.0%} |"
        )
    return rows


def main() -> None:
    """Print the table for the project's comparisons."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=1_000)
    seeds = parser.parse_args().seeds
    for path in sorted(Path("claims/experiments").glob("test_*.py")):
        importlib.import_module(f"claims.experiments.{path.stem}")
    ends = [c for one in COMPARISONS.values() for c in (one.of, one.against)]
    conditions = list(dict.fromkeys(ends))
    print(f"{len(conditions)} conditions, {seeds} seeds, {CORES} cores a machine\n")
    print("\n".join(table(conditions, seeds)))


if __name__ == "__main__":
    main()
