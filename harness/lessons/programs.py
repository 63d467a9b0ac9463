"""The code of a lesson as a program that is read and never run.

Names are followed from imports and aliases; a name that is bound to anything else is
unknown from then on, and nothing is said of it.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from harness.lessons.reading import Lesson, Piece, is_python
from harness.lessons.syntax import parsed

AUDITED = ("keras", "tensorflow", "torch", "keras_tuner", "numpy")
"""The libraries whose names are looked up; all others are left alone."""
MOST_ITEMS, LONGEST_TEXT, LARGEST_NUMBER = 64, 400, 10**9


@dataclass(frozen=True)
class Place:
    """Where code stands: line, column and end_line are 1-based, in the cell or file."""

    piece: Piece
    line: int
    column: int
    end_line: int


@dataclass(frozen=True)
class Use(Place):
    """A dotted name of a library as the code writes it, and what it stands for.

    written: `L.Dense`; name: `tensorflow.keras.layers.Dense`.
    """

    written: str
    name: str


def place(piece: Piece, node: ast.AST) -> Place:
    """Where a node of a piece's syntax tree stands in the lesson."""
    line, first = getattr(node, "lineno", 1), piece.line - 1
    end = getattr(node, "end_lineno", None) or line
    column = getattr(node, "col_offset", 0) + 1
    return Place(piece, first + line, column, first + end)


@dataclass(frozen=True)
class Call:
    """A call of such a name. arguments: all its literals, or None if one is none;
    keywords, positional: what can be held against a signature in any case. places: of
    the keywords, as line and column (1-based)."""

    use: Use
    positional: int
    keywords: tuple[str, ...]
    arguments: tuple[list[object], dict[str, object]] | None
    starred: bool
    places: dict[str, tuple[int, int]]


@dataclass(frozen=True, eq=False)
class Block:
    """A parsed block of code: its tree, all nodes of it, and what its names stand for;
    usual: the same for names that the lesson imports nowhere."""

    number: int
    piece: Piece
    tree: ast.Module
    nodes: list[ast.AST]
    names: dict[str, str]
    rebound: set[str]
    usual: dict[str, str]

    def resolved(self, written: str) -> str | None:
        """`L.Dense` -> `tensorflow.keras.layers.Dense`; None if the name is unknown."""
        head, _, rest = written.partition(".")
        name = self.names.get(head) or self.usual.get(head)
        if head in self.rebound or name is None:
            return None
        return f"{name}.{rest}" if rest else name

    def audited(self, written: str) -> str | None:
        """The same, for names of the audited libraries alone."""
        name = self.resolved(written)
        return name if name and name.split(".")[0] in AUDITED else None

    @cached_property
    def assigned(self) -> list[tuple[str, ast.expr]]:
        """What is assigned to which name, in the order of the lines."""
        found = [
            pair
            for node in self.nodes
            if isinstance(node, ast.Assign) and len(node.targets) == 1
            for pair in _pairs(node.targets[0], node.value)
        ]
        return sorted(found, key=lambda pair: pair[1].lineno)

    @cached_property
    def plain(self) -> set[int]:
        """Ids of the nodes that run once: in no function, branch, loop or class."""
        once = (ast.Expr, ast.Assign, ast.AnnAssign)
        return {
            id(node)
            for statement in self.tree.body
            if isinstance(statement, once)
            for node in ast.walk(statement)
        }


@dataclass
class Program:
    """Uses and calls of a lesson's code; which of its blocks could not be parsed.

    assigned: by name, all that is assigned to it, if it is bound in no other way.
    methods: calls of methods on objects whose class is known, as `Class.method`;
    attributes: what is read of such objects, as `Class.attribute`.
    literals: names that stand for one literal wherever they are bound. attached: names
    of a library that the lesson assigns to. no_modules: imports from `tf`.
    """

    code: list[Block] = field(default_factory=list)
    literals: dict[str, object] = field(default_factory=dict)
    assigned: dict[str, list[ast.expr]] = field(default_factory=dict)
    attached: set[str] = field(default_factory=set)
    uses: list[Use] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    methods: list[Call] = field(default_factory=list)
    attributes: list[Use] = field(default_factory=list)
    no_modules: list[Place] = field(default_factory=list)
    blocks: int = 0
    unparsed: list[Piece] = field(default_factory=list)


