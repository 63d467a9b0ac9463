"""`--format html`: the lessons with their findings in the margin."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from harness.lessons.findings import ERROR, NOTE, WARNING, Linted
from harness.report import render

RIGHT = "right"
COLOURS = {
    ERROR: "refuted",
    WARNING: "qualified",
    NOTE: "inconclusive",
    RIGHT: "upheld",
}
Mark = dict[str, Any]
"""A finding, or a sentence that says what is right, as the margin shows it."""
Texts = dict[str, dict[int | None, str]]
"""By file and cell, the text of the lessons."""


def html(linted: Linted, texts: Texts) -> str:
    """One page; lessons without a finding are counted, not shown."""
    by_file: dict[str, list[Mark]] = defaultdict(list)
    for found in linted["findings"]:
        by_file[found["file"]].append(dict(found))
    pages = []
    for file, marks in by_file.items():
        count = len(marks)
        marks += [
            {
                **agreed,
                "severity": RIGHT,
                "message": "says what was measured",
                "rule": agreed["claim"],
                "instead": None,
                "evidence": None,
                "link": None,
            }
            for agreed in linted["agreements"]
            if agreed["file"] == file
        ]
        cells = list(_cells(marks, texts[file]))
        pages.append({"file": file, "count": count, "cells": cells})
    context = {"linted": linted, "pages": pages, "colours": COLOURS}
    return render.page("lint.html.j2", context)


def _cells(
    found: list[Mark], sources: dict[int | None, str]
) -> Iterator[tuple[int | None, list[dict[str, Any]]]]:
    """Each cell that has a finding, or the whole text, in pieces."""
    for cell, text in sources.items():
        here = [f for f in found if f["cell"] == cell]
        if here:
            yield cell, list(_chunks(here, text.split("\n")))


def _chunks(found: list[Mark], lines: list[str]) -> Iterator[dict[str, Any]]:
    """Lines with a finding by themselves, and what lies between them in one piece."""
    marked = sorted({min(f["line"], len(lines)) for f in found})
    at = 1
    for line in [*marked, len(lines) + 1]:
        between = "\n".join(lines[at - 1 : line - 1])
        if between.strip():
            yield {"line": at, "text": between, "found": [], "mark": ""}
        here = [f for f in found if min(f["line"], len(lines)) == line]
        if here:
            worst = min(here, key=lambda f: list(COLOURS).index(f["severity"]))
            mark = COLOURS[worst["severity"]]
            yield {"line": line, "text": lines[line - 1], "found": here, "mark": mark}
        at = line + 1
