"""All comparisons of a run: what a budget buys, and the looks until each is decided."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.evidence.verdict import INCONCLUSIVE
from harness.experiments import engine, ruling, units
from harness.experiments.declaration import CONTROLS, Comparison, Condition
from harness.experiments.engine import Workers
from harness.experiments.ruling import LOOKS, Ruling
from harness.experiments.units import Unit

START = 15.0
"""Seconds until the processes have imported the libraries."""
RESERVE = 1.5
"""How much slower than declared a machine may be and still keep a budget."""
SHARE = 0.9
"""Of the seeds that show the same sign, for the power that is told beforehand."""


@dataclass(frozen=True)
class Plan:
    """What a budget buys, told before anything is trained.

    comparisons: those that a first look is paid for; looks: numbers of seeds that are
    paid for even if none of them is decided before; units, stored: trainings of these
    looks, and how many of them have a result; seconds: for the others, about.
    """

    comparisons: tuple[Comparison, ...]
    left_out: int
    looks: tuple[int, ...]
    units: int
    stored: int
    seconds: float
    cores: int

    def sentences(self) -> list[str]:
        """What the campaign will do, and what it can show."""
        if not self.looks:
            return [
                f"the budget pays for no comparison: a first look at {LOOKS[0]} seeds "
                f"takes about {self.seconds / 60:.0f} min on {self.cores} cores"
            ]
        found = ruling.power(SHARE, self.looks)
        left_out = f"; {self.left_out} left out" if self.left_out else ""
        more = ", and at more where it is open" if self.looks != LOOKS else ""
        return [
            f"{counted(len(self.comparisons))} at {', '.join(map(str, self.looks))} "
            f"seeds{more}{left_out}: up to {self.units} trainings ({self.stored} are "
            f"stored), about {self.seconds / 60:.0f} min on {self.cores} cores",
            f"a difference that {SHARE:.0%} of the seeds show is decided with a "
            f"probability of {found:.2f}; a false verdict in the whole campaign comes "
            f"with at most {ruling.FAMILY:.0%}",
        ]


@dataclass
class Campaign:
    """folder: where results of trainings are kept; first: the seed of the first one;
    budget: seconds for all, None without a limit; looks: numbers of seeds, at most.

    What is done does not depend on the clock, but on the seconds that conditions are
    declared to take, so that two runs judge the same seeds.
    """

    comparisons: Sequence[Comparison]
    folder: Path
    stack: Mapping[str, str]
    first: int
    budget: float | None = None
    device: str = "cpu"
    workers: Callable[[Path], Workers] = engine.processes
    looks: tuple[int, ...] = LOOKS
    rulings: dict[str, Ruling] = field(default_factory=dict)
    trouble: str = ""

    def plan(self) -> Plan:
        """What will be done; without a look if the budget pays for none."""
        paid = self._affordable() or list(self.comparisons)[:1]
        looks = tuple(n for n in self.looks if self._fits(self._seconds(paid, 0, n)))
        wanted = self._units(paid, looks[-1] if looks else self.looks[0])
        missing = [unit for unit in wanted if self._read(unit) is None]
        seconds = START + self._declared(unit.condition.seconds for unit in missing)
        return Plan(
            tuple(paid),
            len(self.comparisons) - len(paid),
            looks,
            len(wanted),
            len(wanted) - len(missing),
            seconds + self._of_controls(),
            engine.cores(),
        )

    def run(self, plan: Plan, progress: Callable[[str], None]) -> None:
        """Train and judge, look after look, what is not decided yet."""
        open_, spent, before = list(plan.comparisons), 0.0, 0
        for number in self.looks if plan.looks else ():
            spent += self._seconds(open_, before, number)
            if not open_ or not self._fits(spent):
                break
            self._train(self._units(open_, number), _told(progress, number, len(open_)))
            for one in open_:
                found = ruling.rule(self.differences(one, number), one.matters)
                self.rulings[one.name] = found
            open_ = [c for c in open_ if self.rulings[c.name].outcome == INCONCLUSIVE]
            progress(self._interim(open_))
            before = number
        if self.rulings:
            self.trouble = self._control(progress)

    def _affordable(self) -> list[Comparison]:
        """In their order, those whose first look still fits."""
        paid: list[Comparison] = []
        for one in self.comparisons:
            if self._fits(self._seconds([*paid, one], 0, self.looks[0])):
                paid.append(one)
        return paid

    def _interim(self, open_: Sequence[Comparison]) -> str:
        """What the looks so far say, and the intervals of what is open."""
        decided = len(self.rulings) - len(open_)
        intervals = [
            f"{one.name} {found.median:.3g} [{found.low:.3g}, {found.high:.3g}]"
            for one in open_
            if (found := self.rulings[one.name])
        ]
        said = f"{decided} of {counted(len(self.rulings))} decided"
        return f"{said}; open: {', '.join(intervals)}" if intervals else said

    def _train(
        self, wanted: Iterable[Unit], progress: Callable[[int, int], None]
    ) -> None:
        engine.run(
            wanted,
            self.folder,
            self.stack,
            progress=progress,
            device=self.device,
            workers=self.workers,
        )

    def _control(self, progress: Callable[[str], None]) -> str:
        """A sentence for a control that came out wrong; "" if all came out right."""
        seeds = LOOKS[0]
        ends = [c for one in CONTROLS.values() for c in (one.of, one.against)]
        wanted = [Unit(c, seed) for c in ends for seed in self._seeds(seeds)]
        self._train(wanted, _told(progress, seeds, 0))
        for name, one in CONTROLS.items():
            pair = (self.values(c, one.metric, seeds) for c in (one.of, one.against))
            found = ruling.apart(ruling.differences(*pair, lower=False))
            if found != one.differs:
                seen = "no difference" if one.differs else "a difference"
                return f"the control {name!r} showed {seen}: no verdict can be trusted"
        return ""

    def differences(self, comparison: Comparison, seeds: int) -> list[float]:
        """By seed, how much better the claimed condition did."""
        of, against = (
            self.values(condition, comparison.metric, seeds)
            for condition in (comparison.of, comparison.against)
        )
        return ruling.differences(of, against, lower=comparison.lower)

    def values(
        self, condition: Condition, metric: str, seeds: int
    ) -> list[float | None]:
        """A metric by seed, None where the training diverged."""
        found = []
        for seed in self._seeds(seeds):
            metrics = self._read(Unit(condition, seed))
            assert metrics is not None
            found.append(metrics[metric])
        return found

    def _read(self, unit: Unit) -> dict[str, float | None] | None:
        return units.read(unit.file(self.folder, self.stack))

    def _seeds(self, seeds: int) -> Iterable[int]:
        return range(self.first, self.first + seeds)

    def _units(self, comparisons: Sequence[Comparison], seeds: int) -> list[Unit]:
        conditions = dict.fromkeys(
            condition for c in comparisons for condition in (c.against, c.of)
        )
        return [Unit(c, seed) for c in conditions for seed in self._seeds(seeds)]

    def _seconds(self, open_: Sequence[Comparison], before: int, seeds: int) -> float:
        """What seeds up to a number take, if those before are trained."""
        return self._declared(
            unit.condition.seconds
            for unit in self._units(open_, seeds)
            if unit.seed >= self.first + before
        )

    def _declared(self, seconds: Iterable[float]) -> float:
        return RESERVE * sum(seconds) / engine.cores()

    def _of_controls(self) -> float:
        ends = [c for one in CONTROLS.values() for c in (one.of, one.against)]
        return self._declared(LOOKS[0] * c.seconds for c in ends)

    def _fits(self, seconds: float) -> bool:
        whole = START + self._of_controls() + seconds
        return self.budget is None or whole <= self.budget


def counted(comparisons: int) -> str:
    return f"{comparisons} comparison{'' if comparisons == 1 else 's'}"


def _told(
    progress: Callable[[str], None], seeds: int, comparisons: int
) -> Callable[[int, int], None]:
    """Tell of a tenth of the trainings at a time, and of the time that is left."""
    last, started = 0, time.perf_counter()

    def told(done: int, all_: int) -> None:
        nonlocal last
        if 10 * done // all_ > last:
            last = 10 * done // all_
            left = (time.perf_counter() - started) * (all_ - done) / done
            progress(
                f"{seeds} seeds, {counted(comparisons)} open: {done} of {all_} "
                f"trainings, {left:.0f} s left"
            )

    return told
