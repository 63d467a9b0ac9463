"""Randomized multiple interleaved trials (Abedi and Brecht, ICPE 2017).

All arms are built and warmed up before any of them counts. Then each round runs one
block of every arm in a new random order, so that drift, throttling and a busy
neighbour meet all arms alike. The clock is an argument: the tests inject one.
"""

from __future__ import annotations

import gc
import math
import random
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

Clock = Callable[[], float]
OVERHEAD = 0.005
"""The largest share of a block that clock and synchronization may take."""
SHORTEST = 0.04
"""Seconds of a block at least: long enough to average over scheduler ticks."""
FLAT, LONGEST_WARM_UP = 0.05, 12
SLOW_WARM_UP = 2.0
"""Seconds after which an arm with three blocks is not warmed up any further."""
SETTLING = 3
"""Rounds with all arms alive before the lengths of the blocks are fixed."""
FEWEST_ROUNDS, MOST_ROUNDS, MOST_SKIPPED = 5, 101, 5


@dataclass(frozen=True)
class Arm:
    """A configuration, ready to run: `run(k)` does k steps and then waits for the
    device once; `run(0)` waits only."""

    name: str
    group: str
    run: Callable[[int], None]


@dataclass(frozen=True)
class Plan:
    """How long a block of each arm is, and what a step took when that was decided.

    every: arms whose single step is far longer than a block take part in every n-th
    round only, all arms of a group in the same ones.
    """

    steps: dict[str, int]
    step_seconds: dict[str, float]
    stable: dict[str, bool]
    every: dict[str, int]

    @property
    def round_seconds(self) -> float:
        """What a round takes on average."""
        whole = {n: self.steps[n] * s for n, s in self.step_seconds.items()}
        return sum(seconds / self.every[n] for n, seconds in whole.items())

    def rounds(self, seconds: float) -> int:
        """How many rounds fit; fixed before the first one."""
        fit = int(seconds / max(self.round_seconds, 1e-9))
        return max(FEWEST_ROUNDS, min(MOST_ROUNDS, fit))


@dataclass(frozen=True)
class Block:
    """One timed block."""

    round: int
    name: str
    steps: int
    seconds: float


def timed(run: Callable[[int], None], steps: int, clock: Clock) -> float:
    """Seconds of `steps` steps with one synchronization at the end."""
    started = clock()
    run(steps)
    return clock() - started


def prepare(arms: Sequence[Arm], *, clock: Clock, shortest: float = SHORTEST) -> Plan:
    """Warm every arm up until its step time is flat, and choose the block lengths.

    Arms that are compared get blocks of one length in time, so that a disturbance
    weighs the same in each.
    """
    warm = {arm.name: _warmed_up(arm, clock, shortest) for arm in arms}
    seconds = {name: found for name, (found, _) in warm.items()}
    lengths = {}
    for group in dict.fromkeys(arm.group for arm in arms):
        members = [arm for arm in arms if arm.group == group]
        overhead = max(_overhead(arm, clock) for arm in members)
        lengths[group] = max(shortest, overhead / OVERHEAD)
    steps = _steps(arms, lengths, seconds)
    settled = _settled(arms, steps, clock)
    flat = {name: stable for name, (_, stable) in warm.items()}
    final = _steps(arms, lengths, settled)
    return Plan(final, settled, flat, _every(arms, lengths, final, settled))


def _every(
    arms: Sequence[Arm],
    lengths: dict[str, float],
    steps: dict[str, int],
    seconds: dict[str, float],
) -> dict[str, int]:
    """In which rounds each arm takes part: all, or every n-th if its group is slow."""
    slowest: dict[str, float] = {}
    for arm in arms:
        block = steps[arm.name] * seconds[arm.name]
        slowest[arm.group] = max(block, slowest.get(arm.group, 0.0))
    rarely = {g: int(block / lengths[g] / 2) for g, block in slowest.items()}
    return {arm.name: min(MOST_SKIPPED, max(1, rarely[arm.group])) for arm in arms}


