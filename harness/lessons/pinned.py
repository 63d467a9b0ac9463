"""Lessons that ask for other versions than the installed ones are not judged."""

from __future__ import annotations

import re

from harness.lessons.asking import Libraries
from harness.lessons.reading import Lesson

_LEGACY = re.compile(r"TF_USE_LEGACY_KERAS|^\s*import tf_keras", re.MULTILINE)
_MAGIC = re.compile(r"^\s*%tensorflow_version\s+(1\S*)", re.MULTILINE)
_TESTED = re.compile(
    r"\b(?:tested|written|built|developed) (?:with|on|for|using|under) "
    r"(keras|tensorflow|pytorch|torch)\b[ v=]{1,3}(\d+\.\d+)",
    re.IGNORECASE,
)
_PIN = re.compile(r"\b(keras|tensorflow|torch)(?:-cpu|-gpu)?\s*==\s*(\d+\.\d+)")


def other_version(lesson: Lesson, libraries: Libraries) -> str | None:
    """`tensorflow 2.9` if the lesson installs that and another one is here."""
    code = "\n".join(piece.text for piece in lesson.code())
    if _LEGACY.search(code):
        return "Keras 2, by TF_USE_LEGACY_KERAS or tf_keras"
    magic = _MAGIC.search(code)
    if magic:
        return f"tensorflow {magic.group(1)}"
    said = "\n".join(piece.text for piece in lesson.passages())
    tested = [(name.lower(), pin) for name, pin in _TESTED.findall(said)]
    for name, pin in [*_PIN.findall(code), *tested]:
        name = name.replace("pytorch", "torch")
        installed = str(libraries.ask(ask="versions").get(name, ""))
        if installed and not re.match(rf"{re.escape(pin)}\b", installed):
            return f"{name} {pin}"
    return None
