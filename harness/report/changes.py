"""What the author of each document has to change, and where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from harness.documents.corrections import APPLIES, CORRECTED, Copy, replacement
from harness.evidence import record
from harness.evidence import verdict as v
from harness.evidence.lines import (
    Audited,
    CorrectionEntry,
    DocumentEntry,
    JudgedClaim,
    JudgedContradiction,
)

Found = JudgedClaim | JudgedContradiction


@dataclass
class Region:
    """From and to which line and column (1-based, end excluded) a change reaches."""

    first: tuple[int, int]
    last: tuple[int, int]
    text: str


@dataclass
class Change:
    """One piece of a document that becomes another text.

    lines: of the reader's copy where there is one, else of the audited file; piece: the
    words that go, as the copy has them, None without a copy; quote: what stands before
    them in their line, the words, and what stands after; put: "replace", "before"
    or "after"; region: what an editor replaces, with a copy that has the piece only.
    """

    document: str
    lines: tuple[int, int]
    correction: CorrectionEntry
    piece: str | None = None
    quote: tuple[str, str, str] | None = None
    region: Region | None = None
    done: bool = False

    @property
    def becomes(self) -> str:
        return self.correction["becomes"]

    @property
    def place(self) -> list[list[int]] | None:
        """Of the piece in the audited file; None in evidence that is older than it."""
        return self.correction.get("place")

    @property
    def put(self) -> str:
        return self.correction["put"]

    @property
    def claims(self) -> list[str]:
        return self.correction["claims"]


@dataclass
class Item:
    """What belongs together in an errata list: changes, and the findings they settle.

    A qualified claim has no change: its author adds the condition.
    """

    section: str
    changes: list[Change]
    found: list[Found]
    lines: list[tuple[int, int]] = field(default_factory=list)

    @property
    def severity(self) -> str | None:
        """The gravest of its refuted claims; None if all are qualified."""
        named = [severity_of(found) for found in self.found if _wrong(found)]
        return max(named, key=v.SEVERITIES.index, default=None)

    def order(self) -> tuple[int, int]:
        """Gravest first, then by place."""
        grave = v.SEVERITIES.index(self.severity) if self.severity else -1
        return -grave, min(self.lines)[0]


def severity_of(found: Found) -> str:
    """That of a refuted claim; a contradiction counts as one of wording."""
    return str(found.get("severity") or "wording")


def _wrong(found: Found) -> bool:
    return found["verdict"] in (v.REFUTED, v.STANDS)


def changes(audited: Audited, found: Mapping[str, Copy]) -> dict[str, list[Change]]:
    """By document, what is to be changed there, in the order of its lines."""
    wrong = {one["id"] for one in record.judged_in(audited) if _wrong(one)}
    return {
        document["id"]: [
            _change(document["id"], entry, found.get(document["id"]))
            for entry in document.get("corrections", [])
            if wrong.intersection(entry["claims"])
        ]
        for document in audited["documents"]
    }


def _change(document: str, entry: CorrectionEntry, copy: Copy | None) -> Change:
    first, last = entry["lines"]
    change = Change(document, (first, last), entry)
    if copy is None:
        return change
    placed = copy.place(entry)
    change.done = placed.status == CORRECTED
    if placed.status != APPLIES:
        change.lines = copy.lines_here(entry["lines"])
        return change
    change.piece = copy.text[placed.start : placed.end]
    change.lines = copy.line_of(placed.start), copy.line_of(placed.end - 1)
    change.quote = copy.around(placed)
    start, end, text = replacement(copy.text, placed)
    change.region = Region(copy.position(start), copy.position(end), text)
    return change


def errata(
    audited: Audited,
    document: DocumentEntry,
    made: Sequence[Change],
    copy: Copy | None,
) -> list[Item]:
    """The items of one author's list, gravest first, then by place; each once.

    Changes that settle a claim in common are one item, since they belong together.
    """
    found: dict[str, Found] = {f["id"]: f for f in record.judged_in(audited)}
    items = [
        _item(document, group, found)
        for group in _together([change for change in made if not change.done])
    ]
    told = {f["id"] for item in items for f in item.found}
    for claim in audited["claims"]:
        at = [s for s in claim["sources"] if s.get("document") == document["id"]]
        open_ = claim["verdict"] in v.FINDINGS and claim["id"] not in told
        if at and open_:
            lines = [_lines(s["lines"], copy) for s in at]
            items.append(Item(at[0]["section"], [], [claim], lines))
    return sorted(items, key=Item.order)


def _lines(lines: list[int], copy: Copy | None) -> tuple[int, int]:
    return copy.moved(lines) if copy else (lines[0], lines[1])


def _item(
    document: DocumentEntry, group: list[Change], found: dict[str, Found]
) -> Item:
    ids = dict.fromkeys(id for change in group for id in change.claims)
    settled = [found[id] for id in ids if id in found and _wrong(found[id])]
    sections = (
        row["section"]
        for row in document["rows"]
        if row["lines"][0] <= group[0].correction["lines"][0] <= row["lines"][1]
    )
    lines = [change.lines for change in group]
    return Item(next(sections, ""), group, settled, lines)


def _together(made: list[Change]) -> Iterator[list[Change]]:
    """Groups of changes that are linked by claims."""
    left = list(made)
    while left:
        group, ids, grown = [left.pop(0)], set(), True
        while grown:
            ids = {id for change in group for id in change.claims}
            joining = [change for change in left if ids.intersection(change.claims)]
            grown = bool(joining)
            group += joining
            left = [change for change in left if change not in joining]
        yield sorted(group, key=lambda change: change.lines)
