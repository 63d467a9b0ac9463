"""Evidence on disk: one JSON object a line, written as it is made."""

from __future__ import annotations

import gzip
import json
import math
import os
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from harness.errors import InputError
from harness.evidence.lines import Line

SURROGATES = "backslashreplace"
EVIDENCE, COMPRESSED = "evidence.jsonl", "evidence.jsonl.gz"
LARGEST = 256 * 2**20
"""Bytes of evidence that are read at most, also when they come compressed."""


class UnreadableEvidence(InputError):
    """Stored evidence that is missing or damaged, said in one sentence."""


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
    """Write all lines of a run, or nothing."""
    write_atomically(path, "".join(_dump(line) + "\n" for line in lines))


def write_compressed(folder: Path, lines: Iterable[Line]) -> None:
    """Write all lines of a run with gzip; equal lines give equal bytes."""
    text = "".join(_dump(line) + "\n" for line in lines)
    data = gzip.compress(text.encode("utf-8", SURROGATES), mtime=0)
    _replace(folder / COMPRESSED, data)


def write_atomically(path: Path, text: str) -> None:
    """Write a whole file or nothing; a lone surrogate becomes JSON's `\\udXXX`."""
    _replace(path, text.encode("utf-8", SURROGATES))


def _replace(path: Path, data: bytes) -> None:
    """The file holds exactly these bytes, or what it held before."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except OSError:
        os.unlink(name)
        raise


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
        if not isinstance(line, dict) or "type" not in line:
            raise UnreadableEvidence(f"{path} line {number} is no line of evidence.")
        lines.append(cast("Line", line))
    return lines


def read_run(folder: Path) -> list[Line]:
    """The lines of a run's evidence, which begins with a line about the run.

    Raises UnreadableEvidence as `read` does, and where there is no such line.
    """
    lines = read(folder)
    if not any(line["type"] == "run" for line in lines):
        raise UnreadableEvidence(
            f"the evidence in {folder} has no line that tells of a run: it was cut off "
            "at its start. Remove that folder, or use another run."
        )
    return lines


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
