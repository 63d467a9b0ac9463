"""Lessons that were adopted: `--documents DIR` audits them with the project's own.

`python -m harness adopt` makes such a folder: for each lesson a ledger, and its text
beside it. A passage of the ledger cites claims of the project: `claims` that it makes,
`agrees` where it says what is right instead.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from harness.documents.ledger import Document, Ledgers
from harness.evidence.lines import SourceEntry

ADOPT = "`python -m harness adopt`"
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")


def places(lessons: Iterable[Document]) -> dict[str, list[SourceEntry]]:
    """By claim, the passages of lessons that make it."""
    found: dict[str, list[SourceEntry]] = defaultdict(list)
    for document in lessons:
        for row in document.rows():
            first, last = row["lines"]
            for claim in row.get("claims", []):
                found[claim].append(document[first:last].as_dict())
    return found


def problem(folder: Path, own: Ledgers) -> str | None:
    """A sentence if `folder` cannot serve as --documents, else None."""
    if not folder.is_dir():
        return f"--documents {folder}: no such folder; {ADOPT} makes one."
    ledgers = sorted(folder.glob("*.toml"))
    if not ledgers:
        return f"--documents {folder}: no ledger is there; {ADOPT} writes one."
    taken = {document.id for document in own.documents()}
    for path in ledgers:
        wrong = _wrong(path) or _without_text(Ledgers(folder)[path.stem], folder)
        if path.stem in taken:
            wrong = "has the id of a document of this project; give it another name"
        if wrong:
            return f"--documents {folder}: {path.name} {wrong}."
    return None


def _without_text(document: Document, folder: Path) -> str | None:
    if Path(document.file).name != document.file:
        return f"names {document.file!r}, and the text has to lie beside the ledger"
    if document.copy_in(folder) is None:
        return f"needs the text {document.file} beside it, as plain UTF-8"
    return None


def _wrong(path: Path) -> str | None:
    """What is wrong with a ledger that anybody may have written."""
    try:
        read = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        return f"is no TOML ({str(error).splitlines()[0][:100]})"
    if path.is_symlink() or read.get("id") != path.stem or not _ID.fullmatch(path.stem):
        return "needs `id`, equal to its own name: small letters, digits and hyphens"
    texts = all(isinstance(read.get(key), str) for key in ("title", "file", "sha256"))
    if not texts or type(read.get("lines")) is not int:
        return "needs `title`, `file`, `sha256` and `lines`"
    sections, rows = read.get("section", []), read.get("passage", [])
    if not all(isinstance(s, dict) and _is_section(s) for s in sections):
        return "has a section without `line` and `title`"
    for number, row in enumerate(rows, 1):
        if not (isinstance(row, dict) and _is_row(row, read["lines"])):
            return f"has a wrong passage, its {number}th"
    return None


def _is_section(section: dict[str, Any]) -> bool:
    return type(section.get("line")) is int and isinstance(section.get("title"), str)


def _is_row(row: dict[str, Any], last: int) -> bool:
    lines = row.get("lines")
    texts = ("section", "kind", "fingerprint", "sketch")
    return (
        isinstance(lines, list)
        and [type(n) for n in lines] == [int, int]
        and 1 <= lines[0] <= lines[1] <= last
        and all(isinstance(row.get(key), str) for key in texts)
        and re.fullmatch(r"[0-9a-f]{64}", row["sketch"]) is not None
        and isinstance(row.get("reason", ""), str)
        and all(_is_list_of_texts(row.get(key, [])) for key in ("claims", "agrees"))
    )


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def unknown(lessons: Iterable[Document], claims: Collection[str]) -> list[str]:
    """A sentence for each passage that cites a claim which there is not."""
    return [
        f"{document.ledger.name} cites {cited!r} at line {row['lines'][0]}, and this "
        "project has no such claim: the ids are in audit.json and in the report"
        for document in lessons
        for row in document.rows()
        for cited in (*row.get("claims", []), *row.get("agrees", []))
        if cited not in claims
    ]
