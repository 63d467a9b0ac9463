"""Join the evidence of shards, machines and backends into one record."""

from __future__ import annotations

from collections.abc import Sequence

from harness.evidence import record
from harness.evidence.lines import EndLine, Line


def runs(evidence: Sequence[Sequence[Line]]) -> list[Line]:
    """One list of lines from several runs, in final order.

    Runs of one backend count as shards: a check measured in several keeps the last;
    together they are complete if every declared check has evidence.
    """
    joined: dict[tuple[str, object, object, object], Line] = {}
    for lines in evidence:
        for line in lines:
            name = line.get("claim") or line.get("id")
            key = (line["type"], line.get("backend"), name, line.get("test"))
            joined[key] = _both_ends(joined.get(key), line)
    merged = list(joined.values())
    for line in merged:
        if line["type"] == "end":
            line["complete"] = _complete(merged, line["backend"])
    return record.in_order(merged)


def _both_ends(first: Line | None, second: Line) -> Line:
    if first is None or first["type"] != "end" or second["type"] != "end":
        return second.copy()
    seconds = round(first["seconds"] + second["seconds"], 2)
    joined: EndLine = {**second, "seconds": seconds}
    return joined


def _complete(lines: Sequence[Line], backend: str) -> bool:
    here = [line for line in lines if line.get("backend") == backend]
    measured = {(e["claim"], e["test"]) for e in here if e["type"] == "check"}
    return all(
        (claim["id"], check["test"]) in measured
        for claim in here
        if claim["type"] in ("claim", "contradiction")
        for check in claim["checks"]
    )
