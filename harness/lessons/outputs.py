"""Stored outputs that cannot come from the code above them.

A stored output is wrong only if no version of the library could print it there: lines
that count epochs, and parameter counts of models whose layers are all literals.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from harness.documents.passages import OUTPUT
from harness.lessons.asking import Libraries
from harness.lessons.patterns import Call, Code, Node
from harness.lessons.programs import Block

SAME_IN_ALL_VERSIONS = {
    *("Input", "InputLayer", "Dense", "Conv1D", "Conv2D", "Conv3D", "Embedding"),
    *("MaxPooling1D", "MaxPooling2D", "AveragePooling2D", "GlobalAveragePooling1D"),
    *("GlobalAveragePooling2D", "GlobalMaxPooling1D", "GlobalMaxPooling2D", "Flatten"),
    *("Dropout", "SpatialDropout1D", "SpatialDropout2D", "BatchNormalization"),
    *("Activation", "ReLU", "LeakyReLU", "Softmax", "Reshape", "ZeroPadding2D"),
    *("SimpleRNN", "LSTM", "Rescaling", "GaussianNoise"),
}
"""Layers that have had the same number of parameters in each version of Keras."""
_EPOCH = re.compile(r"^Epoch (\d+)/(\d+)\s*$", re.MULTILINE)
_TRAINABLE = re.compile(r"^ *Trainable params: ([\d,]+)", re.MULTILINE)
_HARMLESS = {"print", "len", "range", "int", "float", "str", "list", "dict", "zip"}


@dataclass(frozen=True)
class Wrong:
    """An output that does not belong to its code, at the code's node."""

    at: Node
    message: str
    evidence: str


def wrong(code: Code, libraries: Libraries) -> Iterator[Wrong]:
    """All outputs of the lesson that its code cannot have printed."""
    places = {id(piece): at for at, piece in enumerate(code.lesson.pieces)}
    for block in code.blocks:
        printed = "\n".join(_outputs_of(code, block, places[id(block.piece)]))
        if printed:
            yield from _epochs(code, block, printed)
            yield from _parameters(code, block, printed, libraries)


def _outputs_of(code: Code, block: Block, at: int) -> Iterator[str]:
    """The outputs that follow the block's code, the piece number `at`."""
    pieces = code.lesson.pieces
    for piece in (pieces[k] for k in range(at + 1, len(pieces))):
        if piece.kind != OUTPUT or piece.cell != block.piece.cell:
            break
        yield piece.text


def _epochs(code: Code, block: Block, printed: str) -> Iterator[Wrong]:
    """`Epoch 1/25` below a `fit` that asks for 20, the only training of the block."""
    calls = [n for n in block.nodes if isinstance(n, ast.Call)]
    if any(isinstance(n, (ast.FunctionDef, ast.ClassDef)) for n in block.tree.body):
        return
    named = {c.func.id for c in calls if isinstance(c.func, ast.Name)} - _HARMLESS
    if any(block.resolved(name) is None for name in named):
        return  # a function of the lesson may train, too
    fits = [
        c for c in code.calls(".fit", ".fit_generator", ".search") if c.block is block
    ]
    shown = {int(of) for _, of in _EPOCH.findall(printed)}
    if len(fits) != 1 or len(shown) != 1 or fits[0].name != ".fit" or fits[0].open:
        return
    given = fits[0].argument("epochs", 3)  # a name may get another value in between
    asked = given.value if isinstance(given, ast.Constant) else None
    last = shown.pop()
    if isinstance(asked, int) and asked != last:
        yield Wrong(
            fits[0],
            f"the stored output has {last} epochs, and the code asks for {asked}",
            f"Epoch 1/{last} against epochs={asked}",
        )


def _parameters(
    code: Code, block: Block, printed: str, libraries: Libraries
) -> Iterator[Wrong]:
    """A summary whose trainable parameters are not those of the layers."""
    shown = _TRAINABLE.findall(printed)
    summaries = [c for c in code.calls(".summary") if c.block is block]
    if len(shown) != 1 or len(summaries) != 1 or code.mentions(r"\.trainable\b"):
        return
    layers = _layers(code, summaries[0])
    if not layers:
        return
    answer = libraries.ask(ask="parameters", layers=layers)
    printed_count = int(shown[0].replace(",", ""))
    count = answer.get("count")
    if count is not None and count != printed_count:
        yield Wrong(
            summaries[0],
            f"the stored summary has {printed_count:,} trainable parameters, and the "
            f"layers above it have {count:,}",
            f"built from the lesson's layers: {count:,}",
        )


def _layers(code: Code, summary: Call) -> list[object] | None:
    """The literal calls that make the layers of the model, or None if one is none."""
    owner = summary.node.func
    if not isinstance(owner, ast.Attribute) or not isinstance(owner.value, ast.Name):
        return None
    name = owner.value.id
    made = code.as_call(code.latest(name, summary.order))
    if made is None or made.name not in ("keras.Sequential", "keras.models.Sequential"):
        return None
    given = made.argument("layers", 0)
    nodes: list[tuple[Block, ast.expr]] = []
    if isinstance(given, (ast.List, ast.Tuple)):
        nodes += [(made.block, node) for node in given.elts]
    elif given is not None:
        return None
    for add in code.calls(".add"):
        match add.node.func:
            case ast.Attribute(value=ast.Name(id=owned)) if owned == name:
                if made.order < add.order < summary.order and add.node.args:
                    nodes.append((add.block, add.node.args[0]))
    found = []
    for block, node in nodes:
        value = code.literal(block, node)
        kind = value.get("$call", "") if isinstance(value, dict) else ""
        if kind.rpartition(".")[2] not in SAME_IN_ALL_VERSIONS:
            return None
        found.append(value)
    return found
