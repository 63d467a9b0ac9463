"""Keep the ledgers: split a document, carry its triage over, say what is missing."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.documents.binding import GONE, bind
from harness.documents.fingerprints import fingerprint, sketch
from harness.documents.ledger import Document, Ledgers, Row
from harness.documents.passages import BOILERPLATE, HEADING, Passage, split
from harness.errors import InputError
from harness.evidence.lines import JudgedClaim, Triage
from harness.evidence.store import write_atomically

REASONS = {HEADING: "heading", BOILERPLATE: "page furniture"}


class LedgerProblem(InputError):
    """Why a ledger cannot be kept, in one sentence."""


@dataclass
class State:
    """How a ledger stands: rows, new and vanished passages, open questions."""

    rows: list[Row]
    new: int = 0
    gone: int = 0
    untriaged: list[Row] = field(default_factory=list)
    unplaced: list[str] = field(default_factory=list)

    def sentence(self) -> str:
        """The counts on one line."""
        said = f"{len(self.rows)} passages, {len(self.untriaged)} untriaged"
        said += f", {self.new} new, {self.gone} gone"
        return said + f", claims without a row: {', '.join(self.unplaced) or 'none'}"


def update(
    ledgers: Ledgers,
    claims: Sequence[JudgedClaim],
    material: Path,
    *,
    keep: bool = True,
    changed: bool = False,
) -> dict[str, State]:
    """Split the material anew; triage of known passages is kept.

    claims: as `audit.json` holds them, with id, says and sources. A claim whose source
    no row of its lines names yet is put to the passage there that resembles it most.
    keep: write the ledgers; else only say how they would stand.
    changed: also where a copy is not the audited file.
    Raises LedgerProblem if the material is missing, or another text.
    """
    problem = ledgers.problem(material)
    if problem:
        raise LedgerProblem(problem)
    texts = ledgers.copies(material)
    others = [
        id
        for id, text in texts.items()
        if not changed and ledgers[id].rows() and not ledgers[id].is_audited(text)
    ]
    if others:
        raise LedgerProblem(
            f"the copy of {', '.join(others)} in {material} is not the audited file: "
            "its ledger would be that of another text. Use the audited file, or say "
            "--changed."
        )
    states = {
        id: _state(ledgers[id], split(text), claims) for id, text in texts.items()
    }
    for id, state in states.items() if keep else ():
        write(ledgers[id].ledger, state.rows)
    return states


def _state(
    document: Document, passages: list[Passage], claims: Sequence[JudgedClaim]
) -> State:
    old = document.rows()
    kept = bind([row for row in old if "sketch" in row], passages)
    known: dict[int, Triage] = {id(b.passage): b.row for b in kept if b.passage}
    rows = [
        row_of(p, document[p.lines[0]].section, known.get(id(p), {})) for p in passages
    ]
    state = State(rows, new=len(passages) - len(known))
    state.gone = sum(bound.status == GONE for bound in kept)
    _place(document.id, rows, passages, claims, state)
    state.untriaged = [r for r in rows if not r["claims"] and not r["reason"]]
    return state


def row_of(passage: Passage, section: str, before: Triage) -> Row:
    """A ledger's row of a passage, with what was decided before."""
    return {
        "lines": list(passage.lines),
        "section": section,
        "kind": passage.kind,
        "fingerprint": fingerprint(passage.text),
        "sketch": sketch(passage.text),
        "claims": list(before.get("claims", [])),
        "reason": before.get("reason") or REASONS.get(passage.kind, ""),
        "reviewed": bool(before.get("reviewed")),
    }


def _place(
    id: str,
    rows: list[Row],
    passages: list[Passage],
    claims: Sequence[JudgedClaim],
    state: State,
) -> None:
    """Name each claim in a row of each of its sources; drop it elsewhere."""
    sources = {
        claim["id"]: [s["lines"] for s in claim["sources"] if s.get("document") == id]
        for claim in claims
    }
    for row in rows:
        row["claims"] = [
            name
            for name in row["claims"]
            if any(overlap(row["lines"], lines) for lines in sources.get(name, []))
        ]
    for claim in claims:
        for lines in sources[claim["id"]]:
            here = [i for i, row in enumerate(rows) if overlap(row["lines"], lines)]
            if not any(claim["id"] in rows[i]["claims"] for i in here):
                _choose(claim, lines, here, rows, passages, state)
    for row in rows:
        row["claims"] = sorted(set(row["claims"]))
        if row["claims"]:
            row["reason"] = ""


def _choose(
    claim: JudgedClaim,
    lines: list[int],
    here: list[int],
    rows: list[Row],
    passages: list[Passage],
    state: State,
) -> None:
    worthy = [i for i in here if rows[i]["kind"] not in REASONS] or here
    if not worthy:
        state.unplaced.append(claim["id"])
        return
    inside = [i for i in worthy if lines[0] <= rows[i]["lines"][0] <= lines[1]]
    if lines[1] > lines[0] and inside:
        chosen = inside
    else:
        words = words_of(f"{claim['id']} {claim['says']} {claim.get('why') or ''}")
        chosen = [max(worthy, key=lambda i: len(words & words_of(passages[i].text)))]
    for i in chosen:
        rows[i]["claims"].append(claim["id"])


def words_of(text: str) -> set[str]:
    """The words of a text by their first six letters, numbers included."""
    return {word.rstrip("s")[:6] for word in re.findall(r"[a-z0-9]{3,}", text.lower())}


def overlap(lines: list[int], others: list[int]) -> bool:
    """Whether two ranges of lines, ends included, have one in common."""
    return lines[0] <= others[1] and others[0] <= lines[1]


def write(path: Path, rows: Sequence[Row]) -> None:
    """Write a ledger's rows below the head of its file."""
    head = path.read_text("utf-8").split("\n[[passage]]")[0].rstrip("\n")
    write_atomically(path, "\n".join([head, *map(written, rows)]) + "\n")


def written(row: Mapping[str, object]) -> str:
    """A passage as a ledger's file has it; `reason = ""` waits for an answer."""
    keys = [key for key, value in row.items() if value not in ("", [], False)]
    if not (row.get("claims") or row.get("agrees") or row.get("reason")):
        keys.append("reason")
    lines = [f"{key} = {json.dumps(row[key], ensure_ascii=False)}" for key in keys]
    return "\n[[passage]]\n" + "\n".join(lines)
