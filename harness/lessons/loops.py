"""Training loops with a gradient tape in the code of a lesson, which is never run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from harness.lessons.patterns import Call, Code, Node
from harness.lessons.programs import Block

TAPE = "tensorflow.GradientTape"
MODELS = (
    "keras.Sequential",
    "keras.models.Sequential",
    "keras.Model",
    "keras.models.Model",
)
LAYERS = "keras.layers."
TRAINED = ("trainable_variables", "trainable_weights", "variables", "weights")


@dataclass(frozen=True)
class Loop:
    """A step that a tape differentiates by a model's weights, and that applies it.

    tape: the `with`. model: the name of the model. forward: its calls below the tape.
    sums: what is added to what in an assignment there. adds_more: something that is not
    seen through may hold the penalties.
    """

    block: Block
    tape: Node
    model: str
    forward: list[ast.Call]
    sums: list[tuple[ast.expr, ast.expr]]
    adds_more: bool

    def at(self, node: ast.AST) -> Node:
        return Node(self.block, node)


@dataclass(frozen=True)
class Made:
    """How a model is made: the calls that make its layers."""

    layers: list[Call]


def loops(code: Code) -> Iterator[Loop]:
    """Training steps with a tape whose gradients by a model's weights are applied."""
    for block in code.blocks:
        if "GradientTape" not in block.piece.text:
            continue
        for scope in block.nodes:
            body = getattr(scope, "body", None)
            if isinstance(body, list):
                yield from _in(code, block, body)


def _in(code: Code, block: Block, body: list[ast.stmt]) -> Iterator[Loop]:
    for at, statement in enumerate(body):
        if not isinstance(statement, ast.With) or not code.within(
            Node(block, statement), TAPE
        ):
            continue
        after = ast.Module([*statement.body, *body[at + 1 :]], [])
        called = {n.attr for n in ast.walk(after) if isinstance(n, ast.Attribute)}
        if not called & {"apply_gradients", "apply"} or "gradient" not in called:
            continue
        for name in sorted(_trained(after)):
            inside = list(ast.walk(ast.Module(statement.body, [])))
            forward = [
                n
                for n in inside
                if isinstance(n, ast.Call)
                and isinstance(n.func, ast.Name)
                and n.func.id == name
                and n.args
            ]
            if forward:
                sums, tape = list(_sums(statement)), Node(block, statement)
                more = _handed_on(inside, name) or any(
                    isinstance(n, (ast.AugAssign, ast.Add)) for n in inside
                )
                more = more or _computes(inside, name)
                yield Loop(block, tape, name, forward, sums, more)


def _trained(tree: ast.AST) -> set[str]:
    """The models by whose weights `tape.gradient` differentiates."""
    found = set()
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(attr="gradient"),
                args=[_, ast.Attribute(value=ast.Name(id=model), attr=attr)],
            ) if attr in TRAINED:
                found.add(model)
    return found


def _sums(tape: ast.With) -> Iterator[tuple[ast.expr, ast.expr]]:
    """`(b, a)` and `(a, b)` of `loss = a + b`, and of `loss += b` with `a` the loss."""
    for node in ast.walk(tape):
        match node:
            case ast.AugAssign(op=ast.Add()):
                yield node.value, node.target
            case ast.Assign(value=ast.BinOp(op=ast.Add(), left=left, right=right)):
                yield right, left
                yield left, right


def _handed_on(nodes: list[ast.AST], model: str) -> bool:
    """Whether another function gets the model, and may add its penalties."""
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    given = [a for c in calls for a in (*c.args, *(k.value for k in c.keywords))]
    return any(isinstance(a, ast.Name) and a.id == model for a in given)


def _computes(nodes: list[ast.AST], model: str) -> bool:
    """Whether a method of the model itself makes the loss, such as compute_loss."""
    methods = [n.func for n in nodes if isinstance(n, ast.Call)]
    return any(
        isinstance(f, ast.Attribute)
        and isinstance(f.value, ast.Name)
        and f.value.id == model
        for f in methods
    )


