"""What a project has judged, as lint needs it: `judged.json` and the recognizers.

`python -m harness publish` writes the file. A package that ships a folder of claims
names it in the entry points `audit.claims`; a course without claims of its own gets the
installed ones.
"""

from __future__ import annotations

import importlib.util
import json
import os
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import TypedDict, cast

from harness.documents.project import around
from harness.errors import InputError
from harness.evidence.lines import Audited
from harness.evidence.record import false_alarm_bound
from harness.lessons import patterns, statements
from harness.lessons.patterns import Pattern
from harness.lessons.statements import Statement

FILE = "judged.json"
PAGE = "audit.html"


class UnreadableJudgement(InputError):
    """A `judged.json` that cannot be read, in one sentence."""


class JudgedStatement(TypedDict):
    """Of a claim, what a finding tells; chance: bound on that of a false verdict."""

    id: str
    says: str
    verdict: str
    severity: str | None
    instead: str | None
    scope: str | None
    why: str | None
    chance: float


@dataclass(frozen=True)
class Judged:
    """The recognizers of a project, the claims behind them, and where they hold.

    audit: the address of the published audit, None where it is not known.
    """

    statements: list[Statement]
    agreements: list[Statement]
    patterns: list[Pattern]
    claims: dict[str, JudgedStatement]
    stack: str
    audit: str | None = None

    def link(self, claim: str) -> str | None:
        """Where the published audit has the claim."""
        return f"{self.audit}#{claim}" if self.audit else None


NOTHING = Judged([], [], [], {}, "")


def around_or_installed(folder: Path) -> Judged:
    """What the project around a folder has judged, or else what is installed.

    Raises UnreadableJudgement, BadTable, BadPattern.
    """
    project = around(folder)
    if project and (project.claims / FILE).is_file():
        page = project.published / PAGE
        return load(project.claims, os.path.relpath(page) if page.is_file() else None)
    for claims in _installed():
        if (claims / FILE).is_file():
            return load(claims)
    return NOTHING


def _installed() -> list[Path]:
    found = []
    for point in entry_points(group="audit.claims"):
        spec = importlib.util.find_spec(point.value)
        found += [Path(p) for p in (spec and spec.submodule_search_locations) or ()]
    return found


def load(claims: Path, audit: str | None = None) -> Judged:
    """Raises UnreadableJudgement, BadTable, BadPattern."""
    try:
        read = json.loads((claims / FILE).read_text("utf-8"))
        judged = {claim["id"]: cast(JudgedStatement, claim) for claim in read["claims"]}
        stack = str(read["stack"])
    except (OSError, ValueError, KeyError, TypeError):
        raise UnreadableJudgement(
            f"{claims / FILE} is none; `python -m harness publish RUN` writes it."
        ) from None
    made, agreeing = (statements.load(claims, kind) for kind in statements.KINDS)
    return Judged(made, agreeing, patterns.load(claims), judged, stack, audit)


def text(audited: Audited) -> str:
    """The file for a complete run."""
    keys = JudgedStatement.__annotations__
    claims = [
        {key: claim.get(key) for key in keys} | {"chance": false_alarm_bound([claim])}
        for claim in sorted(audited["claims"], key=lambda claim: claim["id"])
    ]
    stack = f"keras {audited['run']['stack'].get('keras')}"
    whole = {"schema": 1, "stack": stack, "claims": claims}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"
