"""The cells of a Jupyter notebook, of format 2 to 4, as its JSON has them.

What has another shape is told in a sentence; keys that nobody needs may be missing,
which nbformat refuses with errors of many kinds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_ADVICE = "open it in Jupyter and save it again, or leave it out"


class BadNotebook(ValueError):
    """What is wrong with a notebook, and what to do."""


@dataclass(frozen=True)
class Cell:
    """A cell. kind: code, markdown or raw; outputs: the stored ones that are text."""

    kind: str
    source: str
    outputs: tuple[str, ...]


def read(text: str) -> tuple[list[Cell], str]:
    """The cells of a notebook, and its language. Raises BadNotebook."""
    try:
        notebook = json.loads(text)
    except ValueError as error:
        raise BadNotebook(f"it is not JSON ({error}); {_ADVICE}") from None
    except RecursionError:
        raise BadNotebook(f"its JSON is nested too deeply; {_ADVICE}") from None
    if not isinstance(notebook, dict) or "nbformat" not in notebook:
        raise BadNotebook(f"its JSON is not that of a notebook; {_ADVICE}")
    if notebook["nbformat"] not in (2, 3, 4):
        raise BadNotebook("its nbformat is none of 2, 3 and 4; save it as format 4")
    cells = [
        _cell(f"cell {at}", cell) for at, cell in enumerate(_listed(notebook, "cells"))
    ]
    return cells, _language(notebook)


def _listed(notebook: dict[str, Any], key: str) -> Iterator[Any]:
    """The cells, which formats 2 and 3 keep in worksheets."""
    found = notebook.get("worksheets" if key not in notebook else key)
    if not isinstance(found, list):
        raise BadNotebook(f"it has no list of cells; {_ADVICE}")
    if key in notebook:
        yield from found
        return
    for sheet in found:
        if not isinstance(sheet, dict) or key not in sheet:
            raise BadNotebook(f"a worksheet of it has no list of cells; {_ADVICE}")
        yield from _listed(sheet, key)


def _language(notebook: dict[str, Any]) -> str:
    found: Any = notebook
    for key in ("metadata", "kernelspec", "language"):
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, str) and found else "python"


def _cell(name: str, cell: Any) -> Cell:
    if not isinstance(cell, dict):
        raise BadNotebook(f"{name} is no cell; {_ADVICE}")
    kind = str(cell.get("cell_type", ""))
    source = _joined(cell.get("source", cell.get("input", "")))
    outputs = cell.get("outputs", [])
    if source is None:
        raise BadNotebook(f"the source of {name} is no text; {_ADVICE}")
    if not isinstance(outputs, list):
        raise BadNotebook(f"the outputs of {name} are no list; {_ADVICE}")
    if kind == "heading":
        level = cell.get("level", 1)
        marks = "#" * (level if level in range(1, 7) else 1)
        kind, source = "markdown", f"{marks} {' '.join(source.split())}"
    shown = map(_shown, outputs) if kind == "code" else ()
    return Cell(kind, source, tuple(filter(None, shown)))


def _shown(output: Any) -> str:
    """A stored output as plain text; "" if it has none."""
    if not isinstance(output, dict):
        return ""
    if "ename" in output:
        return f"{output['ename']}: {output.get('evalue', '')}"
    data = output.get("data")
    plain = data.get("text/plain") if isinstance(data, dict) else None
    return _joined(output.get("text") or plain or "") or ""


def _joined(value: Any) -> str | None:
    """A text that JSON may hold as a list of lines; None if it is none."""
    if isinstance(value, str):
        return value
    if not isinstance(value, list) or not all(isinstance(x, str) for x in value):
        return None
    ended = not value or value[0].endswith(("\n", "\r"))
    return ("" if ended else "\n").join(value)


_SOURCE = re.compile(r'(?<!\\)"(?:source|input)"\s*:\s*')
_BETWEEN = re.compile(r"[\s,\[]*")


def lines_in_file(text: str) -> dict[int, list[int]]:
    """By cell, the line of the file (1-based) where each line of its source stands;
    a cell that cannot be told apart is left out."""
    decoder = json.JSONDecoder()
    begins = [match.end() for match in _SOURCE.finditer(text)]
    values = [decoder.raw_decode(text, begin)[0] for begin in begins]
    found: dict[int, list[int]] = {}
    first = 0
    for at, cell in enumerate(read(text)[0]):
        # outputs and metadata may have keys of this name, too
        same = (
            k for k in range(first, len(values)) if _joined(values[k]) == cell.source
        )
        if cell.source and (k := next(same, None)) is not None:
            found[at] = [*_lines(text, begins[k], values[k])]
            first = k + 1
    return found


def _lines(text: str, begin: int, source: str | list[str]) -> Iterator[int]:
    for part in [source] if isinstance(source, str) else source:
        begin += len(_BETWEEN.match(text, begin)[0])  # type: ignore[index]
        yield from [text.count("\n", 0, begin) + 1] * max(1, len(part.splitlines()))
        begin = json.JSONDecoder().raw_decode(text, begin)[1]
