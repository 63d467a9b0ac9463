"""Names of a library in the inline code of a lesson's text: `tf.keras.layers.Dense`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.lessons.programs import AUDITED, Program
from harness.lessons.reading import Lesson, Said

_CODE = re.compile(r"`([A-Za-z_]\w*(?:\.\w+)+)(?:\([^`]*\))?`")
_METHOD = re.compile(r"`([A-Za-z_]\w*\.[A-Za-z_]\w*)\(\)?[^`]*`")
_OLD = re.compile(
    r"remov|deprecat|no longer|renamed|used to|\bold(er)?\b|legacy|\bwas\b|\bwere\b|"
    r"\b(1|2)\.(x|\d)|version|release|instead|not exist|previous|former|gone|replace|"
    r"\boption\b|migrat|n't\b|\bnot\b|compat|TF ?1|TensorFlow 1|mxnet|flax|\bR\b",
    re.I,
)
"""A paragraph with one of these may name something because it is gone."""
_FILE = re.compile(r"\.(py|json|ipynb|h5|keras|csv|ya?ml|md|txt|html|zip)$")
_STANDS_FOR_ANY = re.compile(r"\b(some|my|your)_|[a-z]X|\bX\b|\(\.\.\.\)`$")
_USUAL = {"tf": "tensorflow", "kt": "keras_tuner"}


def methods(lesson: Lesson) -> Iterator[tuple[Said, str]]:
    """Calls of a method in inline code, `metric.reset_state()`, each with its place and
    as it is written: `metric.reset_state`."""
    for piece in lesson.passages():
        if piece.kind in ("prose", "table") and not _OLD.search(piece.text):
            for match in _METHOD.finditer(piece.text):
                line = piece.line + piece.text.count("\n", 0, match.start())
                yield Said(piece, line), match.group(1)


def names(lesson: Lesson, program: Program) -> Iterator[tuple[Said, str]]:
    """Dotted names that begin with an audited library, each with its place.

    A file is none, nor is what stands for any name.
    """
    if any(piece.tab for piece in lesson.pieces):
        return  # which library an alias means depends on the tab
    aliases = dict(_USUAL)
    for block in program.code:
        aliases |= block.names
    for piece in lesson.passages():
        if piece.kind not in ("prose", "table") or _OLD.search(piece.text):
            continue
        for match in _CODE.finditer(piece.text):
            if _FILE.search(match.group(1)) or _STANDS_FOR_ANY.search(match.group()):
                continue
            head, _, rest = match.group(1).partition(".")
            known = _USUAL if piece.inside else aliases
            whole = f"{known.get(head, head)}.{rest}"
            line = piece.line + piece.text.count("\n", 0, match.start())
            if whole.split(".")[0] in AUDITED:
                yield Said(piece, line), whole
