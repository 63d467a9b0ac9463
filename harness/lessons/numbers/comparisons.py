"""Differences and factors that a sentence takes from the table of two rows beside it:
`dropout improves the accuracy by 10 percentage points`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby, pairwise

from harness.documents.passages import PROSE, TABLE
from harness.evidence.tolerance import rounding_interval
from harness.lessons.numbers.wrong import Wrong
from harness.lessons.patterns import Code
from harness.lessons.reading import Piece, Said
from harness.lessons.statements import sentences

Interval = tuple[float, float]
_CELL = re.compile(r"\**(\d+(?:\.\d+)?) ?%?\**")
_CHANGES = (
    r"(?:improves|raises|increases|lifts|boosts|reduces|cuts|lowers|decreases|shrinks)"
)
_NUMBER = r"(\d+(?:\.\d+)?|two|three|four|five|six|seven|eight|nine|ten)"
_WORDS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_UNSURE = re.compile(
    r"about|around|rough|approx|almost|nearly|up to|at least|more than|less than|over|"
    r"expect|paper|\bif\b|would|\bnot\b|\?|average|mean|~|≈",
    re.IGNORECASE,
)


def wrong(code: Code) -> Iterator[Wrong]:
    """Sentences beside a table whose numbers are others. Only the next paragraph is
    read, and only a table of two rows: what is compared to what is not in doubt."""
    runs = [
        (is_table, list(run))
        for is_table, run in groupby(code.lesson.pieces, lambda p: p.kind == TABLE)
    ]
    for (is_table, cells), (_, after) in pairwise(runs):
        if is_table and after[0].kind == PROSE:
            yield from _beside(_rows(cells), after[0])


def _rows(cells: list[Piece]) -> list[list[str]]:
    return [
        [c.text.strip() for c in row] for _, row in groupby(cells, lambda p: p.line)
    ]


def _beside(rows: list[list[str]], piece: Piece) -> Iterator[Wrong]:
    if len(rows) != 3 or len({len(row) for row in rows}) != 1:
        return
    header, first, second = rows
    for line, said in sentences(piece):
        named = [row for row in (first, second) if _has(said, row[0])]
        if len(named) != 1 or _UNSURE.search(said):
            continue
        other = first if named[0] is second else second
        for at, column in enumerate(header[1:], 1):
            a, b = _interval(other[at]), _interval(named[0][at])
            if a is None or b is None:
                continue
            for kind, number in _changes(said, column):
                right = _right(kind, a, b)
                if not any(_meets(number, possible) for possible in right):
                    yield Wrong(
                        Said(piece, line),
                        f"{column} of {named[0][0]} is {named[0][at]}, and {other[at]} "
                        f"of {other[0]}: that is no {kind} {number}",
                        f"computed from the table: {_shown(kind, a, b)}",
                    )


def _has(said: str, word: str) -> bool:
    return bool(word and re.search(rf"\b{re.escape(word)}(?!\w)", said, re.IGNORECASE))


def _interval(cell: str) -> Interval | None:
    match = _CELL.fullmatch(cell)
    low, high = rounding_interval(match[1]) if match else (0.0, 0.0)
    return (low, high) if low > 0 else None


def _changes(said: str, column: str) -> Iterator[tuple[str, str]]:
    """What is said to become of a column: `points`, `percent` or `factor`, number."""
    begin = rf"\b{_CHANGES} (?:the |its )?{re.escape(column)}(?: \w+)? by "
    if points := re.search(begin + rf"{_NUMBER} (?:percentage )?points", said, re.I):
        yield "difference in points of", points[1]
    if factor := re.search(begin + rf"a factor of {_NUMBER}\b", said, re.I):
        yield "factor of", factor[1]
    if percent := re.search(begin + rf"{_NUMBER} ?(?:%|percent\b)", said, re.I):
        yield "change in percent of", percent[1]


def _right(kind: str, a: Interval, b: Interval) -> list[Interval]:
    """All that may be meant: a share or a percentage, of the one or of the other."""
    apart = (max(a[0] - b[1], b[0] - a[1], 0.0), max(a[1] - b[0], b[1] - a[0]))
    points = [apart, (100 * apart[0], 100 * apart[1])]
    if kind.startswith("factor"):
        return [(b[0] / a[1], b[1] / a[0]), (a[0] / b[1], a[1] / b[0])]
    if kind.startswith("difference"):
        return points
    shares = [(100 * apart[0] / x[1], 100 * apart[1] / x[0]) for x in (a, b)]
    return [*shares, *points]


def _meets(number: str, possible: Interval) -> bool:
    digits = str(_WORDS.index(number.lower()) + 2) if number.isalpha() else number
    low, high = rounding_interval(digits)
    return low <= possible[1] and possible[0] <= high


def _shown(kind: str, a: Interval, b: Interval) -> str:
    first, second = sum(a) / 2, sum(b) / 2
    right = _right(kind, (first, first), (second, second))
    return " or ".join(f"{value:.3g}" for value, _ in right)
