"""Keep the ledgers: split a document, carry its triage over, say what is missing."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.documents.binding import CHANGED, FOUND, GONE, Bound, bind
from harness.documents.fingerprints import fingerprint, sketch
from harness.documents.ledger import Document, Ledgers, Row, digest
from harness.documents.passages import BOILERPLATE, HEADING, Passage, split
from harness.errors import InputError
from harness.evidence.lines import JudgedClaim, Triage
from harness.evidence.store import write_atomically

REASONS = {HEADING: "heading", BOILERPLATE: "page furniture"}


class LedgerProblem(InputError):
    """Why a ledger cannot be kept, in one sentence."""


@dataclass
class State:
    """How a ledger stands: rows, new and vanished passages, open questions.

    document: what its head says. moved: claims that cite lines which have moved.
    homeless: comments of passages that are gone.
    """

    document: Document
    rows: list[Row]
    new: int = 0
    gone: int = 0
    untriaged: list[Row] = field(default_factory=list)
    unplaced: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    homeless: list[str] = field(default_factory=list)

    def sentence(self) -> str:
        """The counts on one line."""
        said = f"{len(self.rows)} passages, {len(self.untriaged)} untriaged"
        said += f", {self.new} new, {self.gone} gone"
        said += f", claims without a row: {', '.join(self.unplaced) or 'none'}"
        moved = f"; cite the lines that moved anew: {', '.join(self.moved)}"
        return said + moved if self.moved else said


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
    changed: also where a copy is not the audited file: the ledger becomes the copy's.
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
    states = {id: _state(ledgers[id], text, claims) for id, text in texts.items()}
    for id, state in states.items() if keep else ():
        write(ledgers[id].ledger, state.rows, state)
    return states


def _state(document: Document, text: str, claims: Sequence[JudgedClaim]) -> State:
    passages = split(text)
    old = document.rows()
    kept = bind([row for row in old if "sketch" in row], passages)
    known: dict[int, Triage] = {id(b.passage): b.row for b in kept if b.passage}
    moved: list[str] = []
    if not document.is_audited(text):
        document = _become(document, text, kept)
        if kept:
            claims = [_followed(claim, document.id, kept, moved) for claim in claims]
    rows = [
        row_of(p, document[p.lines[0]].section, known.get(id(p), {})) for p in passages
    ]
    state = State(document, rows, new=len(passages) - len(known), moved=moved)
    gone = [bound.row for bound in kept if bound.status == GONE]
    state.gone = len(gone)
    state.homeless = [said for row in gone for said in row.get("remarks", [])]
    _place(document.id, rows, passages, claims, state)
    state.untriaged = [r for r in rows if not r["claims"] and not r["reason"]]
    return state


def _become(document: Document, text: str, kept: Sequence[Bound]) -> Document:
    """The document as its copy is: fingerprint, lines, where its sections begin."""
    starts: list[int] = []
    after = len(text.splitlines()) + 1
    ends = [line for line, _ in document.sections[1:]] + [document.line_count + 1]
    for (begin, _), end in reversed([*zip(document.sections, ends)]):
        here = [
            bound.passage.lines[0]
            for bound in kept
            if bound.passage and bound.status in (FOUND, CHANGED)
            if begin <= bound.row["lines"][0] < end
        ]
        after = 1 if begin == 1 else min([after, *here])
        starts.insert(0, after)
    titles = [title for _, title in document.sections]
    return replace(
        document,
        sha256=digest(text),
        line_count=len(text.splitlines()),
        sections=tuple(zip(starts, titles)) if kept else document.sections,
    )


def _followed(
    claim: JudgedClaim, document: str, kept: Sequence[Bound], moved: list[str]
) -> JudgedClaim:
    """The claim with the lines where its passages are now; `moved` learns its id."""
    sources = []
    for source in claim["sources"]:
        if source.get("document") == document:
            lines = _now(source["lines"], kept)
            if lines != source["lines"] and claim["id"] not in moved:
                moved.append(claim["id"])
            source = {**source, "lines": lines}
        sources.append(source)
    return {**claim, "sources": sources}


def _now(lines: list[int], kept: Sequence[Bound]) -> list[int]:
    """Where the passages at these lines of the ledger are; no line if all are gone."""
    here = [
        (bound.row["lines"], bound.passage.lines)
        for bound in kept
        if bound.passage and overlap(bound.row["lines"], lines)
    ]
    if not here:
        return [0, 0]
    (first, now_first), (last, now_last) = here[0], here[-1]
    return sorted(
        [lines[0] + now_first[0] - first[0], lines[1] + now_last[1] - last[1]]
    )


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
        "remarks": list(before.get("remarks", [])),
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


def write(path: Path, rows: Sequence[Row], state: State | None = None) -> None:
    """Write a ledger's rows below the head of its file, whole or not at all.

    state: what else becomes of the file: its head is that of the state's document.
    Raises LedgerProblem.
    """
    head = path.read_text("utf-8").split("\n[[passage]]")[0].rstrip("\n")
    if state:
        head = "\n".join([_head(path, head, state.document), *state.homeless])
    write_atomically(path, "\n".join([head, *map(written, rows)]) + "\n")


def _head(path: Path, head: str, document: Document) -> str:
    """A ledger's head that says of which text it is, and where its sections begin."""
    starts = iter([line for line, _ in document.sections])
    changed = head
    for key, value in (
        ("sha256", f'"{document.sha256}"'),
        ("lines", str(document.line_count)),
    ):
        line = re.compile(rf"^({key}\s*=\s*)(\"[^\"]*\"|\d+)", re.MULTILINE)
        changed = line.sub(rf"\g<1>{value}", changed)
    changed = re.sub(
        r"(\bline\s*=\s*)\d+", lambda m: f"{m[1]}{next(starts, 0)}", changed
    )
    about = (document.sha256, document.line_count, document.sections)
    if _says(changed) != about:
        raise LedgerProblem(
            f"{path}: its head is of an unusual form and stays as it is; set `sha256` "
            f"to {document.sha256}, `lines` to {document.line_count}, and the lines of "
            "`section`."
        )
    return changed


def _says(head: str) -> tuple[object, ...]:
    """The fingerprint, number of lines and sections of a head; () if it is no TOML."""
    try:
        read = tomllib.loads(head)
    except tomllib.TOMLDecodeError:
        return ()
    sections = tuple((s["line"], s["title"]) for s in read.get("section", []))
    return read["sha256"], read["lines"], sections


def written(row: Mapping[str, object]) -> str:
    """A passage as a ledger's file has it; `reason = ""` waits for an answer."""
    keys = [key for key, value in row.items() if value not in ("", [], False)]
    if not (row.get("claims") or row.get("agrees") or row.get("reason")):
        keys.append("reason")
    said = row.get("remarks")
    lines = ["", *(said if isinstance(said, list) else []), "[[passage]]"]
    lines += [
        f"{key} = {json.dumps(row[key], ensure_ascii=False)}"
        for key in keys
        if key != "remarks"
    ]
    return "\n".join(lines)
