"""Penalties of literal weights that a lesson prints."""

from __future__ import annotations

from collections.abc import Iterator

from harness.lessons.asking import Libraries
from harness.lessons.numbers import applied
from harness.lessons.numbers.wrong import Wrong
from harness.lessons.patterns import Code

REGULARIZERS = {
    f"keras.regularizers.{name}" for name in ("L1", "L2", "L1L2", "l1", "l2", "l1_l2")
}
"""Regularizers that have added the same penalty in each version."""


def wrong(code: Code, libraries: Libraries) -> Iterator[Wrong]:
    """Stored penalties that the regularizer does not give."""
    yield from applied.wrong(code, libraries, REGULARIZERS, "the regularizer")
