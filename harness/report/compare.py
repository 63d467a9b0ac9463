"""Two runs side by side: verdicts that changed, numbers that moved, other stacks."""

from __future__ import annotations

from typing import TypedDict

from harness.evidence import record
from harness.evidence import verdict as v
from harness.evidence.lines import (
    Audited,
    JudgedCheck,
    JudgedClaim,
    JudgedContradiction,
)
from harness.report import render
from harness.report.text import number, plain
from harness.stack.arrays import Plain

Found = JudgedClaim | JudgedContradiction
OTHER_SEED = (
    "The two runs had two seeds, so that most numbers differ: what random samples "
    "estimate is compared, by the tolerances of both."
)
SAME, CHANGED, NEW, LOST = "same", "changed", "new", "gone"
UNSELECTED = "not selected in both"


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
    benchmark runs, for the caller to fill in; partial: which of the two, "old" or
    "new", judged part of the claims only; seeds: whether they had two seeds.
    """

    verdicts: list[VerdictRow]
    moved: list[MovedRow]
    stack: dict[str, list[str | None]]
    ratios: list[str]
    partial: list[str]
    seeds: bool


def compare(old: Audited, new: Audited) -> Difference:
    """What differs between two audits, as plain data."""
    before = {claim["id"]: claim for claim in record.judged_in(old)}
    after = {claim["id"]: claim for claim in record.judged_in(new)}
    verdicts = [
        _verdicts(id, before.get(id), after.get(id)) for id in sorted(before | after)
    ]
    for row in verdicts:
        found = before.get(row["id"]), after.get(row["id"])
        if any(claim and _unselected(claim) for claim in found):
            row["what"] = UNSELECTED
    same = [row["id"] for row in verdicts if row["what"] == SAME]
    runs = {"old": old["run"], "new": new["run"]}
    seed = old["run"]["seed"] == new["run"]["seed"]
    names = old["run"]["stack"] | new["run"]["stack"]
    stacks = {
        name: [old["run"]["stack"].get(name), new["run"]["stack"].get(name)]
        for name in names
    }
    return {
        "verdicts": verdicts,
        "moved": [row for id in same for row in _moved(before[id], after[id], seed)],
        "seeds": not seed,
        "partial": [n for n, r in runs.items() if not r["complete"]],
        "stack": {name: pair for name, pair in stacks.items() if pair[0] != pair[1]},
        "ratios": [],
    }


def _verdicts(id: str, old: Found | None, new: Found | None) -> VerdictRow:
    pair = [claim["verdict"] if claim else None for claim in (old, new)]
    what = SAME if pair[0] == pair[1] else CHANGED
    if None in pair:
        what = NEW if old is None else LOST
    return {"id": id, "what": what, "old": pair[0], "new": pair[1]}


def _unselected(found: Found) -> bool:
    """Whether a partial run left it out: it says nothing then."""
    return found["verdict"] == v.NOT_RUN and not found["checks"]


def _moved(old: Found, new: Found, same_seed: bool) -> list[MovedRow]:
    """Checks whose number is another one for a reader: in the digits that reports show,
    or, between two seeds, by more than the tolerances of both together explain."""
    before = {check["test"]: check for check in old["checks"]}
    moved = _differs if same_seed else _differs_beyond_chance
    return [
        {
            "id": new["id"],
            "test": check["test"],
            "old": before[check["test"]]["measured"],
            "new": check["measured"],
        }
        for check in new["checks"]
        if check["test"] in before and moved(before[check["test"]], check)
    ]


def _differs(old: JudgedCheck, new: JudgedCheck) -> bool:
    return number(old["measured"]) != number(new["measured"])


def _differs_beyond_chance(old: JudgedCheck, new: JudgedCheck) -> bool:
    """Another seed draws other values; what a sample estimates is comparable, where the
    same was expected of the same drawn configuration."""
    for key in ("random_decisions", "worst_case", "expected"):
        if old.get(key) != new.get(key) or (key == "random_decisions" and not old[key]):
            return False
    first, second = old["measured"], new["measured"]
    radii = [check["tolerance"] for check in (old, new)]
    if not isinstance(first, (int, float)) or not isinstance(second, (int, float)):
        return False
    chance = sum(radius for radius in radii if isinstance(radius, (int, float)))
    return bool(chance and abs(first - second) > chance)


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
    kinds = {
        what: [row for row in rows if row["what"] == what]
        for what in (CHANGED, NEW, LOST, SAME, UNSELECTED)
    }
    return {w: found for w, found in kinds.items() if found or w != UNSELECTED}


def html(difference: Difference, old: Audited, new: Audited) -> str:
    """The difference between two audits as one HTML file."""
    context = {
        "difference": difference,
        "kinds": _by_kind(difference),
        "runs": [old["run"], new["run"]],
        "other_seed": OTHER_SEED,
    }
    return render.page("compare.html.j2", context)


def markdown(difference: Difference) -> str:
    """The difference for a person, changed verdicts first."""
    kinds = _by_kind(difference)
    lines = ["# Two audits compared", ""]
    lines += [", ".join(f"{len(rows)} {what}" for what, rows in kinds.items()), ""]
    lines += [f"The {name} run is a partial one." for name in difference["partial"]]
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
    if difference["seeds"]:
        lines += [f"{OTHER_SEED}\n"]
    lines += [
        f"- `{row['id']}`, {row['test']}: {plain(number(row['old']))} → "
        f"{plain(number(row['new']))}"
        for row in difference["moved"]
    ] or ["None."]
    if difference["ratios"]:
        lines += ["", "## Ratios", "", "```", *difference["ratios"], "```"]
    return "\n".join(lines) + "\n"
