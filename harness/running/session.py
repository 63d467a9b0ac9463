"""The controlling process' side of a run: gather evidence, form verdicts, write."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from harness.documents import corrections, set_aside
from harness.documents.project import Project
from harness.evidence import history, power, record
from harness.evidence.lines import (
    Audited,
    CheckLine,
    Declared,
    DocumentLine,
    EndLine,
    Line,
    RunLine,
    SetAside,
)
from harness.evidence.store import Store, utc_now
from harness.report.files import write_reports
from harness.running.runner import Policy
from harness.stack import libraries
from harness.stack.libraries import Stack


class Audit:
    """All evidence of one run; the folder is made when the first line arrives."""

    def __init__(
        self,
        reports: Path,
        policy: Policy,
        device: str,
        command: str,
        project: Project,
    ) -> None:
        self.started = utc_now()
        self.reports = reports
        self.project = project
        self.absent_figures: set[str] = set()
        self._store: Store | None = None
        self._claims: dict[str, Declared] = {}
        self._checks: list[CheckLine] = []
        self._written: set[str] = set()
        self._run: RunLine = {
            "type": "run",
            "backend": libraries.backend(),
            "started": self.started.isoformat(timespec="milliseconds"),
            "seed": policy.seed,
            "alpha": policy.alpha,
            "faults": policy.faults,
            "command": command,
            "stack": libraries.describe(device),
            "triage": set_aside.read(project.ledgers.folder),
        }

    @property
    def set_aside(self) -> list[SetAside]:
        return self._run["triage"]

    @property
    def has_evidence(self) -> bool:
        return bool(self._checks)

    @property
    def folder(self) -> Path:
        assert self._store is not None
        return self._store.folder

    def declare(self, claims: Iterable[Declared]) -> None:
        """Learn of claims, also of those without a selected check."""
        for claim in claims:
            self._claims[claim["id"]] = claim

    def learn_stack(self, stack: Stack) -> None:
        """The versions as the libraries tell them, now that they are imported."""
        self._run["stack"] = stack

    def add(self, claim: Declared, check: CheckLine) -> None:
        """Store one check's evidence; on disk when this returns."""
        if self._store is None:
            self._store = Store(self.reports, self._run["backend"], self.started)
            self._store.append(self._run)
        if claim["id"] not in self._written:
            self._written.add(claim["id"])
            self.declare([claim])
            self._store.append(claim)
        self._checks.append(check)
        self._store.append(check)

    def finish(self, covers_all: bool) -> Audited:
        """Form the verdicts, write all files, move `latest` if the run is complete."""
        assert self._store is not None
        complete = covers_all and self._all_checks_ran()
        seconds = (utc_now() - self.started).total_seconds()
        end: EndLine = {
            "type": "end",
            "backend": libraries.backend(),
            "seconds": round(seconds, 2),
            "complete": complete,
        }
        cited = {
            source.get("document")
            for claim in self._claims.values()
            if claim["type"] == "claim"
            for source in claim["sources"]
        }
        documents: list[DocumentLine] = [
            {"type": "document", **d.as_dict(), "corrections": corrections.read(d)}
            for d in self.project.ledgers.documents()
            if d.id in cited
        ]
        claims = self._claims.values()
        lines: list[Line] = [self._run, *documents, *claims, *self._checks, end]
        if complete:
            power.store(self.reports, lines)
        lines = record.in_order(
            [*lines, *power.last(self.reports, self.project.published)]
        )
        self._store.finish(lines)
        audited = corrections.set_right(record.audit(lines), self.project)
        audited = {**audited, **history.beside(self.folder, audited)}
        write_reports(audited, self.folder, self.project)
        if complete:
            self._store.make_latest()
        return audited

    def _all_checks_ran(self) -> bool:
        ran = {(check["claim"], check["test"]) for check in self._checks}
        return all(
            (claim["id"], check["test"]) in ran
            for claim in self._claims.values()
            for check in claim["checks"]
        )
