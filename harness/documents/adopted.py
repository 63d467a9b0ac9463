"""Lessons that were adopted: `--documents DIR` audits them with the project's own.

`python -m harness adopt` makes such a folder: for each lesson a ledger, and its text
beside it. A passage of the ledger cites claims of the project: `claims` that it makes,
`agrees` where it says what is right instead.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from pathlib import Path

from harness.documents.ledger import BadLedger, Document, Ledgers
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
        try:
            document = Ledgers(folder)[path.stem]
        except BadLedger as error:
            return f"--documents {error}"
        wrong = _wrong(document, path) or _without_text(document, folder)
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


def _wrong(document: Document, path: Path) -> str | None:
    """What an adopted ledger needs beyond what every ledger does."""
    if path.is_symlink() or document.id != path.stem or not _ID.fullmatch(path.stem):
        return "needs `id`, equal to its own name: small letters, digits and hyphens"
    for number, row in enumerate(document.rows(), 1):
        if "kind" not in row or "sketch" not in row:
            return f"has a wrong passage, number {number}: it needs `kind` and `sketch`"
    return None


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
