"""What a check measured: its decisions, its examples, its worst case."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, cast

from harness.evidence.lines import DecisionEntry, Picture, Summary
from harness.evidence.verdict import FALSIFIED, HELD, INCONCLUSIVE
from harness.stack.arrays import Plain, plain

DEFAULT_ALPHA = 1e-10
EVERY, FIRST, SHRINK = "every example", "until the first falsified", "shrink"
SUMMARY = (
    "what",
    "measured",
    "expected",
    "tolerance",
    "worst_case",
    "examples",
    "falsified_examples",
    "false_alarm",
    "resolves",
    "miss",
    "random_decisions",
    "random_falsified",
    "oracle",
    "decisions",
)


class Falsified(Exception):
    """A statement was seen to be false. Raised by the judge and by nothing else."""


@dataclass
class Decision:
    """One comparison: what was found against what the statement predicts.

    ratio: error over tolerance; above 1 the statement is falsified.
    false_alarm: probability that a true statement is not seen to hold; 0 if no chance
        is involved. resolves, miss: the smallest violation that is seen, and the
        probability that one of that size is not.
    """

    what: str
    measured: Any
    expected: Any
    tolerance: Any
    ratio: float
    outcome: str
    false_alarm: float = 0.0
    resolves: float | None = None
    miss: float = 0.0
    random: bool = False

    def sentence(self) -> str:
        """Found and expected, for a person."""
        label = f"{self.what}: " if self.what else ""
        return (
            f"{label}found {plain(self.measured)}, expected {plain(self.expected)}"
            f" (tolerance {plain(self.tolerance)})"
        )


@dataclass
class Measurement:
    """Everything one run of one check leaves behind.

    mode: how far the examples go; under_fault: whether the library has a deliberate
    defect now, so that no picture is drawn and nothing is run that cannot see it;
    elsewhere: libraries of another version than claims are written for.
    """

    check: str = ""
    seed: int = 0
    alpha: float = DEFAULT_ALPHA
    mode: str = EVERY
    examples: dict[str, dict[str, Any]] = field(default_factory=dict)
    decisions: dict[tuple[str, int], Decision] = field(default_factory=dict)
    oracles: set[str] = field(default_factory=set)
    under_fault: bool = False
    elsewhere: frozenset[str] = frozenset()
    picture: Picture | None = None
    example: str = ""
    falsified_at: tuple[str, int] | None = None
    _position: int = 0

    def begin_example(self, drawn: dict[str, Any]) -> str:
        """Enter the example with these drawn values; returns its key."""
        self.example = repr(sorted((k, repr(v)) for k, v in drawn.items()))
        self.examples[self.example] = drawn
        self._position = 0
        return self.example

    def add(self, decision: Decision) -> None:
        """Store a decision; raises Falsified if it says so."""
        self._position += 1
        self.decisions[(self.example, self._position)] = decision
        if decision.outcome == FALSIFIED:
            if self.falsified_at is None or self.mode == SHRINK:
                self.falsified_at = (self.example, self._position)
            raise Falsified(decision.sentence())

    def outcome(self) -> str:
        """What the stored decisions say together; a check without any is not one."""
        outcomes = {d.outcome for d in self.decisions.values()}
        if not outcomes:
            raise ValueError("the check judged nothing: call the judge at least once")
        for outcome in (FALSIFIED, INCONCLUSIVE):
            if outcome in outcomes:
                return outcome
        return HELD

    def reason(self) -> str:
        """Found and expected of the falsified comparison, if there is one."""
        return self.decisions[self.falsified_at].sentence() if self.falsified_at else ""

    def summary(self) -> Summary:
        """The worst decision, the rates and the counts, as plain data.

        Of several falsifications the first one is told (Hypothesis begins with the
        simplest draw), or the smallest, which Hypothesis ends with when it shrinks.
        """
        if not self.decisions:
            return cast("Summary", dict.fromkeys(SUMMARY))
        key = self.falsified_at or max(
            self.decisions, key=lambda key: self.decisions[key].ratio
        )
        worst = self.decisions[key]
        chances = [d for d in self.decisions.values() if d.random]
        resolves = [d.resolves for d in chances if d.resolves is not None]
        return {
            "what": worst.what,
            "measured": plain(worst.measured),
            "expected": plain(worst.expected),
            "tolerance": plain(worst.tolerance),
            "worst_case": _drawn(self.examples.get(key[0], {})),
            "examples": len(self.examples) or 1,
            "falsified_examples": self._falsified_examples(),
            "false_alarm": sum(d.false_alarm for d in chances),
            "resolves": max(resolves) if resolves else None,
            "miss": max((d.miss for d in chances), default=0.0),
            "random_decisions": len(chances),
            "random_falsified": sum(d.outcome == FALSIFIED for d in chances),
            "oracle": ", ".join(sorted(self.oracles)) or None,
            "decisions": self._by_kind(),
        }

    def _falsified_examples(self) -> int:
        """In how many of the examples the statement fails."""
        pairs = self.decisions.items()
        return len({key[0] for key, d in pairs if d.outcome == FALSIFIED})

    def _by_kind(self) -> list[DecisionEntry]:
        """The worst case of each labelled comparison of the check."""
        worst: dict[str, Decision] = {}
        for (_, position), decision in self.decisions.items():
            label = decision.what or f"comparison {position}"
            if label not in worst or decision.ratio > worst[label].ratio:
                worst[label] = decision
        return [
            {
                "what": label,
                "measured": plain(d.measured),
                "expected": plain(d.expected),
                "tolerance": plain(d.tolerance),
                "outcome": d.outcome,
            }
            for label, d in worst.items()
        ]


def _drawn(values: dict[str, Any]) -> dict[str, Plain]:
    return {name: plain(value) for name, value in values.items()}


_current: ContextVar[Measurement | None] = ContextVar("measurement", default=None)


class NothingIsMeasured(Exception):
    """A verb of the judge was used outside of a check, where nobody would see it."""


def current() -> Measurement:
    """The measurement under way. Raises NothingIsMeasured outside of a check."""
    measurement = _current.get()
    if measurement is None:
        raise NothingIsMeasured(
            "this is used in a check only: give the test a role, such as "
            "`@claim.as_worded`, and run it with pytest"
        )
    return measurement


@contextlib.contextmanager
def measuring(measurement: Measurement) -> Iterator[Measurement]:
    """Make `measurement` the one that the judge writes to."""
    token = _current.set(measurement)
    try:
        yield measurement
    finally:
        _current.reset(token)
