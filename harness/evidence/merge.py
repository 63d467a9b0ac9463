"""Join the evidence of shards, machines and backends into one record."""

from __future__ import annotations

from collections.abc import Sequence

from harness.errors import InputError
from harness.evidence import record
from harness.evidence.lines import EndLine, Line


class NoShards(InputError):
    """Runs that cannot be joined, in one sentence."""


def runs(evidence: Sequence[Sequence[Line]]) -> list[Line]:
    """One list of lines from several runs, in final order.

    Runs of one backend count as shards: a check measured in several keeps the last;
    together they are complete if one of them knew all claims, and every declared check
    has evidence. Raises NoShards for runs of one backend that measured the same checks
    with two seeds.
    """
    _refuse_two_seeds(evidence)
    joined: dict[tuple[str, object, object, object], Line] = {}
    for lines in evidence:
        for line in lines:
            name = line.get("claim") or line.get("id")
            key = (line["type"], line.get("backend"), name, line.get("test"))
            joined[key] = _both_ends(joined.get(key), line)
    merged = list(joined.values())
    for line in merged:
        if line["type"] == "end":
            known = _knew_all(line)
            line["complete"] = known and _complete(merged, line["backend"])
    return record.in_order(merged)


def _both_ends(first: Line | None, second: Line) -> Line:
    if first is None or first["type"] != "end" or second["type"] != "end":
        return second.copy()
    seconds = round(first["seconds"] + second["seconds"], 2)
    joined: EndLine = {**second, "seconds": seconds, "collected_all": False}
    joined["collected_all"] = any(map(_knew_all, (first, second)))
    return joined


def _knew_all(end: EndLine) -> bool:
    return bool(end.get("collected_all", end["complete"]))


def _refuse_two_seeds(evidence: Sequence[Sequence[Line]]) -> None:
    seeds: dict[tuple[str, str, str], object] = {}
    for lines in evidence:
        runs = {e["backend"]: e["seed"] for e in lines if e["type"] == "run"}
        for line in lines:
            if line["type"] != "check" or line["backend"] not in runs:
                continue
            seed = runs[line["backend"]]
            check = line["backend"], line["claim"], line["test"]
            if seeds.setdefault(check, seed) != seed:
                raise NoShards(
                    f"{line['claim']} was measured on {line['backend']} with the seeds "
                    f"{seeds[check]} and {seed}: merge the shards of one run, or runs "
                    "of several backends; `compare` sets two seeds side by side."
                )


def _complete(lines: Sequence[Line], backend: str) -> bool:
    here = [line for line in lines if line.get("backend") == backend]
    measured = {(e["claim"], e["test"]) for e in here if e["type"] == "check"}
    return all(
        (claim["id"], check["test"]) in measured
        for claim in here
        if claim["type"] in ("claim", "contradiction")
        for check in claim["checks"]
    )
