"""Split a document into passages: a sentence, a code line group, an output, a row.

The documents are pages as a browser or a notebook printed them: fences may be missing,
indentation lost, listings numbered, code and prose glued together. Lines are read once
from the top; each becomes part of a block of one kind, and blocks become passages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from harness.documents import page_patterns as looks_like

PROSE, CODE, OUTPUT, TABLE = "prose", "code", "output", "table"
FIGURE, HEADING, BOILERPLATE = "figure", "heading", "boilerplate"
LONGEST_GROUP = 12
LONGEST_LINE = 5_000


@dataclass(frozen=True)
class Passage:
    """A piece of a document: first and last line (1-based), its kind and its text."""

    lines: tuple[int, int]
    kind: str
    text: str


def split(text: str) -> list[Passage]:
    """All passages of a document, in its order; blank lines belong to none."""
    blocks = _blocks(text.splitlines())
    return [passage for block in blocks for passage in _passages(*block)]


Line = tuple[int, str]


def _blocks(lines: list[str]) -> Iterator[tuple[str, list[Line]]]:
    """Runs of lines of one kind; a blank line ends a run."""
    kind, fence, depth = "", "", 0
    run: list[Line] = []
    for number, raw in enumerate(lines, 1):
        line = raw[:LONGEST_LINE].rstrip()
        opening = re.match(r"^\s*```(\w*)", line)
        if opening:
            if run:
                yield kind, run
            kind, run, fence = "", [], "" if fence else (opening.group(1) or "code")
            continue
        for part, found in _classified(number, line, fence, kind, inside=depth > 0):
            if found != kind and run:
                yield kind, run
                run = []
            depth = max(0, depth + _opened(part)) if found == CODE else 0
            kind = found
            if found:
                run.append((number, part))
    if run:
        yield kind, run


def _classified(
    number: int, line: str, fence: str, before: str, *, inside: bool
) -> Iterator[tuple[str, str]]:
    """The line, or the parts that the page glued together, each with its kind.

    inside: whether a bracket of the code before is still open.
    """
    if fence or not line.strip():
        yield line, _kind(line, fence, before)
        return
    for part in _parts(line, code=inside or before == CODE):
        if number == 1 and part.startswith("# "):
            found = HEADING
        elif looks_like.DEBRIS.match(part) or looks_like.OUTPUT.match(part):
            found = _kind(part, fence, before)
        elif (inside and len(part) < 90) or looks_like.CODE_ONLY.match(part):
            found = CODE
        else:
            found = _kind(part, fence, before)
        inside = False
        yield part, found
        before = found


def _opened(text: str) -> int:
    """Brackets that the text opens, less those that it closes."""
    return sum(map(text.count, "([{")) - sum(map(text.count, ")]}"))


def _parts(line: str, *, code: bool) -> list[str]:
    if code or looks_like.STRONG_CODE.match(line) or looks_like.CALL.match(line):
        glued = looks_like.GLUED.search(line)
        if glued and looks_like.CODE.match(line[: glued.start()]):
            return [line[: glued.start()], line[glued.start() :]]
    output = looks_like.GLUED_OUTPUT.search(line)
    return [line[: output.start()], line[output.start() :]] if output else [line]


def _kind(line: str, fence: str, before: str) -> str:
    stripped = line.strip()
    if not stripped:
        return ""
    if fence == "mermaid":
        return FIGURE
    if stripped.startswith("|") or (before == TABLE and stripped.endswith("|")):
        return TABLE
    if "\t" in stripped and len(stripped) < 200:
        return TABLE
    if looks_like.DEBRIS.match(line):
        return BOILERPLATE
    if looks_like.OUTPUT.match(line):
        return OUTPUT
    if fence:
        unnumbered = re.sub(r"^\s*\d+ ", "", line)
        code = looks_like.CODE.match(unnumbered) or re.match(r"^\s*\d+( |$)", line)
        return CODE if code or before == CODE else OUTPUT
    return _unfenced(line, stripped, before)


def _unfenced(line: str, stripped: str, before: str) -> str:
    starts_figure = line.startswith("flowchart")
    if looks_like.FIGURE.match(line) and (before == FIGURE or starts_figure):
        return FIGURE
    if "→" in stripped and "print(" not in stripped:
        return PROSE
    if looks_like.HEADING.match(line):
        return HEADING
    if _is_code(line, stripped, before):
        return CODE
    short = len(stripped) < 70 and stripped[-1] not in ".:;,!?…)"
    return HEADING if short and stripped[0].isupper() else PROSE


def _is_code(line: str, stripped: str, before: str) -> bool:
    strong = looks_like.STRONG_CODE.match(line)
    goes_on = before == CODE and looks_like.CODE.match(line)
    wordy = len(re.findall(r"\b[a-z]{2,}\b [a-z]", stripped)) > 6
    if (strong or goes_on) and not wordy:
        return True
    indented = line.startswith("    ") and not stripped.startswith(("- ", "•"))
    return bool((before == CODE and indented) or (strong and "):" in line[:60]))


def _passages(kind: str, run: list[Line]) -> Iterator[Passage]:
    if kind == PROSE:
        yield from _sentences(run)
    elif kind == TABLE:
        yield from _rows(run)
    elif kind == CODE:
        for group in _code_groups(run):
            yield _joined(kind, group)
    elif kind in (HEADING, BOILERPLATE):
        for line in run:
            yield _joined(kind, [line])
    else:
        yield _joined(kind, run)


def _joined(kind: str, run: list[Line]) -> Passage:
    return Passage((run[0][0], run[-1][0]), kind, "\n".join(text for _, text in run))


def _sentences(run: list[Line]) -> Iterator[Passage]:
    """Sentences of a paragraph; a list item or a formula starts a new one."""
    for number, text in run:
        start = 0
        for end in [
            *(m.start() for m in looks_like.SENTENCE.finditer(text)),
            len(text),
        ]:
            sentence = text[start:end].strip()
            if re.search(r"\w", sentence):
                yield Passage((number, number), PROSE, sentence)
            start = end


def _rows(run: list[Line]) -> Iterator[Passage]:
    """Rows of a table; a row that was cut in two lines is joined again."""
    row: list[Line] = []
    for line in run:
        starts = line[1].lstrip().startswith("|") or "\t" in line[1]
        if row and starts:
            yield _joined(TABLE, row)
            row = []
        if not re.fullmatch(r"[\s|:-]+", line[1]):
            row.append(line)
    if row:
        yield _joined(TABLE, row)


def _code_groups(run: list[Line]) -> Iterator[list[Line]]:
    """Groups of statements: a definition or a comment at depth 0 starts a new one."""
    group: list[Line] = []
    depth = 0
    for number, text in run:
        bare = re.sub(r"^\s*\d+ ", "", text).lstrip()
        starts = (
            bare.startswith(("def ", "class ", "# ")) or len(group) >= LONGEST_GROUP
        )
        if group and depth <= 0 and starts:
            yield group
            group = []
        group.append((number, text))
        depth += _opened(text)
    if group:
        yield group
