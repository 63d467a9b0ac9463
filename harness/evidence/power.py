"""The suite's own strength: which faults the last runs with faults noticed.

A run with `--faults` tries every claim under its own faults, one with
`--faults=matrix` under all faults of its topic. What the last complete one of each kind
saw is kept beside the runs and goes into the evidence of runs that try none; a fresh
clone has that of the published audit.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from harness.evidence import record
from harness.evidence.lines import (
    CheckLine,
    Declared,
    Line,
    MatrixLine,
    MatrixTopic,
    PowerLine,
)
from harness.evidence.store import UnreadableEvidence, read, write_atomically

FILES = {"power": "faults.json", "matrix": "matrix.json"}
"""By type of line, where the last one is kept below the reports' folder."""


def own(lines: Sequence[Line]) -> PowerLine:
    """What a run saw of each claim under each of the claim's own faults it tried."""
    noticed: dict[str, dict[str, bool]] = {}
    for claim, checks in _claims(lines):
        for fault in claim["faults"]:
            seen = record.under_fault(claim, checks, fault["name"])["detected"]
            if seen is not None:
                noticed.setdefault(claim["id"], {})[fault["name"]] = seen
    run = next(line for line in lines if line["type"] == "run")
    return {
        "type": "power",
        "measured": run["started"],
        "stack": run["stack"],
        "noticed": noticed,
    }


def matrix(lines: Sequence[Line]) -> MatrixLine:
    """What a run with `--faults=matrix` saw: topic -> claims, and for each fault the
    claims whose verdict it changed."""
    topics: dict[str, MatrixTopic] = {}
    for claim, checks in _claims(lines):
        topic = topics.setdefault(claim["topic"], {"claims": [], "noticed_by": {}})
        topic["claims"].append(claim["id"])
        for name in record.faults_tried(checks):
            noticed = topic["noticed_by"].setdefault(name, [])
            if record.under_fault(claim, checks, name)["detected"]:
                noticed.append(claim["id"])
    run = next(line for line in lines if line["type"] == "run")
    return {"type": "matrix", "measured": run["started"], "topics": topics}


def store(reports: Path, lines: Sequence[Line]) -> None:
    """Keep what a complete run with faults saw; nothing if it tried none."""
    run = next(line for line in lines if line["type"] == "run")
    kept: list[PowerLine | MatrixLine] = [own(lines)] if run["faults"] else []
    if run["faults"] == "matrix":
        kept.append(matrix(lines))
    for line in kept:
        text = json.dumps(line, indent=1, ensure_ascii=False)
        write_atomically(reports / FILES[line["type"]], text + "\n")


def last(reports: Path, published: Path) -> list[Line]:
    """The last stored line of each kind: of the reports' folder, or else published."""
    kept = {kind: _read(reports / file) for kind, file in FILES.items()}
    if not all(kept.values()):
        for line in _published(published):
            if line["type"] in kept and kept[line["type"]] is None:
                kept[line["type"]] = line
    return [line for line in kept.values() if line is not None]


def _claims(lines: Sequence[Line]) -> list[tuple[Declared, list[CheckLine]]]:
    """Each claim of a run with its checks."""
    checks: dict[str, list[CheckLine]] = {}
    for line in lines:
        if line["type"] == "check":
            checks.setdefault(line["claim"], []).append(line)
    claims = [line for line in lines if line["type"] in ("claim", "contradiction")]
    return [(claim, checks.get(claim["id"], [])) for claim in claims]


def _read(path: Path) -> Line | None:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return cast("Line", found) if isinstance(found, dict) else None


def _published(folder: Path) -> list[Line]:
    try:
        return read(folder)
    except UnreadableEvidence:
        return []
