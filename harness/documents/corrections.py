"""What an author has to put where: pieces of passages, and what replaces each.

A project keeps them in `claims/documents/corrections/<document>.toml`, a
`[[correction]]` for each piece of text that has to change. The piece itself is no part
of the project: it is known by its place, the number of its tokens and a fingerprint,
and found again in a copy whose lines have moved. To add one:

    python -m harness.documents.corrections day-7 103 --material DIR \\
        --piece "the words there" --becomes "what is right" --claims schedules.a-claim
"""

from __future__ import annotations

import argparse
import bisect
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from harness.documents import tables
from harness.documents.binding import Bound, bind
from harness.documents.ledger import Document
from harness.documents.passages import Passage, split
from harness.documents.project import Project, around
from harness.errors import InputError
from harness.evidence import verdict as v
from harness.evidence.lines import (
    Audited,
    CorrectionEntry,
    JudgedClaim,
    JudgedContradiction,
)
from harness.evidence.record import totals

APPLIES, CORRECTED, CHANGED = "applies", "corrected", "changed"
REPLACE, BEFORE, AFTER = "replace", "before", "after"
QUOTED = 80
"""Characters of a line that are quoted before and after a piece."""
_TOKEN = re.compile(r"\w+|[^\w\s]")


class BadCorrection(InputError):
    """A correction that says too little or too much, in one sentence."""


def read(document: Document) -> list[CorrectionEntry]:
    """The corrections of a document, in the order of its lines; [] if it has none.

    Raises BadCorrection, BadTable.
    """
    path = document.ledger.parent / "corrections" / document.ledger.name
    rows = tables.read(path, "correction")
    return sorted((_entry(document, row) for row in rows), key=lambda e: e["lines"])


def _entry(document: Document, row: dict[str, Any]) -> CorrectionEntry:
    """Raises BadCorrection if a key is missing, UnknownDocument for unknown lines."""
    wanted = {"lines": list, "place": list, "tokens": int, "fingerprint": str}
    wrong = [
        key
        for key, kind in (wanted | {"becomes": str, "claims": list}).items()
        if not isinstance(row.get(key), kind) or row[key] == []
    ]
    put = row.get("put", REPLACE)
    if wrong or put not in (REPLACE, BEFORE, AFTER):
        raise BadCorrection(
            f"a correction of {document.id} at {row.get('lines')} needs "
            f"{', '.join(wrong) or 'put = replace, before or after'}."
        )
    for first, last in (row["lines"], *row.get("settles", [])):
        document[first:last]  # refuses lines that the document does not have
    return {
        "lines": row["lines"],
        "tokens": row["tokens"],
        "fingerprint": row["fingerprint"],
        "put": put,
        "becomes": row["becomes"],
        "claims": row["claims"],
        "settles": row.get("settles", []),
        "place": row["place"],
    }


@dataclass(frozen=True)
class Tokens:
    """Words and signs of a text with their places; white space does not count."""

    text: str
    spans: tuple[tuple[int, int], ...]

    def find(self, count: int, digest: str) -> list[tuple[int, int]]:
        """Where `count` tokens in a row have this fingerprint: from, to."""
        words = [self.text[start:end] for start, end in self.spans]
        return [
            (self.spans[at][0], self.spans[at + count - 1][1])
            for at in range(len(words) - count + 1)
            if _digest(words[at : at + count]) == digest
        ]


def tokens(text: str) -> Tokens:
    return Tokens(text, tuple(match.span() for match in _TOKEN.finditer(text)))


def fingerprint(text: str) -> tuple[int, str]:
    """How many tokens a text has, and 16 hex digits of their SHA-256."""
    words = _TOKEN.findall(text)
    return len(words), _digest(words)


def _digest(words: Sequence[str]) -> str:
    return hashlib.sha256(" ".join(words).encode("utf-8", "replace")).hexdigest()[:16]


@dataclass(frozen=True)
class Placed:
    """A correction in a reader's copy.

    status: it applies, the copy has it already, or the passage was changed otherwise.
    start, end: the characters of the piece, or of what stands in its place by now.
    """

    correction: CorrectionEntry
    status: str
    start: int = 0
    end: int = 0


