"""Names of a library in the inline code of a lesson's text: `tf.keras.layers.Dense`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.lessons.programs import AUDITED, Program
from harness.lessons.reading import Lesson, Said

_CODE = re.compile(r"`([A-Za-z_]\w*(?:\.\w+)+)(?:\([^`]*\))?`")
_OLD = re.compile(
    r"remov|deprecat|no longer|renamed|used to|\bold(er)?\b|legacy|\bwas\b|\bwere\b|"
    r"\b(1|2)\.(x|\d)|version|release|instead|not exist|previous|former|gone|replace|"
    r"migrat|n't\b|\bnot\b|compat",
    re.I,
)
"""A paragraph with one of these may name something because it is gone."""
_USUAL = {"tf": "tensorflow", "kt": "keras_tuner"}


def names(lesson: Lesson, program: Program) -> Iterator[tuple[Said, str]]:
    """Dotted names that begin with an audited library, each with its place."""
    aliases = dict(_USUAL)
    for block in program.code:
        aliases |= block.names
    for piece in lesson.passages():
        if piece.kind not in ("prose", "table") or _OLD.search(piece.text):
            continue
        for match in _CODE.finditer(piece.text):
            head, _, rest = match.group(1).partition(".")
            whole = f"{aliases.get(head, head)}.{rest}"
            line = piece.line + piece.text.count("\n", 0, match.start())
            if whole.split(".")[0] in AUDITED:
                yield Said(piece, line), whole
