"""Evidence on disk: one JSON object a line, written as it is made."""

from __future__ import annotations

import contextlib
import errno
import gzip
import json
import math
import os
import tempfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from harness.errors import InputError
from harness.evidence.lines import NEEDED, Line, SideEntry, SourceEntry

SURROGATES = "backslashreplace"
EVIDENCE, COMPRESSED = "evidence.jsonl", "evidence.jsonl.gz"
LARGEST = 256 * 2**20
"""Bytes of evidence that are read at most, also when they come compressed."""


class UnreadableEvidence(InputError):
    """Stored evidence that is missing or damaged, said in one sentence."""


class Unwritten(InputError, OSError):
    """Why a file or a folder could not be written, and what to do, in one sentence."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(error.errno, error.strerror or str(error), str(path))

    def __str__(self) -> str:
        return f"cannot write {self.filename} ({self.strerror}): {self._what_to_do()}."

    def _what_to_do(self) -> str:
        if self.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
            return "free some space, or name another folder"
        if self.errno == errno.EISDIR:
            return "a folder has that name; name a file"
        if self.errno in (errno.EEXIST, errno.ENOTDIR):
            return "a file stands where a folder has to be; name another folder"
        if self.errno == errno.ENOENT:
            return "there is no such folder to write to; make it, or name another"
        return "name a place that you may write to"


class Store:
    """The folder of one run, `runs/<time>-<backend>`, unique even within a second."""

    def __init__(self, reports: Path, backend: str, started: datetime) -> None:
        stem = f"{started:%Y%m%dT%H%M%SZ}-{backend}"
        runs = reports / "runs"
        runs.mkdir(parents=True, exist_ok=True)
        self.reports = reports
        self.folder = _new_folder(runs, stem)
        self.path = self.folder / EVIDENCE

    def append(self, line: Line) -> None:
        """Add one object; it is on disk when this returns."""
        with self.path.open("a", encoding="utf-8", errors=SURROGATES) as file:
            file.write(_dump(line) + "\n")

    def finish(self, lines: Iterable[Line]) -> None:
        """Replace the file by its lines in their final order."""
        write_evidence(self.path, lines)

    def make_latest(self) -> None:
        """Point `latest` at this run."""
        link = self.reports / "latest"
        fresh = self.reports / f".latest-{os.getpid()}"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(self.folder.relative_to(self.reports))
        fresh.replace(link)


def _new_folder(runs: Path, stem: str) -> Path:
    for number in range(1, 10_000):
        folder = runs / (stem if number == 1 else f"{stem}-{number}")
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        return folder
    raise OSError(f"no free name for {stem} in {runs}")


def write_evidence(path: Path, lines: Iterable[Line]) -> None:
    """Write all lines of a run, or nothing. Raises Unwritten."""
    write_atomically(path, "".join(_dump(line) + "\n" for line in lines))


def write_compressed(folder: Path, lines: Iterable[Line]) -> None:
    """Write all lines of a run with gzip; equal lines give equal bytes.

    Raises Unwritten.
    """
    text = "".join(_dump(line) + "\n" for line in lines)
    data = gzip.compress(text.encode("utf-8", SURROGATES), mtime=0)
    write_bytes(folder / COMPRESSED, data)


def write_atomically(path: Path, text: str) -> None:
    """Write a whole file or nothing; a lone surrogate becomes JSON's `\\udXXX`.

    Raises Unwritten.
    """
    write_bytes(path, text.encode("utf-8", SURROGATES))


def write_bytes(path: Path, data: bytes) -> None:
    """The file holds exactly these bytes, or what it held before.

    Raises Unwritten, with this path and not that of a temporary file.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            os.chmod(name, 0o644)
            os.replace(name, path)
        except OSError:
            os.unlink(name)
            raise
    except OSError as error:
        raise Unwritten(path, error) from None


