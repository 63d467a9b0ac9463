"""The audited documents: their passages, by place and fingerprint, never the text."""

from __future__ import annotations

import bisect
import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NotRequired, cast

import pytest

from harness.documents.remarks import remarks
from harness.errors import InputError
from harness.evidence.lines import DocumentEntry, PassageEntry, SourceEntry


class BadLedger(InputError, pytest.Collector.CollectError):
    """What is wrong with a ledger's file, in one sentence."""


def _data(path: Path) -> dict[str, Any]:
    """What a ledger's file holds; parsed anew only if it has changed.

    Raises BadLedger.
    """
    status = path.stat()
    return _parsed(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=32)
def _parsed(path: Path, changed: int, size: int) -> dict[str, Any]:
    try:
        text = path.read_text("utf-8")
        data = tomllib.loads(text)
    except OSError as error:
        raise BadLedger(f"{path} cannot be read ({error.strerror}).") from None
    except (ValueError, RecursionError) as error:
        said = str(error).splitlines()[0][:100]
        raise BadLedger(f"{path} is no TOML ({said}).") from None
    wrong = _wrong(data)
    if wrong:
        raise BadLedger(f"{path} {wrong}.")
    for row, said_there in zip(data.get("passage", []), remarks(text)[1:]):
        row["remarks"] = said_there
    return data


_HEAD: dict[str, type] = {
    "id": str,
    "title": str,
    "file": str,
    "sha256": str,
    "lines": int,
}
_TEXTS = ("section", "kind", "fingerprint", "sketch", "reason")
_LISTS = ("claims", "agrees", "suggests", "suggests_agrees", "found", "related")
_SKETCH = re.compile(r"[0-9a-f]{64}")


def _wrong(data: dict[str, Any]) -> str | None:
    """What is wrong with a ledger that anybody may have written."""
    for key, kind in _HEAD.items():
        if type(data.get(key)) is not kind:
            return f"needs `{key}`, a {'text' if kind is str else 'whole number'}"
    unknown = sorted(set(data) - {*_HEAD, "section", "passage"})
    if unknown:
        return f"has the key {unknown[0]!r}; use {', '.join(_HEAD)}, section, passage"
    sections, rows = data.get("section", []), data.get("passage", [])
    if not isinstance(sections, list) or not all(map(_is_section, sections)):
        return "has a section without `line` and `title`"
    if not isinstance(rows, list):
        return "has passages that do not begin with [[passage]]"
    for number, row in enumerate(rows, 1):
        wrong = _wrong_row(row, data["lines"])
        if wrong:
            return f"has a wrong passage, number {number}: {wrong}"
    return None


def _is_section(section: Any) -> bool:
    return (
        isinstance(section, dict)
        and type(section.get("line")) is int
        and isinstance(section.get("title"), str)
    )


def _wrong_row(row: Any, last: int) -> str | None:
    if not isinstance(row, dict):
        return "begin it with [[passage]]"
    unknown = sorted(set(row) - {"lines", *_TEXTS, *_LISTS, "reviewed"})
    if unknown:
        return f"it has no key {unknown[0]!r}"
    lines = row.get("lines")
    if not isinstance(lines, list) or [type(n) for n in lines] != [int, int]:
        return "`lines` is its first and its last line"
    if not 1 <= lines[0] <= lines[1] <= last:
        return f"its lines {lines[0]} to {lines[1]} do not lie in 1 to {last}"
    for key in ("section", "fingerprint"):
        if key not in row:
            return f"it needs `{key}`"
    for key in (key for key in _TEXTS if not isinstance(row.get(key, ""), str)):
        return f"`{key}` is a text"
    for key in _LISTS:
        value = row.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            return f"`{key}` is a list of texts"
    if "sketch" in row and not _SKETCH.fullmatch(row["sketch"]):
        return "`sketch` is 64 hexadecimal digits"
    return None


class Row(PassageEntry):
    """A passage as a ledger's TOML file has it; what is empty is left out."""

    fingerprint: str
    sketch: NotRequired[str]


class UnknownDocument(InputError, pytest.Collector.CollectError):
    """A claim cites a document or a line that no ledger knows."""