class Copy:
    """A reader's copy of a document, in which places of the audited file are found."""

    def __init__(self, document: Document, text: str) -> None:
        self.document, self.text = document, text
        self._starts = [0]
        for line in text.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self._unchanged = document.is_audited(text)

    @cached_property
    def passages(self) -> list[Passage]:
        """The copy's passages, in its order."""
        return split(self.text)

    @cached_property
    def bound(self) -> list[Bound]:
        """Each row of the ledger with its passage here."""
        return bind(self.document.rows(), self.passages)

    @cached_property
    def _places(self) -> list[tuple[list[int], tuple[int, int]]]:
        """Lines of each ledger row that is here, and those of its passage."""
        return [(b.row["lines"], b.passage.lines) for b in self.bound if b.passage]

    def lines_here(self, lines: Sequence[int]) -> tuple[int, int]:
        """The lines of the copy in which these of the audited file stand, with those
        around them that belong to no other passage."""
        first, last = lines
        if self._unchanged:
            return first, last
        here = [p for row, p in self._places if row[0] <= last and first <= row[1]]
        others = [p for _, p in self._places if p not in here]
        if here:
            start, end = min(p[0] for p in here), max(p[1] for p in here)
        else:
            before = [p[1] for row, p in self._places if row[1] < first]
            start = end = (before[-1] if before else 0) + 1
        above = max((p[1] for p in others if p[1] < start), default=0)
        below = min((p[0] for p in others if p[0] > end), default=len(self._starts))
        return min(above + 1, start), max(below - 1, end)

    def moved(self, lines: Sequence[int]) -> tuple[int, int]:
        """The lines of the copy that these of the audited file are now."""
        first, last = lines
        if not self._unchanged:
            first, last = self._line_now(first), self._line_now(last)
        return first, max(first, last)

    def _line_now(self, line: int) -> int:
        for row, here in self._places:
            if row[0] <= line <= row[1]:
                return min(here[0] + line - row[0], here[1])
        return line

    def place(self, correction: CorrectionEntry) -> Placed:
        """Where the correction belongs in this copy, and whether it is there."""
        first, last = self.lines_here(correction["lines"])
        final = len(self._starts) - 1
        begin = self._starts[min(first - 1, final)]
        words = tokens(self.text[begin : self._starts[min(last, final)]])
        becomes = correction["becomes"]
        old = words.find(correction["tokens"], correction["fingerprint"])
        new = words.find(*fingerprint(becomes)) if becomes.strip() else []
        stays = correction["put"] != REPLACE
        there = [span for span in new if stays or not old or _inside(old[0], span)]
        if there or not (old or becomes.strip()):
            start, end = there[0] if there else (0, 0)
            return Placed(correction, CORRECTED, begin + start, begin + end)
        if old:
            return Placed(correction, APPLIES, begin + old[0][0], begin + old[0][1])
        return Placed(correction, CHANGED, begin, begin)

    def around(self, placed: Placed) -> tuple[str, str, str]:
        """What stands before a piece in its line, the piece, and what stands after."""
        start, end = placed.start, placed.end
        before = self.text[self.text.rfind("\n", 0, start) + 1 : start]
        after = self.text[end:].partition("\n")[0]
        if len(before) > QUOTED:
            before = "… " + before[-QUOTED:].partition(" ")[2]
        if len(after) > QUOTED:
            after = after[:QUOTED].rpartition(" ")[0] + " …"
        return before, self.text[start:end], after

    def line_of(self, offset: int) -> int:
        """The 1-based line that a character stands in."""
        return max(1, bisect.bisect_right(self._starts[:-1], offset))

    def position_from(self, line: int, offset: int) -> tuple[int, int]:
        """The same for a character so many after the beginning of a line."""
        return self.position(self._starts[line - 1] + offset)

    def position(self, offset: int) -> tuple[int, int]:
        """The 1-based line and column of a character."""
        line = self.line_of(offset)
        return line, offset - self._starts[line - 1] + 1


def _inside(span: tuple[int, int], other: tuple[int, int]) -> bool:
    return other[0] <= span[0] and span[1] <= other[1]


def replacement(text: str, placed: Placed) -> tuple[int, int, str]:
    """From and to which character what is put: `becomes`, or that beside what stays.

    A piece that is whole lines and is replaced by nothing takes its line end with it.
    """
    start, end, becomes = placed.start, placed.end, placed.correction["becomes"]
    if placed.correction["put"] == BEFORE:
        return start, start, becomes
    if placed.correction["put"] == AFTER:
        return end, end, becomes
    if not becomes:
        line_start = text.rfind("\n", 0, start) + 1
        line_end = text.find("\n", end) + 1 or len(text)
        if not (text[line_start:start] + text[end:line_end]).strip():
            return line_start, line_end, ""
    return start, end, becomes


def applied(text: str, placed: Iterable[Placed]) -> str:
    """The text with these corrections in it. Raises BadCorrection if two overlap."""
    parts, at = [], 0
    for start, end, becomes in sorted(replacement(text, p) for p in placed):
        if start < at:
            line = text.count("\n", 0, start) + 1
            raise BadCorrection(f"two corrections overlap at line {line}.")
        parts += [text[at:start], becomes]
        at = end
    return "".join([*parts, text[at:]])