LONGEST_TRY = 3
"""Statements of a `try` that asks what a version has."""
USUAL = {"tf": "tensorflow", "keras": "keras", "torch": "torch"}
"""What these names stand for in Python code of a lesson that imports them nowhere."""


def of(lesson: Lesson) -> Program:
    """One program for the whole lesson; blocks of another framework are left out."""
    program = Program()
    blocks = []
    for piece in lesson.code():
        if not is_python(piece):
            continue
        program.blocks += 1
        tree = parsed(piece.text)
        if tree is None:
            program.unparsed.append(piece)
        else:
            blocks.append((piece, tree))
    walked = [list(ast.walk(tree)) for _, tree in blocks]
    every = [node for nodes in walked for node in nodes]
    bound = Counter(_bound(every))
    imported = [pair for node in every for pair in _imported(node)]
    several = Counter(alias for alias, _ in {(a, canonical(n)) for a, n in imported})
    names = {alias: name for alias, name in imported if several[alias] == 1}
    tops = {(alias, canonical(name).split(".")[0]) for alias, name in imported}
    elsewhere = Counter(alias for alias, _ in tops)
    program.assigned = assigned = _assigned(every, bound)
    program.literals = literals = _constants(assigned)
    made = _made_once(assigned)
    for number, ((piece, tree), nodes) in enumerate(zip(blocks, walked)):
        here = dict(pair for node in nodes for pair in _imported(node))
        names |= {alias: name for alias, name in here.items() if elsewhere[alias] == 1}
        usual = USUAL if piece.language else {}
        usual = {alias: name for alias, name in usual.items() if alias not in elsewhere}
        block = Block(number, piece, tree, nodes, names | here, set(bound), usual)
        program.code.append(block)
        _Reader(program, block, literals, made).visit(tree)
    return program


def canonical(name: str) -> str:
    """`tensorflow.keras.x` is `keras.x`."""
    return re.sub(
        r"^tensorflow\.(?:python\.|compat\.v[12]\.)?keras(?=\.|$)", "keras", name
    )


