"""Printed values of objects that the lesson makes of literals and calls: a schedule at
a step, a regularizer on weights."""

from __future__ import annotations

import ast
import math
from collections.abc import Collection, Iterator

from harness.evidence.tolerance import rounding_interval
from harness.lessons.asking import Libraries
from harness.lessons.numbers import printed
from harness.lessons.numbers.printed import Shown
from harness.lessons.numbers.wrong import OUTPUT, Wrong
from harness.lessons.patterns import Code, Node
from harness.lessons.programs import Block, canonical, dotted

MOST_WEIGHTS = 64
_ARRAYS = ("numpy", "tensorflow", "keras.ops", "keras.backend")
_FLOAT32 = 1e-5
"""Relative error that is left to float32, which a lesson may print in full."""
_FILLED = {"ones": 1.0, "zeros": 0.0}
_SAME = ("constant", "convert_to_tensor", "array", "asarray", "Variable")


def wrong(
    code: Code, libraries: Libraries, kinds: Collection[str], what: str
) -> Iterator[Wrong]:
    """Stored values of such objects, of classes with these names, that are others."""
    if not any(True for _ in code.calls(*kinds)):
        return
    for block in code.blocks:
        for shown in printed.values(code, block):
            call = _call(shown.node)
            literal = _made(code, kinds, call) if call and shown.number else None
            given = _given(code, block, shown, call) if call and literal else None
            if not (call and shown.number) or given is None:
                continue
            right = value(libraries, literal, given)
            if right is not None and not _shows(shown.number, right):
                yield Wrong(
                    Node(block, call),
                    f"{what} gives {right:.4g} there, and the stored output shows "
                    f"{shown.number}",
                    f"{ast.unparse(call)[:80]}: {right:.6g}",
                    OUTPUT,
                )


def value(libraries: Libraries, made: object, given: object) -> float | None:
    """What the object gives for a number, or for a list of weights."""
    found = libraries.ask(ask="value", made=made, given=given).get("value")
    return float(found) if found is not None else None


def _shows(number: str, right: float) -> bool:
    low, high = rounding_interval(number)
    slack = _FLOAT32 * abs(right)
    return math.isfinite(right) and low - slack <= right <= high + slack


def _call(node: ast.expr) -> ast.Call | None:
    """`f(x)`, also as `float(f(x))` and `f(x).numpy()`."""
    match node:
        case ast.Call(func=ast.Name(id="float"), args=[inner], keywords=[]):
            return _call(inner)
        case ast.Call(func=ast.Attribute(value=ast.Call() as inner, attr="numpy")):
            return inner
        case ast.Call(args=[_], keywords=[]):
            return node
    return None


def _made(code: Code, kinds: Collection[str], call: ast.Call) -> object:
    """The literal call that made what is called, by the one name that it has."""
    made = code.only(call.func.id) if isinstance(call.func, ast.Name) else None
    if made is None or made.name not in kinds or not made.plain:
        return None
    return code.settled(made.block, made.node)


def _given(code: Code, block: Block, shown: Shown, call: ast.Call) -> object:
    """A number, or a list of weights; None for anything that is not literal."""
    node = call.args[0]
    if isinstance(node, ast.Name) and node.id in shown.known:
        return shown.known[node.id]
    if not isinstance(node, ast.Call):
        return code.settled(block, node)
    owner, _, function = (dotted(node.func) or "").rpartition(".")
    library = block.resolved(owner) or ("numpy" if owner == "np" else "")
    if canonical(library) not in _ARRAYS or not node.args:
        return None
    inner = code.settled(block, node.args[0])
    if function in _FILLED and (size := _size(inner)):
        return [_FILLED[function]] * size
    return inner if function in _SAME and isinstance(inner, list) else None


def _size(shape: object) -> int | None:
    """The elements of an array of a literal shape, if they are few."""
    sizes = shape.get("$tuple") if isinstance(shape, dict) else shape
    sizes = sizes if isinstance(sizes, list) else [sizes]
    if not sizes or not all(isinstance(s, int) and 0 < s < 1000 for s in sizes):
        return None
    size = math.prod(sizes)
    return size if size <= MOST_WEIGHTS else None
