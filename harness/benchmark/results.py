"""What a run of ratios found: intervals, the control's word on them, and plain data."""

from __future__ import annotations

from collections.abc import Container, Sequence

from harness.benchmark import interval, trials
from harness.benchmark.configuration import AGAIN, CONTROL, TWICE, Ratio
from harness.benchmark.interval import Interval
from harness.benchmark.lines import ArmLine, Measured, Memory, MemoryLine, RatioEntry
from harness.evidence.verdict import FALSIFIED, HELD, INCONCLUSIVE

CONTROLS = {(AGAIN, CONTROL): 1.0, (TWICE, CONTROL): 2.0}
SAME = 0.03
"""Within 3 % two configurations count as equally fast."""


class Results:
    """One median log-ratio per process and ratio; intervals are read off these.

    step_times: seconds a step, one median per process and configuration; for pictures.
    memory: configuration -> what its own process said of the device's memory.
    shrunk: configuration -> what its batch was divided by, for lack of memory.
    """

    def __init__(self, ratios: Sequence[Ratio], *, full: bool = False) -> None:
        self.ratios = {(r.of, r.over): r for r in ratios}
        self.full = full
        self.medians: dict[tuple[str, str], list[float]] = {k: [] for k in self.ratios}
        self.step_times: dict[str, list[float]] = {
            n: [] for k in self.ratios for n in k
        }
        self.memory: dict[str, MemoryLine] = {}
        self.shrunk: dict[str, int] = {}
        self.unstable: set[str] = set()
        self.left_out: list[str] = []
        self.least: float | None = None
        self.seconds = self.budget = 0.0

    def keep(self, built: Container[str]) -> None:
        """Only the ratios of which both sides were built; the others are left out."""
        lacking = [key for key in self.ratios if not all(n in built for n in key)]
        for key in lacking:
            self._leave_out(key)

    def leave_out_last(self) -> bool:
        """Leave out the last ratio, if no text says something about it."""
        key = next(reversed(self.ratios))
        if self.ratios[key].rank < 2:
            return False
        self._leave_out(key)
        return True

    def _leave_out(self, key: tuple[str, str]) -> None:
        self.left_out.append(self.ratios.pop(key).title)
        del self.medians[key]
        kept = {name for key in self.ratios for name in key}
        self.step_times = {n: t for n, t in self.step_times.items() if n in kept}

    def add(self, blocks: Sequence[trials.Block], arms: dict[str, ArmLine]) -> None:
        """Take in one process: its blocks, and what it said of each arm."""
        self.unstable |= {name for name, arm in arms.items() if not arm["stable"]}
        smaller = {name: arm["shrunk"] for name, arm in arms.items()}
        self.shrunk |= {name: by for name, by in smaller.items() if by > 1}
        for name, times in self.step_times.items():
            times.append(trials.step_time(blocks, name))
        for key, ratio in self.ratios.items():
            log_time = trials.log_ratio(blocks, ratio.of, ratio.over)
            examples = arms[ratio.of]["examples"], arms[ratio.over]["examples"]
            self.medians[key].append(ratio.from_step_time(log_time, examples))

    def ended(self, seconds: float, budget: float) -> Results:
        """Note how long it took; returns the results."""
        self.seconds, self.budget = seconds, budget
        return self

    @property
    def processes(self) -> int:
        return max((len(values) for values in self.medians.values()), default=0)

    def interval(self, of: str, over: str) -> Interval | None:
        """None before the first planned look."""
        return interval.of_median(self.medians[of, over])

    def widest(self) -> float:
        """The largest half-width of all ratios."""
        found = [self.interval(*key) for key in self.ratios]
        return max((i.half_width if i else float("inf") for i in found), default=0.0)

    def trouble(self) -> str | None:
        """Why no verdict may be formed, if none may."""
        first = interval.LOOKS[0][0]
        if self.least is not None:
            return (
                f"a time budget of {self.budget:.0f} s cannot hold the {first} "
                f"processes that an interval needs: at least {self.least:.0f} s here "
                f"(--time-budget {1.3 * self.least:.0f})"
            )
        if self.processes < first:
            needed = self.seconds / max(1, self.processes) * (first + 1)
            return (
                f"time budget of {self.budget:.0f} s spent after {self.processes} of "
                f"{first} processes: more time suggested (--time-budget {needed:.0f})"
            )
        for key, truth in CONTROLS.items():
            found = self.interval(*key) if key in self.ratios else None
            if found is not None and not found.contains(truth):
                return (
                    f"machine too noisy: {key[0]} over {key[1]} is {found.said()}, "
                    f"and must contain {truth:.2f}"
                )
        return None

    def judged(self, of: str, over: str, low: float, high: float) -> tuple[str, str]:
        """The outcome against a claimed band, and the reason if it is inconclusive."""
        trouble = self.trouble()
        if trouble:
            return INCONCLUSIVE, trouble
        outcome = interval.judged(self.interval(of, over), low, high)
        more = self.budget * 2
        advice = f"the interval straddles the band: more time suggested ({more:.0f} s)"
        return outcome, advice if outcome == INCONCLUSIVE else ""

    def reading(self, of: str, over: str) -> str:
        """A word on a ratio that no text makes a claim about."""
        found = self.interval(of, over)
        if self.trouble() or found is None:
            return "unsettled"
        if (of, over) in CONTROLS:
            return "as it must"
        if interval.judged(found, 1 / (1 + SAME), 1 + SAME) == HELD:
            return "the same"
        if interval.judged(found, 1, 1) == FALSIFIED:
            return "more" if found.low > 1 else "less"
        return "unsettled"

    def memory_ratio(self, of: str, over: str) -> dict[str, float] | None:
        """Bytes of `of` over bytes of `over`: at the peak, of the model, and of the
        activations; None if nobody counted, or the batches differ."""
        known: dict[str, Memory] = {**self.memory}
        both = [known.get(name, {}) for name in (of, over)]
        if not all(m.get("counter") for m in both):
            return None
        if both[0]["examples"] != both[1]["examples"]:
            return None
        a, b = (_parts(m) for m in both)
        return {part: a[part] / max(1, b[part]) for part in a}

    def progress(self) -> str:
        """The control's interval so far, for the progress line."""
        values = sorted(self.medians.get((AGAIN, CONTROL), []))
        if not values:
            return "no interval yet"
        found = self.interval(AGAIN, CONTROL)
        if found is None:
            import math

            low, high = math.exp(values[0]), math.exp(values[-1])
            return f"A/A so far [{low:.3f}, {high:.3f}]"
        return f"A/A {found.said()}"

    def as_dict(self) -> Measured:
        """All ratios as plain data."""
        rows: list[RatioEntry] = []
        for (of, over), ratio in self.ratios.items():
            found = self.interval(of, over)
            rows.append(
                {
                    "of": of,
                    "over": over,
                    "quantity": ratio.quantity,
                    "interval": [found.low, found.high] if found else None,
                    "centre": found.centre if found else None,
                    "half_width": found.half_width if found else None,
                    "reading": self.reading(of, over),
                    "process_medians": self.medians[of, over],
                }
            )
        return {
            "schema": 1,
            "full": self.full,
            "processes": self.processes,
            "seconds": round(self.seconds, 1),
            "budget": self.budget,
            "error_rate": interval.total_error_rate(),
            "trouble": self.trouble(),
            "left_out": self.left_out,
            "step_times": self.step_times,
            "memory": list(self.memory.values()),
            "batch_divided_by": self.shrunk,
            "not_flat_after_warm_up": sorted(self.unstable),
            "ratios": rows,
        }


def _parts(memory: Memory) -> dict[str, int]:
    model, activations = memory["model"], memory["activations"]
    return {"peak": model + activations, "model": model, "activations": activations}
