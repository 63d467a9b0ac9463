"""The suite's own strength: each fault of a topic against each claim of that topic."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from harness.evidence import record
from harness.evidence.lines import Line, MatrixLine, MatrixTopic
from harness.evidence.store import write_atomically

FILE = "matrix.json"


def of(lines: Sequence[Line]) -> MatrixLine:
    """What a run with `--faults=matrix` saw: topic -> claims, and for each fault the
    claims whose verdict it changed."""
    claims = [line for line in lines if line["type"] == "claim"]
    topics: dict[str, MatrixTopic] = {}
    for claim in claims:
        topic = topics.setdefault(claim["topic"], {"claims": [], "noticed_by": {}})
        topic["claims"].append(claim["id"])
        checks = [
            line
            for line in lines
            if line["type"] == "check" and line["claim"] == claim["id"]
        ]
        for name in record.faults_tried(checks):
            noticed = topic["noticed_by"].setdefault(name, [])
            if record.under_fault(claim, checks, name)["detected"]:
                noticed.append(claim["id"])
    run = next(line for line in lines if line["type"] == "run")
    return {"type": "matrix", "measured": run["started"], "topics": topics}


def store(reports: Path, lines: Sequence[Line]) -> None:
    """Keep the matrix of a complete run beside the runs."""
    text = json.dumps(of(lines), indent=1, ensure_ascii=False)
    write_atomically(reports / FILE, text + "\n")


def last(reports: Path) -> MatrixLine | None:
    """The last stored matrix; None if there is none, or it cannot be read."""
    try:
        found: MatrixLine = json.loads((reports / FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found
