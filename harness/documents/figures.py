"""The figures that documents print: typed once, with the lines where they stand.

With `--material` they are held against the reader's copy: a figure that does not stand
in its lines is a mistake of ours, and the verdicts that rest on it are worth nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.documents.binding import FOUND, MOVED, bind
from harness.documents.ledger import Document, Ledgers, Source
from harness.documents.passages import split

DECLARED: list[Figures] = []
_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d[\d,_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+(\.\d*)?")
_AS_PRINTED = re.compile(r"\d+\.?\d*(e[-+]?\d+)?")
_WORDS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen"),
    *("seventeen", "eighteen", "nineteen", "twenty"),
)


@dataclass(frozen=True)
class Stated:
    """A value as a document states it: numbers and words, in lists or dicts of them.

    A number may be spelled in any way (45,000, 45k, 4.5e4, twelve); a word stands as it
    is, and digits in quotes with just these digits.
    """

    value: Any
    sources: tuple[Source, ...]


def stated(value: Any, *sources: Source) -> Stated:
    """A figure and the lines that state it; all of it stands in these together."""
    return Stated(value, sources)


class Figures(dict[str, Any]):
    """Figures by name; what stands where is in `places`.

    A figure that several passages state is a list or a dict of what each of them does.
    """

    def __init__(self, figures: Mapping[str, Any]) -> None:
        super().__init__({name: _value(figure) for name, figure in figures.items()})
        self.places = {name: list(_parts(figure)) for name, figure in figures.items()}
        DECLARED.append(self)


def missing(figures: Iterable[Figures], ledgers: Ledgers, copies: Path) -> list[str]:
    """A sentence for each figure that does not stand in the lines named for it.

    Passages that the reader has changed since the ledger was made say nothing of it.
    """
    texts: dict[str, _Text] = {}
    said = []
    for group in figures:
        for name, parts in group.places.items():
            for part in parts:
                for document in {source.document for source in part.sources}:
                    if document not in texts:
                        texts[document] = _Text(ledgers[document], copies)
                lines = [texts[s.document].at(s.lines) for s in part.sources]
                if any(text is None for text in lines):
                    continue
                absent = _absent(part.value, "\n".join(filter(None, lines)))
                if absent:
                    places = ", ".join(map(str, part.sources))
                    said.append(
                        f"the figure {name!r} does not stand in {places}: no "
                        f"{', '.join(map(str, absent[:3]))} there"
                    )
    return said


class _Text:
    """A reader's copy, by lines of the audited file."""

    def __init__(self, document: Document, copies: Path) -> None:
        text = document.copy_in(copies)
        self._lines: list[str] | None = None
        self._bound = []
        if text is None:
            return
        if document.is_audited(text):
            self._lines = text.splitlines()
        else:
            self._bound = bind(document.rows(), split(text))

    def at(self, lines: tuple[int, int]) -> str | None:
        """The text of these lines; None if the copy lacks or has changed them."""
        first, last = lines
        if self._lines is not None:
            return "\n".join(self._lines[first - 1 : last])
        here = [
            bound
            for bound in self._bound
            if bound.row["lines"][0] <= last and first <= bound.row["lines"][1]
        ]
        if not here or any(b.status not in (FOUND, MOVED) for b in here):
            return None
        return "\n".join(b.passage.text for b in here if b.passage)


def _absent(value: Any, text: str) -> list[Any]:
    """The leaves of a value that the text does not state."""
    numbers = set(_numbers(text))
    plain = " ".join(text.split())
    return [
        leaf
        for leaf in _leaves(value)
        if not (
            _stands(" ".join(leaf.split()), plain)
            if isinstance(leaf, str)
            else float(leaf) in numbers
        )
    ]


def _stands(word: str, text: str) -> bool:
    """Whether the text has the word; digits are no part of a longer number."""
    if not _AS_PRINTED.fullmatch(word):
        return word in text
    return bool(re.search(rf"(?<![\d.])(?<!\d,){re.escape(word)}(?![.,]?\d)", text))


def _numbers(text: str) -> Iterator[float]:
    for match in _NUMBER.finditer(text):
        digits = match.group().replace("_", "").lstrip("+-")
        thousands = _THOUSANDS.fullmatch(digits)
        in_list = match.start() > 0 and text[match.start() - 1] in "(["
        values = [float(digits.replace(",", ""))] if thousands else []
        if in_list or not thousands:
            values += map(float, filter(None, digits.split(",")))
        if re.match(r"k\b", text[match.end() :]):
            values += [1_000 * value for value in values]
        yield from values
        if match.group().startswith("-"):
            yield from (-value for value in values)
    for number, word in enumerate(_WORDS):
        if re.search(rf"\b{word}\b", text, re.IGNORECASE):
            yield float(number)


def _value(figure: Any) -> Any:
    """What a figure reads, without its places."""
    if isinstance(figure, Stated):
        return figure.value
    if isinstance(figure, Mapping):
        return {name: _value(part) for name, part in figure.items()}
    return [_value(part) for part in figure]


def _parts(figure: Any) -> Iterator[Stated]:
    """Each part of a figure that has a place of its own."""
    if isinstance(figure, Stated):
        yield figure
    else:
        for part in figure.values() if isinstance(figure, Mapping) else figure:
            yield from _parts(part)


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, str) or not isinstance(value, Iterable):
        yield value
    else:
        for item in value:
            yield from _leaves(item)
