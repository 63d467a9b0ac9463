"""Sentences that make a judged statement, recognized by words: data beside the claims.

`claims/<topic>/phrases.toml` has a `[[statement]]` for each claim that a stranger's
text could make: regular expressions that a sentence must match, all of them, and others
that it must not; sentences that it must catch, and near misses that it must not. Where
only code decides, `code` and `no_code` are held against the nearest code block of the
section, and a statement without such a block is not made. An `[[agreement]]` is the
same for a sentence that says what is right: a claim's correction, or an upheld claim.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.documents import tables
from harness.documents.passages import CODE, HEADING, PROSE, TABLE
from harness.lessons import disowned
from harness.lessons.reading import Lesson, Piece, Said

Patterns = tuple[re.Pattern[str], ...]
KINDS = STATEMENT, AGREEMENT = "statement", "agreement"
LONGEST = 2_000
"""Characters of a paragraph that are read."""


@dataclass(frozen=True)
class Statement:
    """How a claim's statement is recognized in a stranger's text.

    every: patterns of which each must be found in one sentence, or in two that follow
    one another; none: patterns of which none may be found there. code, no_code: the
    same for the nearest code. catches, passes: (sentence, code near it) of our own.
    """

    claim: str
    every: Patterns
    none: Patterns
    code: Patterns
    no_code: Patterns
    catches: tuple[tuple[str, str], ...]
    passes: tuple[tuple[str, str], ...]

    def made_by(self, sentence: str, code: str = "") -> bool:
        """Whether the sentence makes the statement, with this code nearest to it."""
        if (self.code or self.no_code) and not code:
            return False
        return _fits(sentence, self.every, self.none) and _fits(
            code, self.code, self.no_code
        )


def _fits(text: str, every: Patterns, none: Patterns) -> bool:
    return all(p.search(text) for p in every) and not any(p.search(text) for p in none)


@dataclass(frozen=True)
class Made(Said):
    """A sentence that makes a statement."""

    statement: Statement


def load(claims: Path, kind: str = STATEMENT) -> list[Statement]:
    """All statements of a project, or all agreements. Raises BadTable."""
    found = []
    for path in sorted(claims.glob("*/phrases.toml")):
        rows = tables.read(path, kind, *KINDS)
        if not rows and kind == STATEMENT:
            raise tables.BadTable(f"{path} has no [[statement]].")
        try:
            found += [_statement(row) for row in rows]
        except (KeyError, TypeError, re.error) as error:
            raise tables.BadTable(f"{path}: {error!r} is missing or wrong.") from None
    return found


def _statement(row: dict[str, Any]) -> Statement:
    return Statement(
        row["claim"],
        _patterns(row["every"]),
        _patterns(row["none"]),
        _patterns(row.get("code", [])),
        _patterns(row.get("no_code", [])),
        tuple(_example(example) for example in row["catches"]),
        tuple(_example(example) for example in row["passes"]),
    )


def _patterns(words: list[str]) -> Patterns:
    return tuple(re.compile(word, re.IGNORECASE) for word in words)


def _example(example: str | dict[str, str]) -> tuple[str, str]:
    """A sentence, or `{said = ..., code = ...}`."""
    if isinstance(example, str):
        return example, ""
    return example["said"], example["code"]


def made_in(lesson: Lesson, statements: list[Statement]) -> Iterator[Made]:
    """The statements that the lesson's prose makes; each once for a piece, and those of
    one claim once for a line."""
    told: set[tuple[int, int, str]] = set()
    for at, piece in enumerate(lesson.pieces):
        if piece.kind not in ("prose", "heading", "table"):
            continue
        parts = [(line, said, n) for n, (line, said) in enumerate(sentences(piece))]
        if row := _row(lesson.pieces, at):
            parts.append((piece.line, row, 0))
        pairs = [
            (line, f"{said} {after}", n)
            for (line, said, n), (_, after, _) in itertools.pairwise(parts)
        ]
        whole = " ".join(said for _, said, _ in parts)
        for statement in statements:
            if not all(p.search(whole) for p in statement.every):
                continue
            needed = statement.code or statement.no_code
            code = _nearest_code(lesson.pieces, at) if needed else ""
            for part in [*parts, *pairs]:
                line, said, number = part
                if not statement.made_by(said, code):
                    continue
                last = number + (part in pairs)
                if any(_disowned(lesson, at, n) for n in (number, last)):
                    continue
                if (at, line, statement.claim) not in told:
                    told.add((at, line, statement.claim))
                    yield Made(piece, line, statement)
                break


def is_disowned(lesson: Lesson, said: Said) -> bool:
    """Whether the lesson quotes the sentence of this line, and does not state it."""
    at = next(k for k, piece in enumerate(lesson.pieces) if piece is said.piece)
    there = [
        n for n, (line, _) in enumerate(sentences(said.piece)) if line == said.line
    ]
    return any(_disowned(lesson, at, number) for number in there)


def _disowned(lesson: Lesson, at: int, number: int) -> bool:
    """The same of sentence `number` of piece `at`."""
    pieces = lesson.pieces
    said = [text for _, text in sentences(pieces[at])]
    if number >= len(said):
        return False
    headings = (p.text for p in reversed(pieces[:at]) if p.kind == HEADING)
    following = itertools.islice(pieces, at + 1, at + 2)
    below = [text for p in following if p.kind == PROSE for _, text in sentences(p)]
    return disowned.is_disowned(
        said, number, heading=next(headings, ""), below=next(iter(below), "")
    )


def _row(pieces: list[Piece], at: int) -> str:
    """The row of a table that begins with this piece, read as `first cell: others`."""

    def same_row(other: Piece) -> bool:
        piece = pieces[at]
        return other.kind == TABLE and (other.cell, other.line) == (
            piece.cell,
            piece.line,
        )

    if pieces[at].kind != TABLE or (at and same_row(pieces[at - 1])):
        return ""
    cells = itertools.takewhile(same_row, pieces[at:])
    said = [" ".join(s for _, s in sentences(cell)) for cell in cells]
    return f"{said[0]}: {', '.join(said[1:])}" if len(said) > 1 else ""


def _nearest_code(pieces: list[Piece], at: int) -> str:
    """The code that is the fewest pieces away, with no heading in between."""
    found = []
    for steps in (range(at + 1, len(pieces)), range(at - 1, -1, -1)):
        for k in steps:
            if pieces[k].kind == HEADING:
                break
            if pieces[k].kind == CODE:
                found.append((abs(k - at), pieces[k].text))
                break
    return min(found)[1] if found else ""


_MARKS = r"`+|(?<![\w*])\*+(?=\w)|(?<=\w)\*+(?![\w*])|\b_+|_+\b"
"""Marks of Markdown; `w**2` is a power, and keeps its stars."""


def sentences(piece: Piece) -> Iterator[tuple[int, str]]:
    """Line and text of each sentence, white space folded and Markdown's marks out."""
    text = piece.text[:LONGEST]
    for match in re.finditer(r"\S.*?(?:[.!?](?:[*_]{1,2})?(?=\s)|\Z)", text, re.DOTALL):
        said = re.sub(_MARKS, "", match.group())
        line = piece.line + text.count("\n", 0, match.start())
        yield line, " ".join(said.split())
