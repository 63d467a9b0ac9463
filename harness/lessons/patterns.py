"""Code that does what a judged claim warns of: patterns, kept beside the claims.

`claims/<topic>/patterns.py` has a function for each, which looks at a lesson's code
and yields where it does so:

    @pattern("topic.claim", catches=[...], passes=[...])
    def what_it_does(code):
        \"\"\"What is wrong there, in one sentence.\"\"\"
        for call in code.calls("keras.layers.Conv2D"):
            yield call

The code is read and never run. A pattern may look at the text as well, and yield where
something is `Said`. One that is not sure yields nothing.
"""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from harness.errors import InputError
from harness.lessons.programs import (
    Block,
    NotLiteral,
    Program,
    canonical,
    dotted,
    literal,
)
from harness.lessons.reading import Lesson, Said


class BadPattern(InputError):
    """A file of patterns that cannot be loaded, in one sentence."""


@dataclass(frozen=True)
class Node:
    """A syntax node of a lesson, and the block that it stands in."""

    block: Block
    node: ast.AST

    @property
    def order(self) -> tuple[int, int]:
        """Where it stands in the lesson: number of the block, line."""
        return self.block.number, getattr(self.node, "lineno", 0)


@dataclass(frozen=True)
class Call(Node):
    """A call; name: what is called, `keras.layers.Dense`, or `.fit` of any object."""

    node: ast.Call
    name: str

    def argument(self, keyword: str, position: int | None = None) -> ast.expr | None:
        """The argument with this name, or at this position; None if it is not given."""
        for given in self.node.keywords:
            if given.arg == keyword:
                return given.value
        if position is not None and position < len(self.node.args):
            return self.node.args[position]
        return None

    @property
    def plain(self) -> bool:
        """Whether it runs once, whatever the lesson does: in no loop, no branch."""
        return id(self.node) in self.block.plain

    @property
    def open(self) -> bool:
        """Whether `*` or `**` hands over arguments that are not seen."""
        starred = any(isinstance(a, ast.Starred) for a in self.node.args)
        return starred or any(k.arg is None for k in self.node.keywords)


class Code:
    """The code of a lesson as patterns ask for it. place: of each piece, by its id."""

    def __init__(self, lesson: Lesson, program: Program) -> None:
        self.lesson = lesson
        self.blocks, self._literals = program.code, program.literals
        self._assigned = program.assigned
        self._in = {block.number: list(_calls(block)) for block in self.blocks}
        self._calls = [call for block in self.blocks for call in self._in[block.number]]
        self._mentioned: dict[str, bool] = {}
        self.place = {id(piece): at for at, piece in enumerate(lesson.pieces)}
        read = {id(block.piece) for block in self.blocks}
        unread = [p.text for p in lesson.code() if id(p) not in read]
        self.unread = set(re.findall(r"\w+", "\n".join(unread)))
        self._named = {
            node.value
            for block in self.blocks
            for node in block.nodes
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }

    def calls(self, *names: str) -> Iterator[Call]:
        """Calls of these functions, classes or methods, in the order of the lesson; a
        name that ends with a dot stands for all that begin with it."""
        return (call for call in self._calls if _is_one_of(call.name, names))

    def calls_in(self, block: Block, *names: str) -> list[Call]:
        """The same, of one block."""
        return [call for call in self._in[block.number] if _is_one_of(call.name, names)]

    def within(self, node: Node, *names: str) -> list[Call]:
        """The calls of `calls` that stand inside of a node."""
        inside = {id(n) for n in ast.walk(node.node)}
        return [call for call in self.calls(*names) if id(call.node) in inside]

    def latest(self, name: str, order: tuple[int, int]) -> Node | None:
        """What was assigned to a name last above a place of the lesson."""
        found = None
        for block in self.blocks[: order[0] + 1]:
            for assigned, value in block.assigned:
                if assigned == name and (block.number, value.lineno) < order:
                    found = Node(block, value)
        return found

    def only(self, name: str) -> Call | None:
        """The call that a name stands for in the whole lesson, bound once."""
        values = self._assigned.get(name, [])
        imported = any(name in block.names for block in self.blocks)
        if len(values) != 1 or imported or name in self.unread:
            return None
        return next((c for c in self._calls if c.node is values[0]), None)

    def value(self, block: Block, node: ast.expr | None) -> Node | None:
        """What an expression is: a name stands for what was assigned to it last.

        None for a name that nothing is assigned to above.
        """
        if isinstance(node, ast.Name):
            return self.latest(node.id, (block.number, node.lineno))
        return Node(block, node) if node is not None else None

    def call(self, block: Block, node: ast.expr | None) -> Call | None:
        """The call that an expression is, through its name."""
        return self.as_call(self.value(block, node))

    def as_call(self, value: Node | None) -> Call | None:
        if value is None:
            return None
        return next((c for c in self._calls if c.node is value.node), None)

    def literal(
        self, block: Block, node: ast.expr | None, default: object = None
    ) -> object:
        """An expression's value as `programs.literal` encodes it; None if unknown, and
        the default if the argument is not given."""
        if node is None:
            return default
        try:
            return literal(node, self._literals, block.audited)
        except NotLiteral:
            return None

    def settled(self, block: Block, node: ast.expr | None) -> object:
        """The same as `literal`; None if a name in it may be set by code that is not
        read, or by a function that is handed its name as a text."""
        names = {n.id for n in ast.walk(node or ast.Pass()) if isinstance(n, ast.Name)}
        unsure = (names - block.names.keys()) & (self.unread | self._named)
        return None if unsure else self.literal(block, node)

    def items(self, block: Block, node: ast.expr | None) -> list[Call]:
        """The calls in a list such as `callbacks=[a, Stop()]`, through their names."""
        value = self.value(block, node)
        if value is None or not isinstance(value.node, (ast.List, ast.Tuple)):
            return []
        found = (self.call(value.block, item) for item in value.node.elts)
        return [call for call in found if call]

    @cached_property
    def text(self) -> str:
        return "\n".join(block.piece.text for block in self.blocks)

    def mentions(self, word: str) -> bool:
        """Whether this pattern stands anywhere in the code."""
        if word not in self._mentioned:
            self._mentioned[word] = bool(re.search(word, self.text))
        return self._mentioned[word]


