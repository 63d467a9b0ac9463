"""Each document in its own order: passages beside the verdicts of their claims."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from harness.documents import corrections
from harness.documents.binding import CHANGED, GONE, MOVED, Bound
from harness.documents.corrections import Copy
from harness.documents.passages import Passage
from harness.evidence import verdict as v
from harness.evidence.lines import (
    Audited,
    DocumentEntry,
    JudgedClaim,
    JudgedContradiction,
    PassageEntry,
    SourceEntry,
    Triage,
)
from harness.report.changes import Change

NEW = "new"
Parts = list[tuple[str, bool]]
"""A text in pieces, each with whether it is what a finding means."""
MOST_UNKNOWN = 2_000
WORST = (v.BROKEN, v.REFUTED, v.QUALIFIED, v.INCONCLUSIVE, v.UPHELD, v.NOT_RUN)
NOTES = {
    MOVED: "moved since the ledger was made",
    CHANGED: "changed since the ledger was made, look again",
    NEW: "not in the ledger: nobody has judged it",
}


@dataclass
class Entry:
    """A passage as the report shows it; without a copy of the text it has none.

    lines: in the reader's copy, if there is one; audited: in the audited file, None if
    no ledger knows the passage.
    """

    lines: tuple[int, int]
    kind: str
    claims: list[JudgedClaim]
    reason: str
    agrees: list[JudgedClaim] = field(default_factory=list)
    contradictions: list[JudgedContradiction] = field(default_factory=list)
    audited: tuple[int, int] | None = None
    text: str | None = None
    note: str = ""
    anchor: str = ""
    changes: list[Change] = field(default_factory=list)

    @property
    def verdict(self) -> str | None:
        """The gravest verdict of its claims."""
        verdicts = {claim["verdict"] for claim in self.claims}
        return next((word for word in WORST if word in verdicts), None)

    @property
    def findable(self) -> list[str]:
        """The ids of the claims and contradictions that are to be seen here."""
        named = [found["id"] for found in (*self.claims, *self.contradictions)]
        named += [id for change in self.changes for id in change.claims]
        return list(dict.fromkeys(named))

    @property
    def parts(self) -> Parts:
        """The text, with the words marked that have to change."""
        return _marked(self.text or "", self.changes)

    def quote(self, claim: JudgedClaim, document: str) -> Parts:
        """The lines that make a claim, with the words marked that have to change."""
        rows = (self.text or "").splitlines()
        if self.audited and len(rows) == self.audited[1] - self.audited[0] + 1:
            cited = [
                row
                for number, row in enumerate(rows, self.audited[0])
                if any(_covers(source, document, number) for source in claim["sources"])
            ]
            rows = cited or rows
        meant = [change for change in self.changes if claim["id"] in change.claims]
        return _marked("\n".join(rows), meant)


@dataclass
class Section:
    """A section's passages and how many of its claims are findings."""

    title: str
    entries: list[Entry] = field(default_factory=list)

    def claims(self) -> dict[str, JudgedClaim]:
        """The section's claims by id."""
        return {claim["id"]: claim for entry in self.entries for claim in entry.claims}

    def findings(self) -> int:
        """How many of its claims are refuted or qualified."""
        return sum(c["verdict"] in v.FINDINGS for c in self.claims().values())


@dataclass
class Page:
    """A document as the report shows it.

    gone: passages that the copy lacks; unshown: how many passages of the copy are left
    out, because more than MOST_UNKNOWN are in no ledger.
    """

    about: DocumentEntry
    sections: list[Section]
    bound: bool
    gone: list[Entry] = field(default_factory=list)
    unshown: int = 0

    def edits(self) -> dict[str, int]:
        """How many passages moved, changed, are new or gone."""
        notes = [entry.note for section in self.sections for entry in section.entries]
        counts = {word: notes.count(note) for word, note in NOTES.items()}
        counts[NEW] += self.unshown
        counts[GONE] = len(self.gone)
        return {word: count for word, count in counts.items() if count}


def _covers(source: SourceEntry, document: str, line: int) -> bool:
    here = source.get("document") == document
    return here and source["lines"][0] <= line <= source["lines"][1]


def _marked(text: str, changes: list[Change]) -> Parts:
    """The text in pieces: what a change replaces is marked where it stands here."""
    words = corrections.tokens(text)
    spans = sorted(
        span
        for change in changes
        for span in words.find(
            change.correction["tokens"], change.correction["fingerprint"]
        )[:1]
    )
    parts, at = [], 0
    for start, end in spans:
        if start >= at:
            parts += [(text[at:start], False), (text[start:end], True)]
            at = end
    return [part for part in [*parts, (text[at:], False)] if part[0]]