def digest(text: str) -> str:
    """What a ledger's `sha256` says of its text."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True)
class Source:
    """A place in a document: first and last line, 1-based, of the audited file."""

    document: str
    section: str
    lines: tuple[int, int]

    def as_dict(self) -> SourceEntry:
        return {
            "document": self.document,
            "section": self.section,
            "lines": list(self.lines),
        }

    def __str__(self) -> str:
        return f"{self.document} line {self.lines[0]} ({self.section})"


@dataclass(frozen=True)
class PublicStatement:
    """A statement outside of the documents: an issue thread, a library's guide.

    title: what is stated there, in our own words.
    """

    address: str
    title: str

    def as_dict(self) -> SourceEntry:
        return {"address": self.address, "section": self.title}

    def __str__(self) -> str:
        return f"{self.address} ({self.title})"


def public(address: str, title: str) -> PublicStatement:
    """The source of a claim that no audited document makes."""
    if not address.startswith("https://") or not title.strip():
        raise UnknownDocument(
            f"a public statement needs an address that begins with https:// and a "
            f"title in our own words; this one has {address!r} and {title!r}."
        )
    return PublicStatement(address, title)


@dataclass(frozen=True)
class Document:
    """An audited text; `document[64]` and `document[112:116]` are its places.

    ledger: the TOML file that lists its passages.
    """

    id: str
    title: str
    file: str
    sha256: str
    line_count: int
    sections: tuple[tuple[int, str], ...]
    ledger: Path

    def __getitem__(self, place: int | slice) -> Source:
        """The source at a line, or from a first to a last line (both included).

        Raises UnknownDocument if that is no place of the document.
        """
        first, last = (
            (place.start, place.stop) if isinstance(place, slice) else (place, place)
        )
        stepped = isinstance(place, slice) and place.step is not None
        if stepped or not (type(first) is int and type(last) is int):
            raise UnknownDocument(
                f"a claim cites {self.id} at {place!r}: name a line, as in [63], or a "
                "first and a last one, as in [63:65]."
            )
        if not 1 <= first <= last <= self.line_count:
            raise UnknownDocument(
                f"{self.id} has lines 1 to {self.line_count}; "
                f"a claim cites {first} to {last}."
            )
        starts = [line for line, _ in self.sections]
        at = bisect.bisect_right(starts, first) - 1
        section = self.sections[at][1] if at >= 0 else "(top)"
        return Source(self.id, section, (first, last))

    def is_audited(self, text: str) -> bool:
        """Whether a text is, byte for byte, the one that the ledger was made of."""
        return digest(text) == self.sha256

    def rows(self) -> list[Row]:
        """The passage rows as written in the ledger."""
        return [cast("Row", dict(row)) for row in _data(self.ledger).get("passage", [])]

    def copy_in(self, folder: Path) -> str | None:
        """The text of the reader's copy; None if there is none that can be read."""
        path = folder / self.file
        if not path.is_file() or _file_problem(folder, self.file):
            return None
        return path.read_bytes().decode("utf-8")

    def as_dict(self) -> DocumentEntry:
        """The document's entry in audit.json; counts are null without a full ledger."""
        entry: DocumentEntry = {
            "id": self.id,
            "title": self.title,
            "file": self.file,
            "sha256": self.sha256,
            "passages": None,
            "with_claims": None,
            "not_checkable": None,
            "untriaged": None,
            "rows": [],
        }
        all_rows = self.rows()
        if not all("kind" in row for row in all_rows) or not all_rows:
            return entry
        with_claims = sum(
            bool(row.get("claims") or row.get("agrees")) for row in all_rows
        )
        reasoned = sum(bool(row.get("reason")) for row in all_rows)
        return {
            **entry,
            "passages": len(all_rows),
            "with_claims": with_claims,
            "not_checkable": reasoned,
            "untriaged": len(all_rows) - with_claims - reasoned,
            "rows": [_told(row) for row in all_rows],
        }


def _told(row: Row) -> PassageEntry:
    keys: Mapping[str, object] = row
    told = ("lines", "section", "kind", "claims", "agrees", "reason")
    return cast("PassageEntry", {key: keys[key] for key in told if key in keys})


