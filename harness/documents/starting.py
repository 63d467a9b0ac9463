"""`python -m harness init`: a project of one's own, about another subject."""

from __future__ import annotations

import shutil
from pathlib import Path

from harness.errors import InputError

_HARNESS = Path(__file__).parents[1]
_PLACES = (_HARNESS / "skeleton", _HARNESS.parent / "examples" / "another-subject")
"""Where the example is in an installed harness, and in this project."""


class NotEmpty(InputError):
    """A folder that somebody uses already, in one sentence."""


def init(folder: Path) -> list[Path]:
    """Write a tiny project there: a document, its ledger, two claims with their faults,
    conftest.py, a workflow; returns its files. Raises NotEmpty."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NotEmpty(f"{folder} is not empty; name a new folder.")
    example = next(place for place in _PLACES if place.is_dir())
    ignored = shutil.ignore_patterns(
        "reports", "__pycache__", ".hypothesis", ".pytest*"
    )
    shutil.copytree(example, folder, ignore=ignored, dirs_exist_ok=True)
    return sorted(path for path in folder.rglob("*") if path.is_file())