def _imported(node: ast.AST) -> Iterator[tuple[str, str]]:
    """`alias -> dotted name` of what an import binds."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            top = alias.name.split(".")[0]
            yield (alias.asname, alias.name) if alias.asname else (top, top)
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        for alias in node.names:
            yield alias.asname or alias.name, f"{_module(node.module)}.{alias.name}"


def _module(name: str) -> str:
    """What `from tf.keras import …` means, though Python finds no module `tf`."""
    return re.sub(r"^tf(?=\.)", "tensorflow", name)


def _bound(nodes: list[ast.AST]) -> Iterator[str]:
    """Names that anything but an import binds."""
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
            yield node.id
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.ExceptHandler) and node.name:
            yield node.name


Assigned = dict[str, list[ast.expr]]


def _constants(assigned: Assigned) -> dict[str, object]:
    """Names that are bound to one literal, wherever they are bound."""
    found: dict[str, object] = {}
    left = assigned
    while left:  # a constant may be made of others
        settled = {}
        for name, values in left.items():
            try:
                several = [literal(value, found) for value in values]
            except NotLiteral:
                continue
            if all(value == several[0] for value in several):
                settled[name] = several[0]
        if not settled:
            break
        found |= settled
        left = {name: values for name, values in left.items() if name not in settled}
    return found


def _made_once(assigned: Assigned) -> dict[str, ast.expr]:
    """Names that are bound to what calls of one function make, and to nothing else:
    `metric = keras.metrics.Mean()`; name -> the function that is called."""
    found: dict[str, ast.expr] = {}
    for name, values in assigned.items():
        called = [v.func for v in values if isinstance(v, ast.Call)]
        written = {dotted(function) for function in called}
        if len(called) == len(values) and len(written) == 1:
            found[name] = called[0]
    return found


def _assigned(nodes: list[ast.AST], bound: Counter[str]) -> Assigned:
    """By name, all that is assigned to it; names bound in other ways are left out."""
    found: Assigned = {}
    for node in nodes:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            for target, value in _pairs(node.targets[0], node.value):
                found.setdefault(target, []).append(value)
    return {
        name: values for name, values in found.items() if bound[name] == len(values)
    }


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """`a = 1`, and `a, b = 1, 2` as two."""
    if isinstance(target, ast.Name):
        yield target.id, value
    elif (
        isinstance(target, ast.Tuple)
        and isinstance(value, ast.Tuple)
        and len(target.elts) == len(value.elts)
    ):
        for one, its in zip(target.elts, value.elts):
            yield from _pairs(one, its)


class NotLiteral(Exception):
    """An expression that is no bounded literal."""


Resolve = Callable[[str], str | None]


def literal(
    node: ast.expr, known: dict[str, object], resolve: Resolve = lambda written: None
) -> object:
    """The value of a literal expression: numbers, texts, lists, `10 * 5`, a constant; a
    name of a library as `{"$name": ...}`, a call of one with literals as
    `{"$call": ...}`, a tuple as `{"$tuple": [...]}`.

    Raises NotLiteral for anything else, and for values that are larger than a lesson's.
    """
    written = dotted(node.func if isinstance(node, ast.Call) else node)
    name = resolve(written) if written else None
    if name and isinstance(node, ast.Call):
        return _call_of_literals(node, name, known, resolve)
    if name:
        return {"$name": name}
    if isinstance(node, ast.Constant):
        return _bounded(node.value)
    if isinstance(node, ast.Name) and node.id in known:
        return known[node.id]
    if isinstance(node, (ast.List, ast.Tuple)) and len(node.elts) <= MOST_ITEMS:
        items = [literal(item, known, resolve) for item in node.elts]
        return items if isinstance(node, ast.List) else {"$tuple": items}
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        value = _number(literal(node.operand, known))
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.BinOp):
        return _computed(node, known)
    raise NotLiteral


def _call_of_literals(
    node: ast.Call, name: str, known: dict[str, object], resolve: Resolve
) -> object:
    arguments = [literal(argument, known, resolve) for argument in node.args]
    keywords = {}
    for keyword in node.keywords:
        if keyword.arg is None:
            raise NotLiteral
        keywords[keyword.arg] = literal(keyword.value, known, resolve)
    return {"$call": name, "arguments": arguments, "keywords": keywords}


def _computed(node: ast.BinOp, known: dict[str, object]) -> object:
    left = _number(literal(node.left, known))
    right = _number(literal(node.right, known))
    try:
        if isinstance(node.op, ast.Add):
            return _bounded(left + right)
        if isinstance(node.op, ast.Sub):
            return _bounded(left - right)
        if isinstance(node.op, ast.Mult):
            return _bounded(left * right)
        if isinstance(node.op, ast.Div):
            return _bounded(left / right)
        if isinstance(node.op, ast.FloorDiv):
            return _bounded(left // right)
        if isinstance(node.op, ast.Pow) and abs(right) <= 32 and abs(left) <= 1e6:
            return _bounded(left**right)
    except (ArithmeticError, ValueError):
        pass
    raise NotLiteral


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise NotLiteral
    return value


def _bounded(value: object) -> object:
    small_text = isinstance(value, str) and len(value) <= LONGEST_TEXT
    small_number = isinstance(value, (int, float)) and abs(value) <= LARGEST_NUMBER
    if value is None or small_text or small_number:
        return value
    raise NotLiteral


class _Reader(ast.NodeVisitor):
    """Collects uses and calls of one block."""

    def __init__(
        self,
        program: Program,
        block: Block,
        literals: dict[str, object],
        made: dict[str, ast.expr],
    ) -> None:
        self._program, self._block, self._piece = program, block, block.piece
        self._resolved = block.resolved
        self._literals, self._objects = literals, made
        self._called: set[int] = set()

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._use(alias.name, alias.name, node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.module and not node.level:
            module = _module(node.module)
            if module != node.module:
                self._program.no_modules.append(place(self._piece, node))
            for alias in node.names:
                name = module if alias.name == "*" else f"{module}.{alias.name}"
                self._use(alias.name, name, node)

    def visit_Try(self, node: ast.Try) -> None:
        """A few lines that may fail, and what is tried in their place, are for several
        versions; a long body is caught for other reasons."""
        guarded = any(map(_catches_what_is_missing, node.handlers))
        if guarded and len(node.body) <= LONGEST_TRY:
            for statement in node.finalbody:
                self.visit(statement)
        else:
            self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        """Both sides of a question about versions are for several of them."""
        if not _asks_for_a_version(node.test):
            self.generic_visit(node)

    def visit_With(self, node: ast.With) -> None:
        """What `pytest.raises` or `suppress` holds is there to fail."""
        made = [i.context_expr for i in node.items]
        names = [dotted(m.func) or "" for m in made if isinstance(m, ast.Call)]
        if not any(name.split(".")[-1] in _FAILING for name in names):
            self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if isinstance(node.ctx, ast.Load):
            written = dotted(node)
            name = self._resolved(written) if written else None
            if written and name:
                self._use(written, name, node)
                return
            if written and id(node) not in self._called:
                self._attribute(written, node)
        elif written := dotted(node):
            self._program.attached |= {self._resolved(written) or "", written}
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        self._called.add(id(node.func))
        written = dotted(node.func)
        name = self._resolved(written) if written else None
        if written and name:
            use = self._made(written, name, node.func)
            if use:
                self._program.calls.append(self._call(use, node))
        elif written:
            self._method(written, node)
        self.generic_visit(node)

    def _method(self, written: str, node: ast.Call) -> None:
        """`metric.reset_state()`, where `metric` is made once, by a class's call."""
        use = self._of_object(written, node.func)
        if use:
            self._program.methods.append(self._call(use, node))

    def _attribute(self, written: str, node: ast.Attribute) -> None:
        """`optimizer.lr`, where `optimizer` is made so; not what a lesson gives it."""
        use = self._of_object(written, node)
        if use and written not in self._program.attached:
            self._program.attributes.append(use)

    def _of_object(self, written: str, node: ast.AST) -> Use | None:
        head, _, rest = written.partition(".")
        if not rest or "." in rest or head not in self._objects:
            return None
        maker = dotted(self._objects[head])
        name = self._resolved(maker) if maker else None
        return self._made(written, f"{name}.{rest}", node) if name else None

    def _literal(self, node: ast.expr) -> object:
        return literal(node, self._literals, self._block.audited)

    def _made(self, written: str, name: str, node: ast.AST) -> Use | None:
        if name.split(".")[0] not in AUDITED:
            return None
        at = place(self._piece, node)
        return Use(at.piece, at.line, at.column, at.end_line, written, name)

    def _use(self, written: str, name: str, node: ast.AST) -> None:
        use = self._made(written, name, node)
        if use:
            self._program.uses.append(use)

    def _call(self, use: Use, node: ast.Call) -> Call:
        starred = any(isinstance(a, ast.Starred) for a in node.args) or any(
            keyword.arg is None for keyword in node.keywords
        )
        keywords = tuple(keyword.arg for keyword in node.keywords if keyword.arg)
        arguments = None
        if not starred:
            try:
                arguments = (
                    [self._literal(argument) for argument in node.args],
                    {str(k.arg): self._literal(k.value) for k in node.keywords},
                )
            except NotLiteral:
                arguments = None
        places = {
            keyword.arg: (at.line, at.column)
            for keyword in node.keywords
            if keyword.arg and (at := place(self._piece, keyword))
        }
        positional = sum(not isinstance(a, ast.Starred) for a in node.args)
        return Call(use, positional, keywords, arguments, starred, places)


_MISSING = {
    "ImportError",
    "ModuleNotFoundError",
    "AttributeError",
    "NameError",
    "TypeError",
    "ValueError",
    "RuntimeError",
    "Exception",
    "BaseException",
}
"""What a library raises where a name or an argument is not there."""
_FAILING = {"raises", "suppress", "assertRaises", "assertRaisesRegex"}


def _catches_what_is_missing(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    caught = [n for n in ast.walk(handler.type) if isinstance(n, ast.Name)]
    return any(name.id in _MISSING for name in caught)


def _asks_for_a_version(test: ast.expr) -> bool:
    """Whether a condition speaks of a version, or of what a module has."""
    for node in ast.walk(test):
        name = getattr(node, "attr", None) or getattr(node, "id", None) or ""
        if "version" in name.lower() or name in ("hasattr", "find_spec"):
            return True
    return False


def dotted(node: ast.expr) -> str | None:
    """`a.b.c` as text; None for anything but names and attributes."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    return ".".join([node.id, *reversed(parts)])
