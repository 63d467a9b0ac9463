"""What a block of code has printed: its stored output, and each value in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from harness.documents.passages import CODE, OUTPUT
from harness.lessons.patterns import Code
from harness.lessons.programs import Block
from harness.lessons.syntax import parsed


@dataclass(frozen=True)
class Shown:
    """An expression that a block prints, and how the stored output shows its value;
    known: what the variable of a loop stood for."""

    node: ast.expr
    text: str
    known: dict[str, object]

    @property
    def number(self) -> str | None:
        """The one number of it, also as a tensor is printed; None for anything else."""
        for form in _NUMBER_FORMS:
            if match := form.fullmatch(self.text.strip()):
                return match.group(1)
        return None


LONGEST, MOST_VALUES = 200, 4
"""Characters of a line, and values in it, that are told apart."""
_PLAIN = r"(-?\d[\d,]*(?:\.\d*)?(?:e[-+]?\d+)?)"
_NUMBER_FORMS = [
    re.compile(form.replace("NUMBER", _PLAIN))
    for form in (
        "NUMBER",
        r"tf\.Tensor\(NUMBER, shape=\(\), dtype=\w+\)",
        r"<tf\.Tensor: (?:id=\d+, )?shape=\(\), dtype=\w+, numpy=NUMBER>",
        r"<tf\.Tensor: (?:id=\d+, )?shape=\(\), dtype=\w+, numpy=np\.\w+\(NUMBER\)>",
        r"tensor\(NUMBER\)",
        r"(?:np|numpy)\.float\d\d\(NUMBER\)",
    )
]


def output(code: Code, block: Block) -> str:
    """All stored output below the block, "" if there is none."""
    pieces = code.lesson.pieces
    found = []
    for piece in islice(pieces, code.place[id(block.piece)] + 1, None):
        if piece.inside and piece.kind != CODE:
            continue  # a comment of the block itself
        unnamed = piece.kind == CODE and block.piece.language and not piece.language
        if piece.cell != block.piece.cell or not (
            piece.kind == OUTPUT or (unnamed and _is_no_code(piece.text))
        ):
            break
        found.append(piece.text)
    return "\n".join(found)


def _is_no_code(text: str) -> bool:
    """Whether a block without a language cannot be code: numbers, or no Python."""
    tree = parsed(text)
    return tree is None or all(
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        for node in tree.body
    )


def values(code: Code, block: Block) -> list[Shown]:
    """The values that a block prints line by line; [] unless each line of its output is
    one of its own `print`s, or its last expression."""
    lines = output(code, block).strip().split("\n")
    asked = list(_prints(code, block))
    if len(lines) != len(asked):
        return []
    found = []
    for (given, known), line in zip(asked, lines):
        parts = [
            part for number, one in enumerate(given) for part in _parts(one, number)
        ]
        pattern = "".join("(.+?)" if node else re.escape(t) for t, node in parts)
        nodes = [node for _, node in parts if node]
        short = len(line) <= LONGEST and len(nodes) <= MOST_VALUES
        match = re.fullmatch(pattern, line.strip()) if short else None
        if match is None:
            return []
        found += [Shown(n, t, known) for n, t in zip(nodes, match.groups())]
    return found


Printed = tuple[list[ast.expr], dict[str, object]]


def _prints(code: Code, block: Block) -> Iterator[Printed]:
    """What is printed, in order: by `print`, in a loop over literals, at the end."""
    for statement in block.tree.body:
        match statement:
            case ast.For(
                target=ast.Name(id=name), iter=over, body=[ast.Expr() as inner]
            ):
                steps = code.literal(block, over)
                for step in steps if isinstance(steps, list) else []:
                    for given, _ in _print(inner):
                        yield given, {name: step}
            case ast.Expr():
                yield from _print(statement)
    last = block.tree.body[-1:]
    if last and isinstance(last[0], ast.Expr) and not list(_print(last[0])):
        yield [last[0].value], {}


def _print(statement: ast.Expr) -> Iterator[Printed]:
    match statement.value:
        case ast.Call(func=ast.Name(id="print"), args=given, keywords=[]):
            yield given, {}


def _parts(node: ast.expr, number: int) -> Iterator[tuple[str, ast.expr | None]]:
    """The text that an argument of `print` shows, and in between what is computed."""
    if number:
        yield " ", None
    for part in node.values if isinstance(node, ast.JoinedStr) else [node]:
        match part:
            case ast.Constant(value=str(text)):
                yield text, None
            case ast.FormattedValue(value=value):
                yield "", value
            case _:
                yield "", part
