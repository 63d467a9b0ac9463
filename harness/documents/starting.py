"""`python -m harness init`: a project of one's own, about another subject."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from harness.errors import InputError
from harness.evidence.store import make_folder, write_bytes

_HARNESS = Path(__file__).parents[1]
_PLACES = (_HARNESS / "skeleton", _HARNESS.parent / "examples" / "another-subject")
"""Where the example is in an installed harness, and in this project."""


_IGNORED = re.compile(r"reports$|__pycache__$|\.hypothesis$|\.pytest")
"""What a run leaves in the example."""


class NotEmpty(InputError):
    """A folder that somebody uses already, in one sentence."""


def init(folder: Path) -> list[Path]:
    """Write a tiny project there: a document, its ledger, two claims with their faults,
    conftest.py, a workflow; returns its files.

    Raises NotEmpty, and Unwritten; then nothing is left there.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NotEmpty(f"{folder} is not empty; name a new folder.")
    example = next(place for place in _PLACES if place.is_dir())
    names = sorted(
        path.relative_to(example)
        for path in example.rglob("*")
        if path.is_file()
        and not any(_IGNORED.match(part) for part in path.relative_to(example).parts)
    )
    make_folder(folder)
    try:
        for name in names:
            make_folder((folder / name).parent)
            write_bytes(folder / name, (example / name).read_bytes())
    except OSError:
        for left in folder.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        raise
    return [folder / name for name in names]
