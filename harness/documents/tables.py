"""TOML files that are a list of tables of one name: corrections, triage, phrases."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from harness.errors import InputError


class BadTable(InputError):
    """What is wrong with such a file, in one sentence."""


def read(path: Path, name: str, *others: str) -> list[dict[str, Any]]:
    """The tables `[[name]]` of a file in their order; [] if there is no such file.

    others: tables that the file may have besides. Raises BadTable.
    """
    if not path.is_file():
        return []
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        raise BadTable(f"{path} is not TOML: {error}.") from None
    unknown = sorted(set(found) - {name, *others})
    if unknown:
        raise BadTable(
            f"{path}: {unknown[0]!r} is read by nobody; begin each {name} with "
            f"[[{name}]]."
        )
    rows = found.get(name, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadTable(f"{path}: begin each {name} with [[{name}]].")
    return rows
