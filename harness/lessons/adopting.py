"""`python -m harness adopt`: a lesson becomes a document with a ledger of its own.

The ledger has a row for every passage. What lint finds there, and which claims are
about the same thing, are suggestions (`suggests`, `found`, `related`): a person moves
an id to `claims` (the passage makes the statement) or to `agrees` (it says what is
right instead), or writes a `reason`. Adopting a lesson again keeps these answers, and
comments.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.documents import adopted
from harness.documents.binding import Bound, bind
from harness.documents.ledger import LARGEST_FILE, MOST_LINES, Ledgers, Row, digest
from harness.documents.passages import CODE, HEADING, OUTPUT, Passage, split
from harness.documents.remarks import remarks
from harness.documents.triage import row_of, words_of, written
from harness.errors import InputError
from harness.evidence.lines import Triage
from harness.evidence.store import write_atomically
from harness.lessons import lint
from harness.lessons.asking import Libraries
from harness.lessons.findings import Linted
from harness.lessons.judged import Judged
from harness.lessons.reading import SUFFIXES, Lesson, read
from harness.lessons.related import Related

SUGGESTED = SUGGESTS, SUGGESTS_AGREES, _ = "suggests", "suggests_agrees", "found"
Place = Callable[[int | None, int], int]
"""The line of the text where a line of a cell, or of the file, stands."""
READ_AS_IT_IS = ("markdown", "text", "rst", "python")
HEAD = """\
# Confirm each suggestion: move its id to `claims` (the passage says so) or to `agrees`
# (it says what is right instead), or give a `reason` why there is nothing to judge.
"""


class NotAdopted(InputError):
    """Why a lesson cannot become a document, in one sentence."""


@dataclass(frozen=True)
class Adopted:
    """What was written: the ledger, the text beside it, and how much is left to do."""

    ledger: Path
    text: Path
    passages: int
    decided: int
    suggested: int
    related: int


def adopt(
    path: Path, into: Path, own: Ledgers, libs: Libraries, known: Judged
) -> Adopted:
    """Write a lesson's ledger and text to a folder. Raises NotAdopted,
    UnreadableLesson.

    own: the ledgers of the project, whose ids are taken.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise NotAdopted(f"{path}: lessons end in {', '.join(SUFFIXES)}.")
    lesson = read(path, str(path))
    text, place = _as_text(lesson)
    name = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-")[:60].rstrip("-")
    ledger, copy = into / f"{name}.toml", into / f"{name}{_suffix(path, lesson)}"
    before = _before(ledger, into, own) if ledger.exists() else []
    said = _said_in_head(ledger) if before else []
    problem = _problem(name, text, own, path, copy, known_there=bool(before))
    if problem:
        raise NotAdopted(f"{path}: {problem}")
    passages = split(text)
    if before and (Ledgers(into)[name].file != copy.name or _other(before, passages)):
        raise NotAdopted(
            f"{path}: {ledger} is the ledger of another text of this name; rename the "
            "lesson, or adopt it into another folder."
        )
    suggestions = _suggestions(lint.lint([path], libs, known), known, passages, place)
    bound = bind(before, passages)
    for gone in (found.row for found in bound if found.passage is None):
        said += gone.get("remarks", [])
    sections, rows = _rows(passages, bound, suggestions, Related(known.claims))
    try:
        into.mkdir(parents=True, exist_ok=True)
        write_atomically(copy, text)
        write_atomically(ledger, _ledger(name, copy.name, text, sections, rows, said))
    except OSError as error:
        raise NotAdopted(
            f"--into {into}: cannot write there ({error.strerror}); name a folder that "
            "you may write to."
        ) from None
    return Adopted(
        ledger,
        copy,
        len(rows),
        sum(bool(r["claims"] or r["agrees"] or r["reason"]) for r in rows),
        sum(bool(r.get(SUGGESTS) or r.get(SUGGESTS_AGREES)) for r in rows),
        sum(bool(r.get("related")) for r in rows),
    )


def _suggestions(
    linted: Linted, known: Judged, passages: list[Passage], place: Place
) -> dict[int, dict[str, list[str]]]:
    """By the number of a passage, what lint says of it."""
    told: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))

    def put(cell: int | None, line: int, about: str, key: str, said: str) -> None:
        at = place(cell, line)
        here = [i for i, p in enumerate(passages) if p.lines[0] <= at <= p.lines[1]]
        if here:
            words = words_of(about)
            most = max(here, key=lambda i: len(words & words_of(passages[i].text)))
            told[most][key].append(said)

    for found in linted["findings"]:
        if found["claim"]:
            about, key, said = (
                known.claims[found["claim"]]["says"],
                SUGGESTS,
                found["claim"],
            )
        else:
            about, key = found["message"], "found"
            said = f"{found['rule']}: {found['message']}"
        put(found["cell"], found["line"], about, key, said)
    for agreed in linted["agreements"]:
        id = agreed["claim"]
        about = f"{known.claims[id]['says']} {known.claims[id]['instead'] or ''}"
        put(agreed["cell"], agreed["line"], about, SUGGESTS_AGREES, id)
    return told