@dataclass(frozen=True)
class Ledgers:
    """A folder of ledgers, one TOML file for each audited document."""

    folder: Path

    def documents(self) -> list[Document]:
        """All documents that have a ledger, in the order of their files."""
        return sorted((self[id] for id in self._ids()), key=lambda d: d.file)

    def _ids(self) -> list[str]:
        """The documents' names; `triage.toml` beside them is no ledger."""
        return sorted(
            path.stem for path in self.folder.glob("*.toml") if path.stem != "triage"
        )

    def __getitem__(self, id: str) -> Document:
        """The document with this id.

        Raises UnknownDocument, naming the known ones, and BadLedger.
        """
        path = self.folder / f"{id}.toml"
        if not path.is_file() and (path.exists() or path.is_symlink()):
            raise BadLedger(f"{path} is no plain file; put the ledger itself there.")
        if not path.is_file():
            known = ", ".join(self._ids())
            raise UnknownDocument(
                f"unknown document {id!r}; the ledgers are: {known or 'none'}."
            )
        data = _data(path)
        sections = tuple((s["line"], s["title"]) for s in data.get("section", []))
        return Document(
            data["id"],
            data["title"],
            data["file"],
            data["sha256"],
            data["lines"],
            sections,
            path,
        )

    def copies(self, folder: Path) -> dict[str, str]:
        """The text of each audited document that lies in `folder`, by document id."""
        texts = {d.id: d.copy_in(folder) for d in self.documents()}
        return {id: text for id, text in texts.items() if text is not None}

    def absent(self, folder: Path) -> str | None:
        """A sentence about documents of which `folder` has no copy, if any."""
        copies = {d.file: folder / d.file for d in self.documents()}
        lacking = [
            n for n, p in copies.items() if not p.exists() or not p.stat().st_size
        ]
        names = ", ".join(lacking)
        return f"no copy of {names}: judged without it" if lacking else None

    def strangers(self, folder: Path) -> str | None:
        """A sentence about texts in `folder` that no ledger knows, if there are any."""
        known = {document.file for document in self.documents()}
        names = sorted(
            path.name
            for path in folder.iterdir()
            if path.suffix in TEXTS and path.name not in known
        )
        if not names:
            return None
        others = f" and {len(names) - 3} more" if len(names) > 3 else ""
        named = f"{', '.join(names[:3])}{others}"
        return f"not judged, since no ledger knows it: {named}. {self.known()}"

    def known(self) -> str:
        """Which documents the project judges, and what to do with another one."""
        titles = "; ".join(f"{d.title} ({d.file})" for d in self.documents()) or "none"
        return (
            f"This project judges: {titles}. A copy needs that file name; another text "
            f"needs a ledger in {'/'.join(self.folder.parts[-2:])}/ (CONTRIBUTING.md)."
        )

    def problem(self, folder: Path) -> str | None:
        """A sentence if `folder` cannot serve as --material, else None."""
        try:
            return self._problem(folder)
        except OSError as error:
            return (
                f"--material {folder}: cannot be read ({error.strerror}); name a "
                "folder that you may read."
            )

    def _problem(self, folder: Path) -> str | None:
        if not folder.is_dir():
            return f"--material {folder}: no such folder; name that of your documents."
        known = self.documents()
        for document in known:
            path = folder / document.file
            if path.is_symlink() or (path.exists() and not path.is_file()):
                return (
                    f"--material {folder}: {document.file} is no plain file, but a "
                    "link, a folder or a device; put the text itself there."
                )
        found = [d for d in known if (folder / d.file).is_file()]
        if not found:
            there = ", ".join(sorted(p.name for p in folder.iterdir())[:5]) or "nothing"
            return (
                f"--material {folder}: none of the documents that this project judges "
                f"is there, only {there}. {self.known()}"
            )
        for document in found:
            problem = _file_problem(folder, document.file)
            if problem:
                return f"--material {folder}: {document.file} {problem}"
        return None


TEXTS = (".txt", ".md", ".qmd", ".html", ".ipynb", ".rst", ".py")
LARGEST_FILE = 4 * 2**20
MOST_LINES = 100_000


def _file_problem(folder: Path, file: str) -> str | None:
    path = folder / file
    if path.is_symlink():
        return "is a link; links are not followed."
    if not path.resolve().is_relative_to(folder.resolve()):
        return "lies outside the folder; put the file itself there."
    if path.stat().st_size > LARGEST_FILE:
        return f"is larger than {LARGEST_FILE // 2**20} MiB; that is no audited text."
    try:
        lines = len(path.read_text("utf-8").splitlines())
    except (UnicodeDecodeError, OSError):
        return "is not readable UTF-8 text."
    if lines > MOST_LINES:
        return f"has more than {MOST_LINES} lines; that is no audited text."
    return None
