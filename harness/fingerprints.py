"""The ledger's passage rows: place, fingerprint and claims, never the text itself."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

from harness import ledger


class LedgerProblem(Exception):
    """Why a ledger cannot be kept, in one sentence."""


def fingerprint(text: str) -> str:
    """First 16 hex digits of the SHA-256 of the text, white space and case folded."""
    folded = " ".join(re.sub(r"\s+", " ", text).lower().split())
    return hashlib.sha256(folded.encode()).hexdigest()[:16]


def update(audited: dict[str, Any], material: Path) -> dict[str, int]:
    """Write a row for each cited passage into the ledgers; returns the counts.

    Raises LedgerProblem if the material is missing or is not the audited one.
    """
    problem = ledger.folder_problem(material)
    if problem:
        raise LedgerProblem(problem)
    bound = ledger.passages(material)
    written = {}
    for document in ledger.documents():
        if document.id not in bound or not bound[document.id]["unchanged"]:
            raise LedgerProblem(
                f"{document.file} in {material} is not the audited text of "
                f"{document.id}; its rows were left as they are."
            )
        rows = _rows(audited, document.id, bound[document.id]["lines"])
        _write(ledger.FOLDER / f"{document.id}.toml", rows)
        written[document.id] = len(rows)
    return written


def _rows(
    audited: dict[str, Any], id: str, lines: list[str]
) -> list[tuple[tuple[int, int], str, str, list[str]]]:
    cited: dict[tuple[int, int], tuple[str, list[str]]] = {}
    for claim in audited["claims"]:
        for source in claim["sources"]:
            if source["document"] == id:
                place = (source["lines"][0], source["lines"][1])
                cited.setdefault(place, (source["section"], []))[1].append(claim["id"])
    return [
        (place, section, fingerprint("\n".join(lines[place[0] - 1 : place[1]])), claims)
        for place, (section, claims) in sorted(cited.items())
    ]


def _write(path: Path, rows: list[tuple]) -> None:
    head = path.read_text("utf-8").split("\n[[passage]]")[0].rstrip("\n")
    parts = [head]
    for place, section, digest, claims in rows:
        names = ", ".join(f'"{claim}"' for claim in sorted(set(claims)))
        parts.append(
            f'\n[[passage]]\nlines = [{place[0]}, {place[1]}]\nsection = "{section}"\n'
            f'fingerprint = "{digest}"\nclaims = [{names}]'
        )
    path.write_text("\n".join(parts) + "\n", "utf-8")
