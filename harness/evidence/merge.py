"""Join the evidence of shards, machines and backends into one record."""

from __future__ import annotations

from typing import Any

from harness.evidence import record


def runs(evidence: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """One list of lines from several runs, in final order.

    Runs of one backend count as shards: a check measured in several keeps the last;
    together they are complete if every declared check has evidence.
    """
    joined: dict[tuple, dict[str, Any]] = {}
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


def _both_ends(first: dict[str, Any] | None, second: dict[str, Any]) -> dict[str, Any]:
    if first is None or second["type"] != "end":
        return dict(second)
    return second | {"seconds": round(first["seconds"] + second["seconds"], 2)}


def _complete(lines: list[dict[str, Any]], backend: str) -> bool:
    here = [line for line in lines if line.get("backend") == backend]
    measured = {(e["claim"], e["test"]) for e in here if e["type"] == "check"}
    return all(
        (claim["id"], check["test"]) in measured
        for claim in here
        if claim["type"] == "claim"
        for check in claim["checks"]
    )