def _rows(
    passages: list[Passage],
    bound: list[Bound],
    suggestions: Mapping[int, Mapping[str, list[str]]],
    related: Related,
) -> tuple[list[tuple[int, str]], list[dict[str, object]]]:
    """Line and title of each section, and a row for each passage."""
    decided: dict[int, Triage] = {
        id(found.passage): found.row for found in bound if found.passage
    }
    rows, sections = [], [(1, "(top)")]
    for at, passage in enumerate(passages):
        if passage.kind == HEADING:
            sections.append((passage.lines[0], _plain(passage.text)))
        old = decided.get(id(passage), {})
        row: dict[str, object] = dict(row_of(passage, sections[-1][1], old))
        row["agrees"] = list(old.get("agrees", []))
        if not (row["claims"] or row["agrees"] or row["reason"]):
            told = suggestions.get(at, {})
            row |= {key: sorted(set(told.get(key, []))) for key in SUGGESTED}
            row["related"] = [] if told else related.to(passage)
        rows.append(row)
    return sections, rows


def _suffix(path: Path, lesson: Lesson) -> str:
    return path.suffix.lower() if lesson.kind in READ_AS_IT_IS else ".md"


def _before(ledger: Path, into: Path, own: Ledgers) -> list[Row]:
    problem = adopted.problem(into, own)
    if problem:
        raise NotAdopted(problem.removeprefix("--documents "))
    return Ledgers(into)[ledger.stem].rows()


def _other(before: list[Row], passages: list[Passage]) -> bool:
    """Whether less than half of a ledger's passages are in the text."""
    found = sum(bound.passage is not None for bound in bind(before, passages))
    return 2 * found < len(before)


def _said_in_head(ledger: Path) -> list[str]:
    """The comments in the head of a ledger that are not ours."""
    return [
        said
        for said in remarks(ledger.read_text("utf-8"))[0]
        if said not in HEAD.splitlines()
    ]


def _problem(
    name: str, text: str, own: Ledgers, path: Path, copy: Path, *, known_there: bool
) -> str | None:
    if not name:
        return "its name has no letter or digit that an id could be made of; rename it."
    if name in {document.id for document in own.documents()}:
        return f"this project has a document {name!r}; rename the lesson."
    if (
        len(text.encode("utf-8", "replace")) > LARGEST_FILE
        or text.count("\n") > MOST_LINES
    ):
        return f"it is larger than {LARGEST_FILE // 2**20} MiB or {MOST_LINES} lines."
    if copy.exists() and not known_there and path.resolve() != copy.resolve():
        return f"{copy} is there already, without a ledger; nothing is overwritten."
    return None


def _as_text(lesson: Lesson) -> tuple[str, Place]:
    """The lesson as one text, and a function that finds a place of it there.

    A notebook's cells and the elements of a page follow one another, code in fences.
    """
    if lesson.kind in READ_AS_IT_IS:
        return lesson.sources[None], _same_line
    lines: list[str] = []
    starts: dict[tuple[int | None, int], int] = {}
    for cell, line, block in _blocks(lesson):
        starts[cell, line] = len(lines) + 1 + block[0].startswith("```")
        lines += [*block, ""]

    def place(cell: int | None, line: int) -> int:
        begun = [key for key in starts if key[0] == cell and key[1] <= line]
        if not begun:
            return 1
        nearest = max(begun, key=lambda key: key[1])
        return starts[nearest] + (line - nearest[1] if cell is not None else 0)

    return "\n".join(lines), place


def _same_line(cell: int | None, line: int) -> int:
    return line


def _blocks(lesson: Lesson) -> Iterator[tuple[int | None, int, list[str]]]:
    """Cell, line and text of each part of a notebook or a page."""
    shown: set[int] = set()
    for piece in lesson.pieces:
        if piece.inside:
            continue
        if piece.cell is None or piece.kind == OUTPUT:
            fence = {CODE: "python", OUTPUT: "text"}.get(piece.kind)
            where = (None, piece.line) if piece.cell is None else (-1, piece.cell)
            yield *where, _fenced(piece.text, fence, heading=piece.kind == HEADING)
        elif piece.cell not in shown:
            shown.add(piece.cell)
            fence = "python" if piece.kind == CODE else None
            yield piece.cell, 1, _fenced(lesson.sources[piece.cell], fence)


def _fenced(text: str, fence: str | None, *, heading: bool = False) -> list[str]:
    if fence:
        inside = text.replace("```", "'''").split("\n")
        return [f"```{fence}", *inside, "```"]
    folded = f"## {' '.join(text.split())}" if heading else text
    return folded.strip("\n").split("\n")


def _plain(text: str) -> str:
    """A heading without its marks and without characters that no TOML file holds."""
    return re.sub(r"[\x00-\x1f\x7f]|^#+ ", "", text).strip()


def _ledger(
    name: str,
    file: str,
    text: str,
    sections: list[tuple[int, str]],
    rows: list[dict[str, object]],
    said: list[str],
) -> str:
    lines = text.splitlines()
    title = next((title for _, title in sections[1:]), name)
    about = {
        "id": name,
        "title": title,
        "file": file,
        "sha256": digest(text),
        "lines": len(lines),
    }
    head = [f"{key} = {_quoted(value)}" for key, value in about.items()]
    parts = [
        f"    {{ line = {line}, title = {_quoted(title)} }},"
        for line, title in sections
    ]
    whole = "\n".join(
        [*said, *head, "", "section = [", *parts, "]", *map(written, rows)]
    )
    return HEAD + whole + "\n"


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
