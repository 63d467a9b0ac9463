"""Methods of models that are gone, where the lesson does not show what the model is.

A method is known by the index of names: some version of Keras had it, and the installed
one has not. Only names that end in `model` are taken for models, in lessons that use
Keras and nothing else.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from harness.lessons import inline, years
from harness.lessons.asking import Libraries
from harness.lessons.patterns import Code
from harness.lessons.programs import Place, place
from harness.lessons.reading import Said

MODEL = "keras.Model"
_NAMED = re.compile(r"(?:^|_)model\d*$", re.IGNORECASE)


def methods(code: Code, libraries: Libraries) -> Iterator[tuple[Place | Said, str]]:
    """Calls of such methods, in the code and in the text's inline code."""
    if not _is_about_keras(code):
        return
    found = [*_called(code), *inline.methods(code.lesson)]
    own = {
        node.name
        for block in code.blocks
        for node in block.nodes
        if isinstance(node, ast.FunctionDef)
    }
    known = {*years.methods(MODEL)} - own - code.unread
    for at, written in found:
        owner, _, method = written.rpartition(".")
        if method in known and _NAMED.search(owner):
            name = f"{MODEL}.{method}"
            asked = libraries.ask(ask="method", name=name, positional=0, keywords=[])
            if asked.get("missing"):
                yield at, method


def _is_about_keras(code: Code) -> bool:
    text = "\n".join(text for text in code.lesson.sources.values() if text)
    return bool(re.search(r"\bkeras\b", text)) and not re.search(r"\btorch\b", text)


def _called(code: Code) -> Iterator[tuple[Place | Said, str]]:
    """`model.method(...)` on names that the lesson binds to nothing known."""
    for call in code.calls(*(f".{method}" for method in years.methods(MODEL))):
        function = call.node.func
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
            at = place(call.block.piece, call.node)
            yield at, f"{function.value.id}.{function.attr}"
