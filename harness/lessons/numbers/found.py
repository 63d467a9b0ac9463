"""Numbers of a lesson, in its text and stored outputs, that do not follow from it."""

from __future__ import annotations

from collections.abc import Iterator

from harness.lessons.asking import Libraries
from harness.lessons.numbers import (
    beside,
    comparisons,
    defaults,
    models,
    outputs,
    penalties,
    schedules,
    steps,
)
from harness.lessons.numbers.wrong import Wrong
from harness.lessons.patterns import Code


def wrong(code: Code, libraries: Libraries) -> Iterator[Wrong]:
    """All that is wrong, of every kind."""
    yield from outputs.wrong(code)
    yield from steps.wrong(code)
    yield from schedules.wrong(code, libraries)
    yield from penalties.wrong(code, libraries)
    yield from models.wrong(code, libraries)
    yield from comparisons.wrong(code)
    yield from beside.wrong(code)
    yield from defaults.wrong(code, libraries)
