"""The declaration of a claim: what a text says, where, and what was found so far."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest

from harness.documents.ledger import PublicStatement, Source
from harness.evidence import verdict as v
from harness.evidence.lines import ClaimLine, Declared, DeclaredCheck, DeclaredFault
from harness.running.faults import Fault
from harness.stack.libraries import backend, describe
from harness.stack.stacks import BadStacks, applies, of_other_versions

MEASURED = {"ratios", "outcomes"}
"""Fixtures of checks that only an option of their own runs."""
REGISTRY: dict[str, Statement] = {}
Test = TypeVar("Test", bound=Callable[..., Any])


class DeclarationError(pytest.Collector.CollectError):
    """A claim is declared wrongly; pytest shows the sentence without a traceback."""


@dataclass
class Check:
    """A test function in one role of one claim, or of one contradiction.

    timed: it judges a measured ratio, or outcomes of trainings; either may stay
        inconclusive.
    """

    claim: Statement
    role: str
    test: str
    condition: str = ""
    negated: bool = False
    timed: bool = False

    @property
    def name(self) -> str:
        """What the check's random draws are seeded with, besides the run's seed."""
        return f"{self.claim.id}::{self.test}"


@dataclass(kw_only=True)
class Statement:
    """What checks judge: a claim of a text, or a contradiction between texts.

    on: the key of a claim's `differs_on` that this stack is meant by, if one is.
    """

    id: str
    says: str
    sources: tuple[Source | PublicStatement, ...]
    recorded: str | None
    why: str
    explained_by: tuple[str, ...]
    faults: tuple[Fault, ...]
    needs: str | None
    module: str
    file: Path
    thorough: bool = False
    on: str | None = None
    checks: list[Check] = field(default_factory=list)

    @property
    def elsewhere(self) -> bool:
        """Whether this stack's versions have a record of their own."""
        return self.on is not None and of_other_versions(self.on)

    @property
    def topic(self) -> str:
        return self.id.split(".")[0]

    @property
    def snippet(self) -> Path:
        """Where the script that reproduces the finding is, or would be."""
        return snippet_of(self.id, self.file)

    def attach(
        self, test: Test, role: str, condition: str = "", negated: bool = False
    ) -> Test:
        """The test is a check in this role."""
        timed = bool(MEASURED & {*inspect.signature(test).parameters})
        check = Check(self, role, test.__name__, condition, negated, timed)
        self.checks.append(check)
        test.audit_check = check  # type: ignore[attr-defined]
        return test

    def declared_checks(self) -> list[DeclaredCheck]:
        return [{"test": check.test, "role": check.role} for check in self.checks]

    def declared_faults(self) -> list[DeclaredFault]:
        return [{"name": fault.name, "does": fault.does} for fault in self.faults]

    def declaration(self) -> Declared:
        """All that reports need to know of it, as plain data."""
        raise NotImplementedError


@dataclass(kw_only=True)
class Claim(Statement):
    """One falsifiable statement; its methods decorate the tests that judge it."""

    evidence: tuple[Source, ...]
    severity: str | None
    correction: str | None
    differs_on: dict[str, tuple[str, str]]

    def as_worded(self, test: Test) -> Test:
        """The test asserts what the text says."""
        return self.attach(test, v.AS_WORDED)

    def instead(self, test: Test) -> Test:
        """The test asserts the correction."""
        return self.attach(test, v.INSTEAD)

    def holds_when(self, condition: str) -> Callable[[Test], Test]:
        """The test asserts the statement under `condition`, where it is true."""
        return lambda test: self.attach(test, v.HOLDS_WHEN, condition)

    def fails_when(self, condition: str) -> Callable[[Test], Test]:
        """The test asserts the statement under `condition`, where one draw fails it."""
        return lambda test: self.attach(test, v.FAILS_WHEN, condition)

    def fails_throughout(self, condition: str) -> Callable[[Test], Test]:
        """The test asserts the statement's negation, for every draw of `condition`."""
        return lambda test: self.attach(test, v.FAILS_WHEN, condition, negated=True)

    def declaration(self) -> ClaimLine:
        """All that reports need to know of the claim, as plain data."""
        sides = []
        for role in (v.HOLDS_WHEN, v.FAILS_WHEN):
            said = [c.condition for c in self.checks if c.role == role and c.condition]
            if said:
                sides.append(f"{role} {', or when '.join(dict.fromkeys(said))}")
        return {
            "type": "claim",
            "backend": backend(),
            "id": self.id,
            "topic": self.topic,
            "says": self.says,
            "recorded": self.recorded,
            "severity": self.severity,
            "instead": self.correction,
            "scope": "; ".join(sides) or None,
            "why": self.why,
            "explained_by": list(self.explained_by),
            "needs": self.needs,
            "timed": any(c.timed for c in self.checks),
            "differs_on": {b: list(v) for b, v in self.differs_on.items()},
            "on": self.on,
            "module": self.module,
            "sources": [source.as_dict() for source in self.sources],
            "evidence": [place.as_dict() for place in self.evidence],
            "checks": self.declared_checks(),
            "faults": self.declared_faults(),
        }


