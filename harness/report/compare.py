"""Two runs side by side: verdicts that changed, numbers that moved, other stacks."""

from __future__ import annotations

from typing import TypedDict

from harness.evidence import record
from harness.evidence.lines import Audited, JudgedClaim, JudgedContradiction
from harness.report import render
from harness.report.text import number, plain
from harness.stack.arrays import Plain

Found = JudgedClaim | JudgedContradiction
SAME, CHANGED, NEW, LOST = "same", "changed", "new", "gone"


class VerdictRow(TypedDict):
    """A claim of either run with both verdicts; None where a run lacks it."""

    id: str
    what: str
    old: str | None
    new: str | None


class MovedRow(TypedDict):
    """A check whose worst case differs though the verdict does not."""

    id: str
    test: str
    old: Plain
    new: Plain


class Difference(TypedDict):
    """What differs between two audits.

    stack: the versions that differ, as `name -> [old, new]`; ratios: lines on those of
    benchmark runs, for the caller to fill in.
    """

    verdicts: list[VerdictRow]
    moved: list[MovedRow]
    stack: dict[str, list[str | None]]
    ratios: list[str]


def compare(old: Audited, new: Audited) -> Difference:
    """What differs between two audits, as plain data."""
    before = {claim["id"]: claim for claim in record.judged_in(old)}
    after = {claim["id"]: claim for claim in record.judged_in(new)}
    verdicts = [
        _verdicts(id, before.get(id), after.get(id)) for id in sorted(before | after)
    ]
    same = [row["id"] for row in verdicts if row["what"] == SAME]
    names = old["run"]["stack"] | new["run"]["stack"]
    stacks = {
        name: [old["run"]["stack"].get(name), new["run"]["stack"].get(name)]
        for name in names
    }
    return {
        "verdicts": verdicts,
        "moved": [row for id in same for row in _moved(before[id], after[id])],
        "stack": {name: pair for name, pair in stacks.items() if pair[0] != pair[1]},
        "ratios": [],
    }


def _verdicts(id: str, old: Found | None, new: Found | None) -> VerdictRow:
    pair = [claim["verdict"] if claim else None for claim in (old, new)]
    what = SAME if pair[0] == pair[1] else CHANGED
    if None in pair:
        what = NEW if old is None else LOST
    return {"id": id, "what": what, "old": pair[0], "new": pair[1]}


def _moved(old: Found, new: Found) -> list[MovedRow]:
    measured = {check["test"]: check["measured"] for check in old["checks"]}
    return [
        {
            "id": new["id"],
            "test": check["test"],
            "old": measured[check["test"]],
            "new": check["measured"],
        }
        for check in new["checks"]
        if check["test"] in measured and measured[check["test"]] != check["measured"]
    ]


def changed(difference: Difference) -> bool:
    """Whether any claim that both runs hold has another verdict."""
    return any(row["what"] == CHANGED for row in difference["verdicts"])


def outdated(published: Audited, now: Audited) -> list[str]:
    """A sentence for each claim of which a published audit tells something else."""
    before = {c["id"]: _published_part(c) for c in record.judged_in(published)}
    after = {c["id"]: _published_part(c) for c in record.judged_in(now)}
    return [
        f"{id}: the published audit tells something else; run `make publish`."
        for id in sorted(before | after)
        if before.get(id) != after.get(id)
    ]


def _published_part(found: Found) -> tuple[object, ...]:
    """What an author reads of a claim or a contradiction."""
    told = found["says"], found["verdict"], found["instead"], found["why"]
    return *told, found.get("severity"), found.get("sources"), found.get("sides")


def _by_kind(difference: Difference) -> dict[str, list[VerdictRow]]:
    rows = difference["verdicts"]
    return {
        what: [row for row in rows if row["what"] == what]
        for what in (CHANGED, NEW, LOST, SAME)
    }


def html(difference: Difference, old: Audited, new: Audited) -> str:
    """The difference between two audits as one HTML file."""
    context = {
        "difference": difference,
        "kinds": _by_kind(difference),
        "runs": [old["run"], new["run"]],
    }
    return render.page("compare.html.j2", context)


def markdown(difference: Difference) -> str:
    """The difference for a person, changed verdicts first."""
    kinds = _by_kind(difference)
    lines = ["# Two audits compared", ""]
    lines += [", ".join(f"{len(rows)} {what}" for what, rows in kinds.items()), ""]
    for what in (CHANGED, NEW, LOST):
        lines += [
            f"- {what}: `{row['id']}` {row['old'] or '–'} → {row['new'] or '–'}"
            for row in kinds[what]
        ]
    lines += ["", "## Stacks", ""]
    lines += [
        f"- {name}: {plain(old)} → {plain(new)}"
        for name, (old, new) in difference["stack"].items()
    ] or ["The same."]
    lines += ["", "## Numbers that moved", ""]
    lines += [
        f"- `{row['id']}`, {row['test']}: {plain(number(row['old']))} → "
        f"{plain(number(row['new']))}"
        for row in difference["moved"]
    ] or ["None."]
    if difference["ratios"]:
        lines += ["", "## Ratios", "", "```", *difference["ratios"], "```"]
    return "\n".join(lines) + "\n"
