"""Where a debugger stands when a verdict has changed: in the check, with its values."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType


def ending_in(traceback: TracebackType | None, file: Path) -> TracebackType | None:
    """The traceback, cut off after its last frame in `file`; all of it if it has none.

    `--pdb` stops in the last frame, which would be one of the judge's.
    """
    last, at = None, traceback
    while at is not None:
        if Path(at.tb_frame.f_code.co_filename) == file:
            last = at
        at = at.tb_next
    if last is not None:
        last.tb_next = None
    return traceback