def _settled(
    arms: Sequence[Arm], steps: dict[str, int], clock: Clock
) -> dict[str, float]:
    """Seconds a step of each arm, now that all of them are alive."""
    seen: dict[str, list[float]] = {arm.name: [] for arm in arms}
    for _ in range(SETTLING):
        for arm in arms:
            whole = timed(arm.run, steps[arm.name], clock)
            seen[arm.name].append(max(whole, 1e-9) / steps[arm.name])
    return {name: statistics.median(values) for name, values in seen.items()}


def _steps(
    arms: Sequence[Arm], lengths: dict[str, float], seconds: dict[str, float]
) -> dict[str, int]:
    """How many steps of each arm last as long as its group's blocks shall."""
    return {
        arm.name: max(1, round(lengths[arm.group] / seconds[arm.name])) for arm in arms
    }


def _warmed_up(arm: Arm, clock: Clock, shortest: float) -> tuple[float, bool]:
    """Seconds a step at the end of the warm-up, and whether three blocks agreed."""
    arm.run(1)  # compilation, autotuning, the allocator's first growth
    steps, seen, started = 1, list[float](), clock()
    for _ in range(LONGEST_WARM_UP):
        if len(seen) >= 3 and clock() - started > SLOW_WARM_UP:
            break
        seconds = timed(arm.run, steps, clock)
        if seconds < shortest / 4 and steps < 2**20:
            steps *= 4  # still too short to tell a step's time from the clock's grain
            seen = []
            continue
        seen.append(max(seconds, 1e-9) / steps)
        last = seen[-3:]
        if len(last) == 3 and max(last) <= (1 + FLAT) * min(last):
            return statistics.median(last), True
    last = seen[-3:] or [max(seconds, 1e-9) / steps]
    return statistics.median(last), False


def _overhead(arm: Arm, clock: Clock) -> float:
    """What reading the clock and waiting for an idle device cost."""
    return statistics.median(timed(arm.run, 0, clock) for _ in range(5))


def rounds(
    arms: Sequence[Arm],
    plan: Plan,
    *,
    count: int,
    clock: Clock,
    rng: random.Random,
    collector: bool = True,
    again: Sequence[str] = (),
) -> Iterator[Block]:
    """The blocks of `count` rounds: groups in random order, arms too, anew each time.

    again: arms that have a small round of their own behind each round, numbered from
    `count` on: the controls, which must be known better than what they vouch for.
    The garbage collector is off until the last block is taken; `collector=False`
    leaves it alone, where time is simulated.
    """
    order = _grouped(arms)
    was_on = collector and gc.isenabled()
    if collector:
        gc.collect()
        gc.disable()
    try:
        for number in range(count):
            rng.shuffle(order)
            for members in order:
                rng.shuffle(members)
                if number % plan.every[members[0].name]:
                    continue
                for arm in members:
                    yield _block(arm, plan, number, clock)
            repeated = [arm for arm in arms if arm.name in again]
            for arm in rng.sample(repeated, len(repeated)):
                yield _block(arm, plan, count + number, clock)
    finally:
        if was_on:
            gc.enable()


def _block(arm: Arm, plan: Plan, number: int, clock: Clock) -> Block:
    steps = plan.steps[arm.name]
    return Block(number, arm.name, steps, timed(arm.run, steps, clock))


def _grouped(arms: Sequence[Arm]) -> list[list[Arm]]:
    groups: dict[str, list[Arm]] = {}
    for arm in arms:
        groups.setdefault(arm.group, []).append(arm)
    return list(groups.values())


def step_time(blocks: Sequence[Block], name: str) -> float:
    """Median over rounds of the seconds that a step of `name` takes."""
    return statistics.median(b.seconds / b.steps for b in blocks if b.name == name)


def log_ratio(blocks: Sequence[Block], of: str, over: str) -> float:
    """Median over rounds of log(seconds a step of `of` / seconds a step of `over`)."""
    times: dict[str, dict[int, float]] = {of: {}, over: {}}
    for block in blocks:
        if block.name in times:
            times[block.name][block.round] = block.seconds / block.steps
    shared = times[of].keys() & times[over].keys()
    return statistics.median(math.log(times[of][r] / times[over][r]) for r in shared)
