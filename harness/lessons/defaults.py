"""Default values that a lesson's text quotes, and that are others in the library.

A sentence that names one class of Keras, one of its parameters
and one number, and says that this is the default, is held against the signature.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.evidence.tolerance import rounding_interval
from harness.lessons.asking import Libraries
from harness.lessons.patterns import Code
from harness.lessons.reading import Said
from harness.lessons.statements import sentences
from harness.lessons.wrong import Wrong

_DEFAULT = re.compile(r"\bdefaults?\b", re.I)
_OTHER = re.compile(
    r"pytorch|\btorch\b|jax|mxnet|caffe|sklearn|scikit|theano|version|used to|\bwas\b|"
    r"\?|\bnot\b|n't\b|instead of|we (use|set|change)|paper|original",
    re.I,
)
_CLASS = re.compile(r"(?<!\w)[A-Z]\w+")
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e-?\d+)?(?![\w.]*\w)")


def wrong(code: Code, libraries: Libraries) -> Iterator[Wrong]:
    """Default values that the lesson's text quotes, and that are others."""
    lesson = code.lesson
    if any("torch" in block.names.values() for block in code.blocks):
        return
    if lesson.kind == "python":  # a docstring gives the defaults of its own function
        return
    for piece in lesson.passages():
        if piece.kind not in ("prose", "table") or not _DEFAULT.search(piece.text):
            continue
        for line, said in sentences(piece):
            numbers = _NUMBER.findall(said)
            if len(numbers) != 1 or not _DEFAULT.search(said) or _OTHER.search(said):
                continue
            known = _class_of(said, libraries)
            if known is None:
                continue
            name, defaults = known
            named = [p for p in defaults if _names(p, said)]
            if len(named) == 1:
                low, high = rounding_interval(numbers[0])
                value = defaults[named[0]]
                if not low <= value <= high:
                    yield Wrong(
                        Said(piece, line),
                        f"the default of {named[0]} of {name} is {value:g}, "
                        f"not {numbers[0]}",
                        f"signature of {name}: {named[0]}={value:g}",
                    )


def _class_of(said: str, libraries: Libraries) -> tuple[str, dict[str, float]] | None:
    """The one class of Keras that the sentence names, and its numeric defaults."""
    found = {}
    for name in {m.group() for m in _CLASS.finditer(said)}:
        answer = libraries.ask(ask="defaults", name=name)
        if answer.get("defaults"):
            found[name] = answer["defaults"]
    return next(iter(found.items())) if len(found) == 1 else None


def _names(parameter: str, said: str) -> bool:
    words = re.escape(parameter).replace("_", "[ _]?")
    return bool(re.search(rf"(?<![\w]){words}(?![\w])", said, re.I))
