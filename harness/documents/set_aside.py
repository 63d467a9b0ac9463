"""Findings that somebody has looked at: dismissed, accepted, or fixed, and why.

`claims/documents/triage.toml` names them, one `[[finding]]` each:

    [[finding]]
    claim = "schedules.plateau-log"
    state = "dismissed"
    reason = "the log is kept as it was printed then"
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from harness.documents import tables
from harness.evidence.lines import SetAside

FILE = "triage.toml"
DISMISSED, ACCEPTED, FIXED = "dismissed", "accepted", "fixed"
STATES = (DISMISSED, ACCEPTED, FIXED)
_KEYS = {"claim", "state", "reason", "commit"}


def read(folder: Path) -> list[SetAside]:
    """The findings set aside, in the order of the file; [] if there is none.

    Raises BadTable.
    """
    path = folder / FILE
    if path.exists() and not path.is_file():
        raise tables.BadTable(f"{path} is no plain file: put the table itself there.")
    entries = [_entry(path, row) for row in tables.read(path, "finding")]
    names = [entry["claim"] for entry in entries]
    for name in names:
        if names.count(name) > 1:
            raise tables.BadTable(
                f"{path}: the finding {name!r} stands there twice; keep one of them."
            )
    return entries


def _entry(path: Path, row: dict[str, object]) -> SetAside:
    name = row.get("claim")
    unknown = sorted(set(row) - _KEYS)
    strings = all(isinstance(value, str) for value in row.values())
    problem = None
    if unknown:
        problem = f"unknown key {unknown[0]!r}; use {', '.join(sorted(_KEYS))}"
    elif not name or not strings:
        problem = "claim, state, reason and commit are texts, and claim is needed"
    elif row.get("state") not in STATES:
        problem = f"state is one of {', '.join(STATES)}"
    elif not str(row.get("reason", "")).strip():
        problem = "give a reason"
    elif row["state"] == FIXED and not row.get("commit"):
        problem = "a fixed finding names its commit"
    if problem:
        raise tables.BadTable(f"{path}: the finding {name!r}: {problem}.")
    return {
        "claim": str(name),
        "state": str(row["state"]),
        "reason": str(row["reason"]),
        "commit": str(row["commit"]) if "commit" in row else None,
    }


def strangers(entries: list[SetAside], known: Collection[str]) -> list[str]:
    """A sentence for each entry about a claim that does not exist."""
    return [
        f"{FILE} sets aside {entry['claim']}, and there is no such claim"
        for entry in entries
        if entry["claim"] not in known
    ]
