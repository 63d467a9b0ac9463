"""What lint found: findings with their place, rule and evidence, and what it read."""

from __future__ import annotations

import re
from typing import TypedDict

from harness.lessons.programs import Place
from harness.lessons.reading import Lesson, Said

ERROR, WARNING, NOTE = "error", "warning", "note"
NAME, CALL = "name", "call"


class Finding(TypedDict):
    """One thing that is wrong, at one place; unknown is None.

    cell: 0-based in a notebook; line, column, end_line: 1-based, in the cell's source
    or in the file; file_line: in the file, also of a notebook.
    link: where the published audit has the claim.
    fingerprint: stays the same when the line moves. fix: a word that can be replaced,
    None where nothing is safe to edit.
    """

    file: str
    cell: int | None
    line: int
    column: int | None
    end_line: int | None
    file_line: int
    rule: str
    severity: str
    claim: str | None
    message: str
    instead: str | None
    evidence: str | None
    since: str | None
    until: str | None
    link: str | None
    fingerprint: str
    fix: Fix | None


class Fix(TypedDict):
    """A word that becomes another one: line and column (1-based) of its beginning."""

    line: int
    column: int
    word: str
    becomes: str


class FileEntry(TypedDict):
    """What was read of a file; path: where it is, from the current folder; problem: why
    it could not be read; written_for: other versions that it asks for, so that nothing
    is said of it; versions: the first and the last of Keras that has all its names;
    unparsed_at: where the blocks are that could not be parsed."""

    file: str
    path: str
    kind: str
    passages: int
    blocks: int
    unparsed: int
    unparsed_at: list[Where]
    problem: str | None
    written_for: str | None
    versions: list[str] | None


class Where(TypedDict):
    """A line of a cell, or of a file."""

    cell: int | None
    line: int


class Remark(TypedDict):
    """A comment of a lesson that silences nothing, and why."""

    file: str
    cell: int | None
    line: int
    message: str


class Agreement(TypedDict):
    """A sentence that says what is right: a claim's correction, or an upheld claim."""

    file: str
    cell: int | None
    line: int
    claim: str


class Linted(TypedDict):
    """The result, as `--format json` prints it.

    silenced: how many findings a comment silenced; known: how many the baseline has;
    remarks: comments that name no rule.
    """

    schema: int
    stack: dict[str, str]
    files: list[FileEntry]
    findings: list[Finding]
    agreements: list[Agreement]
    silenced: int
    known: int
    remarks: list[Remark]


def finding(
    lesson: Lesson,
    at: Place | Said,
    rule: str,
    severity: str,
    message: str,
    *,
    claim: str | None = None,
    instead: str | None = None,
    evidence: str | None = None,
) -> Finding:
    """A finding at a use of a name, or at a sentence, whose column is not known."""
    column, end = (None, None) if isinstance(at, Said) else (at.column, at.end_line)
    return {
        "file": lesson.file,
        "cell": at.piece.cell,
        "line": at.line,
        "column": column,
        "end_line": end,
        "file_line": lesson.line_in_file(at.piece.cell, at.line),
        "rule": rule,
        "severity": severity,
        "claim": claim,
        "message": message,
        "instead": instead,
        "evidence": _ADDRESS.sub("", evidence) if evidence else None,
        "since": None,
        "until": None,
        "link": None,
        "fingerprint": "",
        "fix": None,
    }


_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+(?=>)")
"""Of an object in the memory of the process that was asked: another one each time."""