def claim(
    id: str,
    *,
    says: str,
    sources: Sequence[Source | PublicStatement],
    evidence: Sequence[Source] = (),
    verdict: str | None = None,
    severity: str | None = None,
    instead: str | None = None,
    why: str = "",
    explained_by: str | Sequence[str] = (),
    faults: Iterable[Fault] = (),
    needs: str | None = None,
    thorough: bool = False,
    differs_on: Mapping[str, tuple[str, str]] | None = None,
) -> Claim:
    """Declare a claim. Raises DeclarationError with one sentence if it is malformed.

    sources: the places that make the statement; evidence: places that only serve to
        judge it, and get no verdict in the report.
    verdict: the recorded one; None if nobody could measure it yet.
    severity, instead: for a refuted claim only; `instead` replaces the author's
        sentence as it stands, in at most 40 words.
    why: the library's fact behind the verdict, in at most 40 words.
    explained_by: `module:attribute` places in the libraries that explain it.
    needs: the backend that the claim is about, if it is about one ("tensorflow").
    thorough: whether its checks take seconds, and run with `--thorough` only.
    differs_on: backend or versions ("keras<3.9") -> (recorded verdict, reason), where
        it is another one; the first that means this stack counts.
    """
    frame = sys._getframe(1)
    module = frame.f_globals.get("__name__", "?")
    if not says.strip() or not sources:
        raise DeclarationError(f"claim {id!r} needs `says` and at least one source.")
    refuse_duplicate(id, module)
    refuse_long_reason(id, why)
    _refuse_bad_verdict(id, verdict, severity, instead)
    file = Path(frame.f_code.co_filename)
    if verdict in v.FINDINGS:
        refuse_without_snippet(id, snippet_of(id, file))
    other = dict(differs_on or {})
    on = _first_that_applies(id, other)
    recorded = other[on][0] if on else verdict
    places = (explained_by,) if isinstance(explained_by, str) else tuple(explained_by)
    declared = Claim(
        id=id,
        says=says,
        sources=tuple(sources),
        evidence=tuple(evidence),
        recorded=recorded,
        severity=severity,
        correction=instead,
        why=why,
        explained_by=places,
        faults=tuple(faults),
        needs=needs,
        thorough=thorough,
        differs_on=other,
        on=on,
        module=module,
        file=file,
    )
    REGISTRY[id] = declared
    return declared


def _first_that_applies(id: str, other: dict[str, tuple[str, str]]) -> str | None:
    """The key that means this stack, all of them being read."""
    if not other:
        return None
    stack = describe("cpu")
    try:
        meant = [key for key in other if applies(key, stack)]
    except BadStacks as error:
        raise DeclarationError(f"claim {id!r}, differs_on: {error}") from None
    for recorded, reason in other.values():
        _refuse_bad_range(id, recorded, reason)
    return meant[0] if meant else None


def _refuse_bad_range(id: str, recorded: str, reason: str) -> None:
    if recorded not in v.RECORDABLE or not reason.strip():
        raise DeclarationError(
            f"claim {id!r}, differs_on: give a verdict ({', '.join(v.RECORDABLE)}) "
            "and the reason."
        )


def snippet_of(id: str, file: Path) -> Path:
    """The script that reproduces a claim's finding: `snippets/` beside its file."""
    return file.parent / "snippets" / f"{id.partition('.')[2]}.py"


def refuse_without_snippet(id: str, path: Path) -> None:
    if not path.is_file():
        raise DeclarationError(
            f"claim {id!r} is a finding without a script that reproduces it: write "
            f"{path.parent.name}/{path.name} beside it, at most 25 lines of the "
            "library alone."
        )


def refuse_long_reason(id: str, why: str) -> None:
    if len(why.split()) > 40:
        raise DeclarationError(
            f"the `why` of {id!r} has over 40 words: leave out what no check measures."
        )


def refuse_duplicate(id: str, module: str) -> None:
    if "." not in id or id != id.lower() or " " in id:
        raise DeclarationError(
            f"claim id {id!r} must look like 'topic.short-name': lower case, one dot."
        )
    if id in REGISTRY:
        raise DeclarationError(
            f"two claims have the id {id!r}: one in {REGISTRY[id].module}, one in "
            f"{module}. Ids are permanent and unique: rename the newer one."
        )


def _refuse_bad_verdict(
    id: str, verdict: str | None, severity: str | None, instead: str | None
) -> None:
    if verdict is not None and verdict not in v.RECORDABLE:
        raise DeclarationError(
            f"claim {id!r} records the verdict {verdict!r}; "
            f"a recorded verdict is one of {', '.join(v.RECORDABLE)}, or None."
        )
    if verdict == v.REFUTED:
        if not instead:
            raise DeclarationError(
                f"claim {id!r} is refuted without a correction: add `instead`, "
                "a sentence that can replace the author's."
            )
        if len(instead.split()) > 40:
            raise DeclarationError(f"the correction of {id!r} has over 40 words.")
        if severity not in v.SEVERITIES:
            raise DeclarationError(
                f"claim {id!r} is refuted with severity {severity!r}; "
                f"it must be one of {', '.join(v.SEVERITIES)}."
            )
    elif severity or instead:
        raise DeclarationError(
            f"claim {id!r} has a severity or correction, but is not refuted."
        )