@contextlib.contextmanager
def whole(folder: Path) -> Iterator[Path]:
    """A folder beside this one to write to; its files take the places of those with the
    same names when all of them are there. Raises Unwritten; then nothing changed."""
    make_folder(folder.parent)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".new-") as name:
        try:
            yield Path(name)
        except Unwritten as error:
            raise Unwritten(folder / Path(error.filename).name, error) from None
        make_folder(folder)
        for path in sorted(Path(name).iterdir()):
            os.replace(path, folder / path.name)


def make_folder(path: Path) -> None:
    """The folder is there, with those above it. Raises Unwritten."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unwritten(path, error) from None


def read(folder: Path) -> list[Line]:
    """The lines of a run's evidence; a last line that a crash cut off is left out.

    Raises UnreadableEvidence with the file and the line number.
    """
    path = folder
    if folder.is_dir():
        names = (EVIDENCE, COMPRESSED)
        path = next(
            (folder / n for n in names if (folder / n).exists()), folder / EVIDENCE
        )
    if path.is_file() and path.name not in (EVIDENCE, COMPRESSED):
        raise UnreadableEvidence(f"{path} is no run: name the folder of one.")
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise UnreadableEvidence(
            f"cannot read evidence at {path}: it is no plain file."
        )
    try:
        text = _text(path)
    except (OSError, EOFError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise UnreadableEvidence(f"cannot read evidence at {path}: {reason}.") from None
    lines: list[Line] = []
    rows = text.removesuffix("\n").split("\n")  # U+2028 in a string ends no line
    for number, row in enumerate(rows, 1):
        try:
            line = json.loads(row, parse_constant=_finite, parse_float=_finite)
        except (ValueError, RecursionError):
            if number == len(rows) and not text.endswith("\n"):
                break
            raise UnreadableEvidence(
                f"{path} line {number} is not JSON; remove it or use another run."
            ) from None
        if not isinstance(line, dict) or not isinstance(line.get("type"), str):
            raise UnreadableEvidence(f"{path} line {number} is no line of evidence.")
        lines.append(cast("Line", line))
    return lines


def read_run(folder: Path) -> list[Line]:
    """The lines of a run's evidence, which begins with a line about the run.

    Raises UnreadableEvidence as `read` does, and where there is no such line, or what
    an audit needs is missing.
    """
    lines = read(folder)
    if not any(line["type"] == "run" for line in lines):
        raise UnreadableEvidence(
            f"the evidence in {folder} has no line that tells of a run: it was cut off "
            "at its start. Remove that folder, or use another run."
        )
    for number, line in enumerate(lines, 1):
        for key in NEEDED.get(line["type"], ()):
            if key not in line:
                raise UnreadableEvidence(
                    f"the evidence in {folder} is damaged: line {number}, of type "
                    f"{line['type']}, has no {key!r}. Use another run."
                )
    there = {line["id"] for line in lines if line["type"] == "document"}
    for place in _places(lines):
        if place.get("document") not in (None, *there):
            raise UnreadableEvidence(
                f"the evidence in {folder} is damaged: it cites {place['document']}, "
                "and has no line about that document. Use another run."
            )
    return lines


def _places(lines: Iterable[Line]) -> Iterator[SourceEntry | SideEntry]:
    """The passages that claims and contradictions cite."""
    for line in lines:
        if line["type"] == "claim":
            yield from line["sources"]
        elif line["type"] == "contradiction":
            yield from line["sides"]


def _text(path: Path) -> str:
    """The file's text; a name that ends in .gz is decompressed, to a bounded size."""
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise UnreadableEvidence(
            f"{path} holds more than {LARGEST // 2**20} MiB; that is no run's evidence."
        )
    return data.decode("utf-8")


def _finite(digits: str) -> float:
    """The number; what JSON cannot hold is refused."""
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(digits)
    return value


def utc_now() -> datetime:
    return datetime.now(UTC)


def _dump(line: Line) -> str:
    return json.dumps(line, ensure_ascii=False, allow_nan=False)
