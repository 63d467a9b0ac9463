"""All comparisons of a run: what a budget buys, and the looks until each is decided."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.evidence.verdict import INCONCLUSIVE
from harness.experiments import engine, ruling, units
from harness.experiments.declaration import CONTROLS, Comparison, Condition
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
    """looks: numbers of seeds that the budget pays for, if none is decided before."""

    looks: tuple[int, ...]
    units: int
    stored: int
    seconds: float
    cores: int

    def sentences(self, comparisons: int) -> list[str]:
        """What the campaign will do, and what it can show."""
        if not self.looks:
            return [
                f"the budget pays for no comparison: a first look at {LOOKS[0]} seeds "
                f"takes about {self.seconds / 60:.0f} min on {self.cores} cores"
            ]
        found = ruling.power(SHARE, self.looks)
        return [
            f"{comparisons} comparisons at {', '.join(map(str, self.looks))} seeds: up "
            f"to {self.units} trainings ({self.stored} are stored), about "
            f"{self.seconds / 60:.0f} min on {self.cores} cores",
            f"a difference that {SHARE:.0%} of the seeds show is decided with a "
            f"probability of {found:.2f}; a false verdict in the whole campaign comes "
            f"with at most {ruling.FAMILY:.0%}",
        ]


@dataclass
class Campaign:
    """folder: where results of trainings are kept; first: the seed of the first one."""

    comparisons: Sequence[Comparison]
    folder: Path
    stack: Mapping[str, str]
    first: int
    budget: float | None = None
    device: str = "cpu"
    rulings: dict[str, Ruling] = field(default_factory=dict)
    trouble: str = ""

    def plan(self) -> Plan:
        """The looks that fit into the budget, by what conditions are declared to take.

        It does not depend on the clock, so that two runs judge the same seeds.
        """
        cores, paid = engine.cores(), 0
        for n in range(len(LOOKS)):
            if self.budget is None or self._seconds(LOOKS[n], cores) <= self.budget:
                paid = n + 1
        most = LOOKS[max(paid - 1, 0)]
        wanted = self._units(self.comparisons, most)
        stored = sum(self._read(unit) is not None for unit in wanted)
        seconds = self._seconds(most, cores)
        return Plan(LOOKS[:paid], len(wanted), stored, seconds, cores)

    def run(self, progress: Callable[[str], None]) -> None:
        """Train and judge, look after look, what is not decided yet."""
        open_ = list(self.comparisons)
        for number in self.plan().looks:
            engine.run(
                self._units(open_, number),
                self.folder,
                self.stack,
                progress=_told(progress, number, len(open_)),
                device=self.device,
            )
            for one in open_:
                found = ruling.rule(self.differences(one, number), one.matters)
                self.rulings[one.name] = found
            open_ = [c for c in open_ if self.rulings[c.name].outcome == INCONCLUSIVE]
        if self.rulings:
            self.trouble = self._control(progress)

    def _control(self, progress: Callable[[str], None]) -> str:
        """A sentence for a control that came out wrong; "" if all came out right."""
        seeds = LOOKS[0]
        ends = [c for one in CONTROLS.values() for c in (one.of, one.against)]
        wanted = [Unit(c, seed) for c in ends for seed in self._seeds(seeds)]
        told = _told(progress, seeds, 0)
        engine.run(wanted, self.folder, self.stack, progress=told, device=self.device)
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

    def _seconds(self, seeds: int, cores: int) -> float:
        wanted = self._units(self.comparisons, seeds)
        trained = sum(unit.condition.seconds for unit in wanted)
        trained += LOOKS[0] * sum(
            c.of.seconds + c.against.seconds for c in CONTROLS.values()
        )
        return START + RESERVE * trained / cores


def _told(
    progress: Callable[[str], None], seeds: int, comparisons: int
) -> Callable[[int, int], None]:
    """Tell of a tenth of the trainings at a time."""
    last = -1

    def told(done: int, all_: int) -> None:
        nonlocal last
        if 10 * done // all_ > last:
            last = 10 * done // all_
            progress(
                f"{seeds} seeds, {comparisons} comparisons open: {done} of {all_} "
                "trainings"
            )

    return told
