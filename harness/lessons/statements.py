"""Sentences that make a judged statement, recognized by words: data beside the claims.

`claims/<topic>/phrases.toml` has a `[[statement]]` for each claim that a stranger's
text could make: regular expressions that a sentence must match, all of them, and others
that it must not; sentences that it must catch, and near misses that it must not.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.documents import tables
from harness.lessons.reading import Lesson, Piece

LONGEST = 2_000
"""Characters of a paragraph that are read."""


@dataclass(frozen=True)
class Statement:
    """How a claim's statement is recognized in a stranger's text.

    every: patterns of which each must be found in one sentence, or in two that follow
    one another; none: patterns of which none may be found there.
    """

    claim: str
    every: tuple[re.Pattern[str], ...]
    none: tuple[re.Pattern[str], ...]
    catches: tuple[str, ...]
    passes: tuple[str, ...]

    def made_by(self, sentence: str) -> bool:
        """Whether the sentence makes the statement."""
        return all(p.search(sentence) for p in self.every) and not any(
            p.search(sentence) for p in self.none
        )


@dataclass(frozen=True)
class Made:
    """A statement that a piece of a lesson makes, and the line of its sentence."""

    statement: Statement
    piece: Piece
    line: int


def load(claims: Path) -> list[Statement]:
    """All statements of a project. Raises BadTable."""
    found = []
    for path in sorted(claims.glob("*/phrases.toml")):
        rows = tables.read(path, "statement")
        if not rows:
            raise tables.BadTable(f"{path} has no [[statement]].")
        try:
            found += [_statement(row) for row in rows]
        except (KeyError, TypeError, re.error) as error:
            raise tables.BadTable(f"{path}: {error!r} is missing or wrong.") from None
    return found


def _statement(row: dict[str, Any]) -> Statement:
    return Statement(
        row["claim"],
        tuple(re.compile(p, re.IGNORECASE) for p in row["every"]),
        tuple(re.compile(p, re.IGNORECASE) for p in row["none"]),
        tuple(row["catches"]),
        tuple(row["passes"]),
    )


def made_in(lesson: Lesson, statements: list[Statement]) -> Iterator[Made]:
    """The statements that the lesson's prose makes; each once for a piece."""
    for piece in lesson.passages():
        if piece.kind not in ("prose", "heading", "table"):
            continue
        sentences = list(_sentences(piece))
        pairs = [
            (line, f"{said} {after}")
            for (line, said), (_, after) in itertools.pairwise(sentences)
        ]
        for statement in statements:
            for line, said in [*sentences, *pairs]:
                if statement.made_by(said):
                    yield Made(statement, piece, line)
                    break


def _sentences(piece: Piece) -> Iterator[tuple[int, str]]:
    """Line and text of each sentence, white space folded and Markdown's marks out."""
    text = piece.text[:LONGEST]
    for match in re.finditer(r"\S.*?(?:[.!?](?=\s)|\Z)", text, re.DOTALL):
        said = re.sub(r"[*`_]+(?=\w)|(?<=\w)[*`]+", "", match.group())
        line = piece.line + text.count("\n", 0, match.start())
        yield line, " ".join(said.split())
