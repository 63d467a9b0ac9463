"""The layers of a model, where the lesson's code gives each of them as a literal.

Any doubt about a part leaves the whole model out.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from harness.lessons.patterns import Call, Code, Node
from harness.lessons.programs import Block

SEQUENTIAL = ("keras.Sequential", "keras.models.Sequential")
FUNCTIONAL = ("keras.Model", "keras.models.Model")
SAME_IN_ALL_VERSIONS = {
    *("Input", "InputLayer", "Dense", "Conv1D", "Conv2D", "Conv3D", "Embedding"),
    *("MaxPooling1D", "MaxPooling2D", "AveragePooling2D", "GlobalAveragePooling1D"),
    *("GlobalAveragePooling2D", "GlobalMaxPooling1D", "GlobalMaxPooling2D", "Flatten"),
    *("MaxPool1D", "MaxPool2D", "AvgPool2D", "GlobalAvgPool2D", "GlobalMaxPool2D"),
    *("Dropout", "SpatialDropout1D", "SpatialDropout2D", "BatchNormalization"),
    *("Activation", "ReLU", "LeakyReLU", "Softmax", "Reshape", "ZeroPadding2D"),
    *("SimpleRNN", "LSTM", "Rescaling", "GaussianNoise", "GaussianDropout", "ELU"),
    *("AlphaDropout", "UpSampling2D", "Conv2DTranspose", "RepeatVector", "Permute"),
    *("Concatenate", "Add"),
}
"""Layers that have had the same number of parameters in each version of Keras."""
MOST_LAYERS = 200
_REMOVES = r"layers\.pop|_layers\b"


@dataclass
class Graph:
    """layers: literal calls, the last one makes the output; on: the numbers of those
    that each is called on, None for a Sequential model."""

    layers: list[object]
    on: list[list[int]] | None


def of(code: Code, used: Call) -> Graph | None:
    """The graph of the model on which a method is called; None if it is not certain."""
    owner = used.node.func
    if not isinstance(owner, ast.Attribute) or not isinstance(owner.value, ast.Name):
        return None
    made = code.as_call(code.latest(owner.value.id, used.order))
    if made is None or not made.plain or owner.value.id in code.unread:
        return None
    if code.mentions(_REMOVES):
        return None
    if made.name in SEQUENTIAL:
        return _sequential(code, made, owner.value.id, used)
    return _functional(code, made) if made.name in FUNCTIONAL else None


def _sequential(code: Code, made: Call, name: str, used: Call) -> Graph | None:
    given = made.argument("layers", 0)
    nodes: list[tuple[Block, ast.expr]] = []
    if isinstance(given, (ast.List, ast.Tuple)):
        nodes += [(made.block, node) for node in given.elts]
    elif given is not None:
        return None
    for changed in code.calls(".add", ".pop"):
        match changed.node.func:
            case ast.Attribute(value=ast.Name(id=owned)) if owned == name:
                if not made.order < changed.order < used.order:
                    continue
                if changed.name == ".pop" or not (changed.plain and changed.node.args):
                    return None
                nodes.append((changed.block, changed.node.args[0]))
    if len(nodes) > MOST_LAYERS:
        return None
    found = [_layer(code, block, node) for block, node in nodes]
    return Graph(found, None) if found and None not in found else None


def _layer(code: Code, block: Block, node: ast.expr) -> object:
    """`Dense(10)` as a literal. `Conv2D(8, 3, 3)` had a 3 by 3 kernel in Keras 1, and
    has strides of 3 since: no such call is read. None if it is no such layer."""
    value = code.settled(block, node)
    kind = value.get("$call", "") if isinstance(value, dict) else ""
    name = kind.rpartition(".")[2]
    if not isinstance(value, dict) or name not in SAME_IN_ALL_VERSIONS:
        return None
    return value if len(value["arguments"]) <= 2 else None


def _functional(code: Code, made: Call) -> Graph | None:
    """`Model(inputs, outputs)`, where each tensor is a layer's call on others."""
    inputs, outputs = made.argument("inputs", 0), made.argument("outputs", 1)
    if not (isinstance(inputs, ast.Name) and outputs) or made.open:
        return None
    reader = _Tensors(code)
    first = reader.number(Node(made.block, inputs), made.order)
    last = reader.number(Node(made.block, outputs), made.order)
    starts = [at for at, on in enumerate(reader.on) if not on]
    certain = last == len(reader.on) - 1 and first == 0 and starts == [0]
    return Graph(reader.layers, reader.on) if certain else None


class _Tensors:
    """Numbers the tensors that expressions of a lesson stand for."""

    def __init__(self, code: Code) -> None:
        self._code = code
        self._known: dict[int, int] = {}
        self._changed = {
            name.id
            for block in code.blocks
            for node in block.nodes
            if isinstance(node, (ast.AugAssign, ast.For, ast.With, ast.NamedExpr))
            for name in ast.walk(node)
            if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
        }
        self.layers: list[object] = []
        self.on: list[list[int]] = []

    def number(
        self, at: Node, order: tuple[int, int], depth: int = MOST_LAYERS
    ) -> int | None:
        """The node that an expression is; names are looked up above `order`."""
        node, block = at.node, at.block
        if isinstance(node, ast.Name):
            if node.id in self._changed | self._code.unread:
                return None
            found = self._code.latest(node.id, order)
            if found is None or id(found.node) not in found.block.plain:
                return None
            return self.number(found, found.order, depth - 1) if depth else None
        if id(node) in self._known:
            return self._known[id(node)]
        if not isinstance(node, ast.Call) or not depth:
            return None
        call = self._code.as_call(at)
        if call and call.name in ("keras.Input", "keras.layers.Input"):
            return self._add(node, self._code.settled(block, node), [])
        if not isinstance(node.func, ast.Call) or len(node.args) != 1 or node.keywords:
            return None
        layer = _layer(self._code, block, node.func)
        given = node.args[0]
        each = given.elts if isinstance(given, ast.List) else [given]
        numbers = [self.number(Node(block, one), order, depth - 1) for one in each]
        on = [number for number in numbers if number is not None]
        return self._add(node, layer, on) if layer and len(on) == len(each) else None

    def _add(self, node: ast.Call, layer: object, on: list[int]) -> int | None:
        if layer is None:
            return None
        self.layers.append(layer)
        self.on.append(on)
        self._known[id(node)] = len(self.layers) - 1
        return self._known[id(node)]
