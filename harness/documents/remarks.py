"""The comments of a ledger's file, which its owner wrote and no rewriting may lose."""

from __future__ import annotations

import bisect
import re

_TEXT_OR_COMMENT = re.compile(
    r""""{3}(?:\\.|[^\\])*?"{3}|'{3}.*?'{3}|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|(#[^\n]*)""",
    re.DOTALL,
)
_PASSAGE = re.compile(r"^\[\[passage\]\]", re.MULTILINE)
_COMMENTS_ALONE = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*")


def remarks(text: str) -> list[list[str]]:
    """The comments of the head, then those of each passage.

    A line of its own above a passage is about that one; above the first, it is the
    head's.
    """
    begins = [found.start() for found in _PASSAGE.finditer(text)]
    said: list[list[str]] = [[] for _ in range(len(begins) + 1)]
    for found in _TEXT_OR_COMMENT.finditer(text):
        if found.group(1) is None:
            continue
        at = bisect.bisect_right(begins, found.start())
        line = text.rfind("\n", 0, found.start()) + 1
        if 0 < at < len(begins) and _COMMENTS_ALONE.fullmatch(text, line, begins[at]):
            at += 1
        said[at].append(found.group(1).rstrip())
    return said