def copies(project: Project | None) -> dict[str, Copy]:
    """The reader's copies by document id; none without `--material`."""
    if project is None:
        return {}
    texts = project.copies()
    return {d.id: Copy(d, texts[d.id]) for d in project.documents() if d.id in texts}


def set_right(audited: Audited, found: Mapping[str, Copy]) -> Audited:
    """The audit of a reader's copies: what their documents no longer say is corrected.

    That is a refuted claim whose corrections stand in each document that made it, and a
    contradiction that they dissolve.
    """
    done = _done(audited, found)

    def verdict(claim: JudgedClaim) -> str:
        cited = {s["document"] for s in claim["sources"] if "document" in s}
        right = cited and all(done.get((document, claim["id"])) for document in cited)
        refuted = claim["verdict"] == v.REFUTED and not claim["changed"]
        return v.CORRECTED if right and refuted else claim["verdict"]

    claims: list[JudgedClaim] = [
        {**claim, "verdict": verdict(claim)} for claim in audited["claims"]
    ]
    corrected = {claim["id"] for claim in claims if claim["verdict"] == v.CORRECTED}

    def state(one: JudgedContradiction) -> str:
        wrong = {s["claim"] for s in one["sides"] if s["claim"] != one["right"]}
        named = [there for (_, id), there in done.items() if id == one["id"]]
        right = wrong <= corrected or (named and all(named))
        return v.CORRECTED if right else one["verdict"]

    contradictions: list[JudgedContradiction] = [
        {**one, "verdict": state(one)} for one in audited["contradictions"]
    ]
    return {
        **audited,
        "claims": claims,
        "contradictions": contradictions,
        "totals": totals(claims),
    }


def _done(audited: Audited, found: Mapping[str, Copy]) -> dict[tuple[str, str], bool]:
    """By document of the reader's folder and claim: whether all is put right there."""
    done: dict[tuple[str, str], bool] = {}
    for document in audited["documents"]:
        id = document["id"]
        if id not in found:
            continue
        for entry in document.get("corrections", []):
            there = found[id].place(entry).status == CORRECTED
            for claim in entry["claims"]:
                done[id, claim] = done.get((id, claim), True) and there
    return done


def main(arguments: list[str] | None = None) -> int:
    """Add one correction to a document's file, or say why it can't be."""
    parser = argparse.ArgumentParser(prog="python -m harness.documents.corrections")
    parser.add_argument("document", help="its id")
    parser.add_argument("lines", help="of the audited file: 103, or 120-121")
    parser.add_argument("--material", type=Path, required=True, metavar="DIR")
    parser.add_argument("--piece", required=True, help="the words, as they stand there")
    parser.add_argument("--put", choices=(REPLACE, BEFORE, AFTER), default=REPLACE)
    parser.add_argument("--becomes", required=True)
    parser.add_argument("--claims", required=True, help="ids, with commas between")
    parser.add_argument("--settles", default="", help="further lines: 57, 60-61")
    options = parser.parse_args(arguments)
    project = around(Path.cwd())
    if project is None:
        parser.error("call it from a project with `claims/documents/`")
    document = project.ledgers[options.document]
    lines = _range(options.lines)
    text = document.copy_in(options.material)
    if text is None:
        parser.error(f"{options.material} holds no {document.file}")
    count, digest = fingerprint(options.piece)
    if not document.is_audited(text):
        parser.error(f"{document.file} in {options.material} is not the audited file")
    there = "".join(text.splitlines(keepends=True)[lines[0] - 1 : lines[1]])
    found = tokens(there).find(count, digest)
    if len(found) != 1:
        parser.error(
            f"the piece stands {len(found)} times in these lines; it must be once"
        )
    copy = Copy(document, text)
    place = [copy.position_from(lines[0], at) for at in (found[0][0], found[0][1] - 1)]
    row = {"lines": lines, "place": place, "tokens": count, "fingerprint": digest}
    row |= {"put": options.put} if options.put != REPLACE else {}
    row |= {"becomes": options.becomes, "claims": options.claims.split(",")}
    row |= (
        {"settles": [_range(part) for part in options.settles.split(",")]}
        if options.settles
        else {}
    )
    path = document.ledger.parent / "corrections" / document.ledger.name
    path.parent.mkdir(exist_ok=True)
    if not path.exists():
        made_by = "harness/documents/corrections.py"
        path.write_text(f"# What to put where in {document.id}: {made_by}\n", "utf-8")
    pairs = [f"{key} = {json.dumps(row[key], ensure_ascii=False)}" for key in row]
    with path.open("a", encoding="utf-8") as file:
        file.write("\n[[correction]]\n" + "\n".join(pairs) + "\n")
    return 0


def _range(text: str) -> list[int]:
    first, _, last = text.strip().partition("-")
    return [int(first), int(last or first)]


if __name__ == "__main__":
    sys.exit(main())
