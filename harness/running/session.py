"""The controlling process' side of a run: gather evidence, form verdicts, write."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from harness.documents import adopted, corrections, set_aside
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
        self.notes: set[str] = set()
        self.disk_problem: str | None = None
        self.uncollected = False
        self._store: Store | None = None
        self._claims: dict[str, Declared] = {}
        self._said_too = adopted.places(project.lessons())
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
            "unmeasured": list(policy.unmeasured),
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
            self._claims[claim["id"]] = self._with_lessons(claim)

    def _with_lessons(self, claim: Declared) -> Declared:
        """A claim with the passages of adopted lessons among its sources."""
        places = self._said_too.get(claim["id"], [])
        if claim["type"] != "claim" or not places:
            return claim
        return {**claim, "sources": [*claim["sources"], *places]}

    def learn_stack(self, stack: Stack) -> None:
        """The versions as the libraries tell them, now that they are imported."""
        self._run["stack"] = stack

    def add(self, claim: Declared, check: CheckLine) -> None:
        """Store one check's evidence; on disk when this returns."""
        if not self._checks:
            self._begin()
        self._checks.append(check)
        if claim["id"] not in self._written:
            self._written.add(claim["id"])
            self.declare([claim])
            self._append(self._claims[claim["id"]])
        self._append(check)

    def _begin(self) -> None:
        """Make the folder, and write what is known before the first check."""
        try:
            self._store = Store(self.reports, self._run["backend"], self.started)
        except OSError as error:
            self.disk_problem = _unwritten(self.reports, error)
        self._append(self._run)
        for document in self._documents():
            self._append(document)

    def _append(self, line: Line) -> None:
        """Store a line; a full disk is told at the end, with what was judged."""
        if self.disk_problem is None and self._store is not None:
            try:
                self._store.append(line)
            except OSError as error:
                self.disk_problem = _unwritten(self._store.folder, error)

    def _documents(self) -> list[DocumentLine]:
        return [
            {"type": "document", **d.as_dict(), "corrections": corrections.read(d)}
            for d in self.project.documents()
        ]

    def finish(self, *, covers_all: bool, unfiltered: bool) -> Audited:
        """Form the verdicts, write all files, move `latest` if the run is complete.

        covers_all: all files of claims were asked for; unfiltered: all their checks.
        """
        collected_all = covers_all and not self.uncollected
        complete = collected_all and unfiltered and self._all_checks_ran()
        seconds = (utc_now() - self.started).total_seconds()
        end: EndLine = {
            "type": "end",
            "backend": libraries.backend(),
            "seconds": round(seconds, 2),
            "complete": complete,
            "collected_all": collected_all,
        }
        cited = {
            place.get("document")
            for claim in self._claims.values()
            for place in (
                claim["sources"] if claim["type"] == "claim" else claim["sides"]
            )
        }
        documents = [d for d in self._documents() if d["id"] in cited]
        claims = self._claims.values()
        lines: list[Line] = [self._run, *documents, *claims, *self._checks, end]
        lines = record.in_order(
            [*lines, *power.last(self.reports, self.project.published)]
        )
        copies = corrections.copies(self.project)
        audited = corrections.set_right(record.audit(lines), copies)
        if self._store is None:
            return audited
        audited = {**audited, **history.beside(self.folder, audited)}
        try:
            if complete:
                power.store(self.reports, lines)
            self._store.finish(lines)
            write_reports(audited, self.folder, copies)
            if complete:
                self._store.make_latest()
        except OSError as error:
            self.disk_problem = _unwritten(self.folder, error)
        return audited

    def _all_checks_ran(self) -> bool:
        ran = {(check["claim"], check["test"]) for check in self._checks}
        return all(
            (claim["id"], check["test"]) in ran
            for claim in self._claims.values()
            for check in claim["checks"]
        )


def _unwritten(folder: Path, error: OSError) -> str:
    return (
        f"the run could not be stored in {folder} ({error.strerror}): free some space, "
        "or name another folder with --reports; what was judged is above"
    )