SHOWN_AS_WRONG = re.compile(r"\b(incorrect|wrong|bad|avoid|mistake|bug|don.?t)\b", re.I)
FAILS = re.compile(
    r"#.*\b(won.?t|doesn.?t|does not|will not) (work|run)|#.*\berrors?\b", re.I
)
"""A comment of the line itself which says that it fails."""


def shown_as_wrong(place: Node) -> bool:
    """Whether a comment beside the code, or just above it, says that it is wrong."""
    lines = place.block.piece.text.split("\n")
    at = place.order[1]
    near = lines[max(at - 3, 0) : at]
    comments = [line.partition("#")[2] for line in near]
    return any(SHOWN_AS_WRONG.search(comment) for comment in comments)


Find = Callable[[Code], Iterator[Node | Said]]


@dataclass(frozen=True)
class Pattern:
    """A function that finds code which does what a claim warns of.

    says: what is wrong there; instead: what is right, where the claim's own sentence is
    about one document; catches, passes: code of our own that it must (not) find.
    """

    claim: str
    says: str
    instead: str | None
    find: Find
    catches: tuple[str, ...]
    passes: tuple[str, ...]


def pattern(
    claim: str,
    *,
    instead: str | None = None,
    catches: Sequence[str],
    passes: Sequence[str],
) -> Callable[[Find], Pattern]:
    """The decorated function finds code that contradicts the claim."""

    def declare(find: Find) -> Pattern:
        says = " ".join((find.__doc__ or "").split())
        return Pattern(claim, says, instead, find, (*catches,), (*passes,))

    return declare


def load(claims: Path) -> list[Pattern]:
    """All patterns of a project. Raises BadPattern."""
    found: list[Pattern] = []
    for path in sorted(claims.glob("*/patterns.py")):
        spec = importlib.util.spec_from_file_location(
            f"patterns_{path.parent.name}", path
        )
        assert spec and spec.loader
        module = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except Exception as error:  # of any kind: the file is somebody's code
            raise BadPattern(f"{path} cannot be loaded: {error}.") from None
        found += [
            value for value in vars(module).values() if isinstance(value, Pattern)
        ]
    return found


def _calls(block: Block) -> Iterator[Call]:
    for node in block.nodes:
        if isinstance(node, ast.Call):
            written = dotted(node.func)
            name = block.resolved(written) if written else None
            if name:
                yield Call(block, node, canonical(name))
            elif isinstance(node.func, ast.Attribute):
                yield Call(block, node, f".{node.func.attr}")


def _is_one_of(name: str, names: tuple[str, ...]) -> bool:
    return any(name.startswith(n) if n[-1] == "." else name == n for n in names)