def pages(
    audited: Audited, copies: Mapping[str, Copy], made: dict[str, list[Change]]
) -> list[Page]:
    """One page per document, with its text where the reader's folder has a copy.

    made: by document, the changes that are to be made there.
    """
    claims = {claim["id"]: claim for claim in audited["claims"]}
    found = []
    for about in audited["documents"]:
        if about["id"] in copies:
            page = _bound(about, claims, copies[about["id"]])
        else:
            page = _from_ledger(about, claims)
        _put_contradictions(page, audited["contradictions"])
        _put_changes(page, made.get(about["id"], []))
        found.append(page)
    return found


def _put_contradictions(page: Page, found: list[JudgedContradiction]) -> None:
    """Name each contradiction at the passages that make a side of it."""
    for section in page.sections:
        for entry in section.entries:
            first, last = entry.audited or (0, -1)
            made = {claim["id"] for claim in entry.claims}
            entry.contradictions = [
                contradiction
                for contradiction in found
                if any(
                    side["document"] == page.about["id"]
                    and side["claim"] in made
                    and side["lines"][0] <= last
                    and first <= side["lines"][1]
                    for side in contradiction["sides"]
                )
            ]


def _put_changes(page: Page, made: list[Change]) -> None:
    """Give each passage its anchor, and each change to the passage that it is about."""
    entries = [entry for section in page.sections for entry in section.entries]
    begun: Counter[str] = Counter()
    for entry in entries:
        first = f"{entry.audited[0]}" if entry.audited else f"new-{entry.lines[0]}"
        begun[first] += 1
        nth = f"-{begun[first]}" if begun[first] > 1 else ""
        entry.anchor = f"{page.about['id']}-line-{first}{nth}"
        entry.changes = []
    for change in made:
        here = [e for e in entries if e.lines[0] <= change.lines[0] <= e.lines[1]]
        if here and not change.done:
            min(here, key=lambda entry: _distance(entry, change)).changes.append(change)


def _distance(entry: Entry, change: Change) -> int:
    """0 for a passage that has the words and a claim of it; several share a line."""
    judged = {found["id"] for found in (*entry.claims, *entry.contradictions)}
    about = bool(judged & set(change.claims))
    has_words = change.piece is None or change.piece in (entry.text or "")
    return 2 * (not has_words) + (not about)


def _from_ledger(about: DocumentEntry, claims: dict[str, JudgedClaim]) -> Page:
    page = Page(about, [], bound=False)
    for row in about.get("rows") or []:
        _add(page, row["section"], _entry(row, claims, tuple(row["lines"])))
    return page


def _bound(about: DocumentEntry, claims: dict[str, JudgedClaim], copy: Copy) -> Page:
    page = Page(about, [], bound=True)
    by_passage = {id(b.passage): b for b in copy.bound if b.passage}
    section, unknown = "", 0
    for passage in copy.passages:
        found = by_passage.get(id(passage))
        section = found.row["section"] if found else section
        unknown += found is None
        if found is None and unknown > MOST_UNKNOWN:
            page.unshown += 1
            continue
        _add(page, section, _of_passage(passage, found, claims))
    page.gone = [
        _entry(b.row, claims, tuple(b.row["lines"]))
        for b in copy.bound
        if not b.passage
    ]
    return page


def _of_passage(
    passage: Passage, found: Bound | None, claims: dict[str, JudgedClaim]
) -> Entry:
    row: Triage = found.row if found else {}
    entry = _entry(row, claims, passage.lines)
    entry.kind, entry.text = passage.kind, passage.text
    entry.note = NOTES.get(found.status if found else NEW, "")
    return entry


def _entry(
    row: Triage | PassageEntry, claims: dict[str, JudgedClaim], lines: Any
) -> Entry:
    cited, agrees = (
        [claims[id] for id in ids if id in claims]
        for ids in (row.get("claims", []), row.get("agrees", []))
    )
    entry = Entry(lines, row.get("kind", ""), cited, row.get("reason", ""), agrees)
    first_and_last = cast("Mapping[str, Any]", row).get("lines")
    if first_and_last:
        entry.audited = first_and_last[0], first_and_last[1]
    return entry


def _add(page: Page, title: str, entry: Entry) -> None:
    if not page.sections or page.sections[-1].title != title:
        page.sections.append(Section(title))
    page.sections[-1].entries.append(entry)
