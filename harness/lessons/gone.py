"""Methods of models that are gone, and keywords that `fit` and its like no longer have,
where the lesson does not show what the model is.

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
HELD = ("evaluate", "fit", "predict")
"""Methods whose calls are held against their signature; that of `compile` is another
one in many classes of models."""
_LIBRARIES = re.compile(r"\b(keras|torch|pytorch)\b", re.IGNORECASE)
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


def calls(code: Code, libraries: Libraries) -> Iterator[tuple[Place, str, str]]:
    """Calls of a model's methods with a keyword that they do not have: where, which
    method, and what the library says."""
    if not _is_about_keras(code) or any(map(_is_a_model, _classes(code))):
        return
    for call in code.calls(*(f".{name}" for name in HELD)):
        named = [k.arg for k in call.node.keywords if k.arg]
        function = call.node.func
        if call.open or not isinstance(function, ast.Attribute):
            continue
        owner = function.value
        if isinstance(owner, ast.Name) and _NAMED.search(owner.id):
            name = f"{MODEL}.{function.attr}"
            positional = len(call.node.args)
            asked = libraries.ask(
                ask="method", name=name, positional=positional, keywords=named
            )
            if said := asked.get("message"):
                yield place(call.block.piece, call.node), function.attr, said


def _classes(code: Code) -> Iterator[ast.ClassDef]:
    for block in code.blocks:
        yield from (n for n in block.nodes if isinstance(n, ast.ClassDef))


def _is_a_model(node: ast.ClassDef) -> bool:
    """Whether a class may have methods of its own in place of Keras'."""
    own = {n.name for n in node.body if isinstance(n, ast.FunctionDef)}
    return bool(own & {*HELD})


def _is_about_keras(code: Code) -> bool:
    text = "\n".join(text for text in code.lesson.sources.values() if text)
    named = {found.lower() for found in _LIBRARIES.findall(text)}
    return named == {"keras"}


def _called(code: Code) -> Iterator[tuple[Place | Said, str]]:
    """`model.method(...)` on names that the lesson binds to nothing known."""
    for call in code.calls(*(f".{method}" for method in years.methods(MODEL))):
        function = call.node.func
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
            at = place(call.block.piece, call.node)
            yield at, f"{function.value.id}.{function.attr}"
