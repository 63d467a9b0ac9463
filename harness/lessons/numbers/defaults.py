"""Default values that a lesson's text quotes, and that are others in the library.

A sentence, or a part of one, that names one class of Keras or of torch, one of its
parameters and one number, and says that this is the default, is held against the
signature.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.evidence.tolerance import rounding_interval
from harness.lessons.asking import Libraries
from harness.lessons.numbers.wrong import Wrong
from harness.lessons.patterns import Code
from harness.lessons.reading import Said
from harness.lessons.statements import sentences

_DEFAULT = re.compile(r"\bdefaults?\b", re.I)
_OTHER = re.compile(
    r"jax|mxnet|caffe|sklearn|scikit|theano|version|used to|\bwas\b|"
    r"\?|\bnot\b|n't\b|instead of|we (use|set|change)|paper|original",
    re.I,
)
_NAMES = {"keras": r"keras|tensorflow|\btf\.", "torch": r"torch"}
_OTHERS = {"keras", "tensorflow", "transformers", "fastai", "timm"}
"""Libraries that have classes of the same names as torch."""
_PARTS = re.compile(r", and |; |, while |, whereas ")
_CLASS = re.compile(r"(?<!\w)[A-Z]\w+")
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e-?\d+)?(?![\w.]*\w)")


def wrong(code: Code, libraries: Libraries) -> Iterator[Wrong]:
    """Default values that the lesson's text quotes, and that are others."""
    lesson = code.lesson
    if lesson.kind == "python":  # a docstring gives the defaults of its own function
        return
    tops = {
        name.split(".")[0] for block in code.blocks for name in block.names.values()
    }
    for piece in lesson.passages():
        if piece.kind not in ("prose", "table") or not _DEFAULT.search(piece.text):
            continue
        for line, said in sentences(piece):
            library = _library(said, tops)
            if library and not _OTHER.search(said):
                for part in _PARTS.split(said):
                    yield from _problem(Said(piece, line), part, library, libraries)


def _library(said: str, imported: set[str]) -> str | None:
    """The library that the sentence speaks of: by name, or because the lesson imports
    no other one."""
    named = [name for name, words in _NAMES.items() if re.search(words, said, re.I)]
    if named:
        return named[0] if len(named) == 1 else None
    if "torch" not in imported:
        return "keras"
    return None if imported & _OTHERS else "torch"


def _problem(
    at: Said, said: str, library: str, libraries: Libraries
) -> Iterator[Wrong]:
    numbers = set(_NUMBER.findall(said))
    if len(numbers) != 1 or not _DEFAULT.search(said):
        return
    known = _class_of(said, library, libraries)
    if known is None:
        return
    name, defaults = known
    named = [p for p in defaults if _names(p, said)]
    if len(named) == 1:
        number = numbers.pop()
        low, high = rounding_interval(number)
        value = defaults[named[0]]
        if not low <= value <= high:
            yield Wrong(
                at,
                f"the default of {named[0]} of {name} is {value:g}, not {number}",
                f"signature of {name} in {library}: {named[0]}={value:g}",
            )


def _class_of(
    said: str, library: str, libraries: Libraries
) -> tuple[str, dict[str, float]] | None:
    """The one class of the library that is named, and its numeric defaults."""
    found = {}
    for name in {m.group() for m in _CLASS.finditer(said)}:
        answer = libraries.ask(ask="defaults", library=library, name=name)
        if answer.get("defaults"):
            found[name] = answer["defaults"]
    return next(iter(found.items())) if len(found) == 1 else None


def _names(parameter: str, said: str) -> bool:
    words = re.escape(parameter).replace("_", "[ _]?")
    return bool(re.search(rf"(?<![\w]){words}(?![\w])", said, re.I))
