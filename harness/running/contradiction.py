"""Passages that cannot all be true: declared beside their subject, and checked."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.documents.ledger import Source
from harness.evidence import verdict as v
from harness.evidence.lines import ContradictionLine
from harness.running.claim import (
    REGISTRY,
    DeclarationError,
    Statement,
    Test,
    refuse_duplicate,
    refuse_long_reason,
    refuse_without_snippet,
    snippet_of,
)
from harness.running.faults import Fault
from harness.stack.libraries import backend


@dataclass(frozen=True)
class Side:
    """Passages of one mind, and the id of the claim that judges what they say."""

    claim: str
    passages: tuple[Source, ...]


def side(claim: str, *passages: Source) -> Side:
    """One side of a contradiction."""
    return Side(claim, passages)


@dataclass(kw_only=True)
class Contradiction(Statement):
    """Two or more sides that exclude each other; no claim of any document.

    right: the claim of the side that is right; None if each is, of its own subject.
    """

    sides: tuple[Side, ...]
    right: str | None
    correction: str

    def all_sides(self, test: Test) -> Test:
        """The test asserts all sides at once, and is falsified."""
        return self.attach(test, v.TOGETHER)

    def right_side(self, test: Test) -> Test:
        """The test asserts what the right side says; of two, each of its own."""
        return self.attach(test, v.RIGHT)

    def declaration(self) -> ContradictionLine:
        return {
            "type": "contradiction",
            "backend": backend(),
            "id": self.id,
            "topic": self.topic,
            "says": self.says,
            "recorded": v.STANDS,
            "sides": [
                {
                    "claim": side.claim,
                    "document": passage.document,
                    "section": passage.section,
                    "lines": list(passage.lines),
                }
                for side in self.sides
                for passage in side.passages
            ],
            "right": self.right,
            "instead": self.correction,
            "why": self.why,
            "explained_by": list(self.explained_by),
            "needs": self.needs,
            "checks": self.declared_checks(),
            "faults": self.declared_faults(),
        }


def contradiction(
    id: str,
    *,
    says: str,
    sides: Sequence[Side],
    right: str | None,
    instead: str,
    why: str = "",
    explained_by: str | Sequence[str] = (),
    faults: Iterable[Fault] = (),
    needs: str | None = None,
) -> Contradiction:
    """Declare that passages contradict each other. Raises DeclarationError.

    says: what they disagree on, in our own words. sides: made with `side(...)`.
    right: the claim of the side that is right; None if each is, of its own subject.
    instead: what to write in place of the other side.
    """
    frame = sys._getframe(1)
    file = Path(frame.f_code.co_filename)
    refuse_duplicate(id, frame.f_globals.get("__name__", "?"))
    refuse_long_reason(id, why)
    named = [side.claim for side in sides]
    if len(sides) < 2 or not all(side.passages for side in sides):
        raise DeclarationError(
            f"contradiction {id!r} needs two sides or more, each with its passages."
        )
    if right is not None and right not in named:
        raise DeclarationError(
            f"contradiction {id!r} names {right!r} as right, which is none of its "
            f"sides: {', '.join(named)}."
        )
    refuse_without_snippet(id, snippet_of(id, file))
    declared = Contradiction(
        id=id,
        says=says,
        sources=tuple(passage for side in sides for passage in side.passages),
        recorded=v.STANDS,
        sides=tuple(sides),
        right=right,
        correction=instead,
        why=why,
        explained_by=(
            (explained_by,) if isinstance(explained_by, str) else tuple(explained_by)
        ),
        faults=tuple(faults),
        needs=needs,
        module=frame.f_globals.get("__name__", "?"),
        file=file,
    )
    REGISTRY[id] = declared
    return declared