def model_of(code: Code, name: str, order: tuple[int, int]) -> Made | None:
    """How the model of this name is made, if the lesson shows it above this place.

    A functional model's layers are those of its block and of the blocks above it, from
    the last `Input` on. `self` is a model whose class has a `train_step` of its own.
    """
    if name == "self":
        return _of_class(code, order)
    made = code.latest(name, order)
    call = code.as_call(made)
    if made is not None and call is None:
        return _defined(code, made)
    if made is None or call is None or call.name not in MODELS:
        return None
    layers = [c for c in code.within(made, LAYERS) if c.node is not call.node]
    if call.name.endswith("Sequential"):
        return Made(layers + _added_later(code, name, made, order))
    return _functional(code, made)


def _functional(code: Code, made: Node) -> Made | None:
    inputs = [
        c
        for c in code.calls("keras.Input", "keras.layers.Input")
        if c.order < made.order
    ]
    if not inputs:
        return None
    first = inputs[-1].order
    return Made([c for c in code.calls(LAYERS) if first <= c.order <= made.order])


def _of_class(code: Code, order: tuple[int, int]) -> Made | None:
    """The layers of the one object of the class around a place: functional, where it is
    made of inputs and outputs, or those that the class makes."""
    block = code.blocks[order[0]]
    around = [
        node
        for node in block.nodes
        if isinstance(node, ast.ClassDef)
        and node.lineno <= order[1] <= (node.end_lineno or 0)
    ]
    if not around:
        return None
    made = [
        Node(block, node)
        for block in code.blocks
        for node in block.nodes
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == around[-1].name
    ]
    if len(made) != 1:
        return None
    (one,) = made
    if isinstance(one.node, ast.Call) and (one.node.args or one.node.keywords):
        return _functional(code, one)
    return _defined(code, one)


def _defined(code: Code, made: Node) -> Made | None:
    """The layers of a model that a class or a function of the lesson makes, whose name
    is defined once; None where its code says in which mode its layers run."""
    match made.node:
        case ast.Call(func=ast.Name(id=name)):
            found = [
                Node(block, node)
                for block in code.blocks
                for node in block.nodes
                if isinstance(node, (ast.ClassDef, ast.FunctionDef))
                and node.name == name
            ]
        case _:
            return None
    if len(found) != 1 or "training=True" in ast.unparse(found[0].node):
        return None
    return Made(code.within(found[0], LAYERS))


def last_layers(code: Code, name: str, order: tuple[int, int]) -> list[Call]:
    """The last two layers of the model of this name, the last one first, as far as the
    lesson shows each of them; [] if it does not."""
    made = code.latest(name, order)
    call = code.as_call(made)
    if made is None or call is None or call.name not in MODELS or call.open:
        return []
    if call.name.endswith("Sequential"):
        listed = code.value(call.block, call.argument("layers", 0))
        elements = getattr(listed.node, "elts", None) if listed else []
        if elements is None or (listed and listed.block is not call.block):
            return []
        layers = [code.call(call.block, element) for element in elements]
        layers += _added(code, name, made, order)
    else:
        outputs = call.argument("outputs", 1)
        layers = _chain(code, code.value(call.block, outputs))
    last = layers[-2:][::-1]
    return [layer for layer in last if layer] if last and last[0] else []


def _added(
    code: Code, name: str, made: Node, order: tuple[int, int]
) -> list[Call | None]:
    """What `model.add` is given between the model and a place below it."""
    return [
        code.call(call.block, call.node.args[0])
        for call in code.calls(".add")
        if isinstance(call.node.func, ast.Attribute)
        and isinstance(call.node.func.value, ast.Name)
        and call.node.func.value.id == name
        and made.order < call.order < order
        and call.node.args
    ]


def _chain(code: Code, output: Node | None) -> list[Call | None]:
    """The last layers of `Dense(4)(Dense(8)(x))`, in their order; a name between them
    has to be bound once."""
    found: list[Call | None] = []
    while output is not None and len(found) < 2:
        match output.node:
            case ast.Call(func=ast.Call() as layer, args=[below, *_]):
                found.insert(0, code.as_call(Node(output.block, layer)))
                output = code.value(output.block, below)
            case _:
                break
    return found


def _added_later(
    code: Code, name: str, made: Node, order: tuple[int, int]
) -> list[Call]:
    """`model.add(layer)` between the model and a place below it."""
    found = []
    for call in code.calls(".add"):
        match call.node.func:
            case ast.Attribute(value=ast.Name(id=id)) if (
                id == name and made.order < call.order < order
            ):
                found += code.within(call, LAYERS)
    return found
