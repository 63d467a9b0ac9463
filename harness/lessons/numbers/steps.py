"""Steps of an epoch: the size of the data divided by the batch size, rounded up."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator
from itertools import pairwise

from harness.lessons.numbers import printed
from harness.lessons.numbers.wrong import OUTPUT, Wrong
from harness.lessons.patterns import Call, Code
from harness.lessons.programs import Block, canonical, dotted
from harness.lessons.reading import Said
from harness.lessons.statements import sentences

TRAINING_SETS = {
    "mnist": 60_000,
    "fashion_mnist": 60_000,
    "cifar10": 50_000,
    "cifar100": 50_000,
    "imdb": 25_000,
    "reuters": 8_982,
}
"""Examples that `keras.datasets` hands over for training, by the module's name."""
_USUAL_BATCH = 32
_FIRST_EPOCH = re.compile(r"Epoch 1/\d+\s*\n((?:(?!Epoch \d+/).*\n?)*)")
_PROGRESS = re.compile(r"(?:^|\r|\x08) *\d+/(\d+) (?:\[|━|- \d)", re.MULTILINE)
_HEDGED = re.compile(
    r"about|around|rough|approx|almost|nearly|~|≈|valid|split|gpu|worker|device|"
    r"instead|would|if\b|drop|accumul|augment|repeat",
    re.IGNORECASE,
)
_SIZE = re.compile(
    r"(\d[\d,]*\d) (?:\w+ )?(?:images|samples|examples|sequences|reviews|rows)\b", re.I
)
_BATCH = re.compile(r"\bbatch(?:es)?(?: size)?(?: of| is| =|=|:)? (\d[\d,]*)\b", re.I)
_WORDS = r"(?:steps|batches|updates|iterations)"
_STEPS = re.compile(
    rf"(\d[\d,]*) (?:\w+ )?{_WORDS} (?:per|in (?:an|one|each|every)|an|each) epoch|"
    rf"\b(?:one|an|each|every) epoch (?:has|is|takes|consists of) (\d[\d,]*) {_WORDS}",
    re.IGNORECASE,
)
_BESIDE = re.compile(r" (?:in|and)(?: an?)? ")
"""What stands between the two numbers of `60,000 images and a batch size of 32`."""
Range = tuple[int, int]
"""The least and the most that a number can be."""


def wrong(code: Code) -> Iterator[Wrong]:
    """Numbers of steps that do not follow from the data and the batch size."""
    for block in code.blocks:
        fits = code.calls_in(block, ".fit")
        if len(fits) == 1:
            yield from _stored(code, fits[0])
    for piece in code.lesson.passages():
        if piece.kind != "prose":
            continue
        found = list(sentences(piece))
        pairs = [(at, f"{said} {after}") for (_, said), (at, after) in pairwise(found)]
        for line, said in [*found, *pairs]:
            if problem := _problem(said):
                yield Wrong(Said(piece, line), *problem)
                break


def _problem(said: str) -> tuple[str, str] | None:
    """Message and evidence, if the sentence gives all three numbers, and one wrong.
    Fewer steps may be those of a part of the data, unless it is named as that of
    training, or beside its batches."""
    sizes, batches = list(_SIZE.finditer(said)), list(_BATCH.finditer(said))
    steps = list(_STEPS.finditer(said))
    if not len(sizes) == len(batches) == len(steps) == 1 or _HEDGED.search(said):
        return None
    size, batch, count = (
        int("".join(found[0].groups(default="")).replace(",", ""))
        for found in (sizes, batches, steps)
    )
    if not 0 < batch < size or count in (size // batch, -(-size // batch)):
        return None
    right = -(-size // batch)
    beside = _BESIDE.fullmatch(said, sizes[0].end(), batches[0].start())
    if count < right and not (beside or "train" in sizes[0].group().lower()):
        return None
    return (
        f"an epoch has {right:,} steps, not {count:,}",
        f"ceil({size} / {batch}) = {right}",
    )


def _stored(code: Code, fit: Call) -> Iterator[Wrong]:
    """A log whose first epoch counts to another number. Keras 1 and 2 counted examples
    in place of steps: of `x[:10000]` perhaps fewer, but not a tenth."""
    first = _FIRST_EPOCH.search(printed.output(code, fit.block))
    shown = {int(n) for n in _PROGRESS.findall(first[1])} if first else set()
    if len(shown) != 1 or fit.open or fit.argument("steps_per_epoch"):
        return
    examples, batch = _examples(code, fit), _batch(code, fit)
    if examples is None or batch is None:
        return
    count = shown.pop()
    low, high = (math.ceil(n / batch) for n in examples)
    least = max(examples[0], examples[1] // 10)
    if not (low <= count <= high or least <= count <= examples[1]):
        most = "" if low == high else "at most "
        yield Wrong(
            fit,
            f"the stored output counts {count:,} steps an epoch, and the code above it "
            f"asks for {most}{high:,}",
            f"ceil({examples[1]} / {batch}) = {high}",
            OUTPUT,
        )


def of_an_epoch(code: Code, fit: Call) -> Range | None:
    """The steps that `fit` makes in an epoch, as far as the lesson's literals tell."""
    if fit.open:
        return None
    if given := fit.argument("steps_per_epoch"):
        steps = code.settled(fit.block, given)
        return (steps, steps) if isinstance(steps, int) else None
    examples, batch = _examples(code, fit), _batch(code, fit)
    if examples is None or batch is None:
        return None
    return math.ceil(examples[0] / batch), math.ceil(examples[1] / batch)


def _batch(code: Code, fit: Call) -> int | None:
    given = fit.argument("batch_size", 2)
    batch = code.settled(fit.block, given) if given else _USUAL_BATCH
    return batch if isinstance(batch, int) and batch > 0 else None


def _examples(code: Code, fit: Call) -> Range | None:
    """The examples that `fit` trains with: without those that are split off."""
    size = _size(code, fit.block, fit.argument("x", 0))
    given = fit.argument("validation_split", 6)
    split = code.settled(fit.block, given) if given else 0.0
    if size is None or not isinstance(split, (int, float)):
        return None
    return math.floor(size[0] * (1 - split)), math.floor(size[1] * (1 - split))


def _size(
    code: Code, block: Block, node: ast.expr | None, depth: int = 8
) -> Range | None:
    """How many examples an array holds: a data set of Keras, or a part of an array."""
    match node if depth else None:
        case ast.Name(id=name, lineno=line):
            return _size_of_name(code, block, name, line, depth - 1)
        case ast.Subscript(value=inner, slice=ast.Slice(step=None) as part):
            return _part(code, block, inner, part, depth - 1)
        case ast.Call(func=ast.Attribute(value=inner, attr="astype")):
            return _size(code, block, inner, depth - 1)
        case ast.BinOp(left=inner, op=ast.Div() | ast.Sub(), right=ast.Constant()):
            return _size(code, block, inner, depth - 1)
    return None


def _part(
    code: Code, block: Block, whole: ast.expr, part: ast.Slice, depth: int
) -> Range | None:
    """`x[:10000]` has at most 10000 examples, whatever `x` is."""
    begin = code.settled(block, part.lower) if part.lower else 0
    end = code.settled(block, part.upper) if part.upper else None
    size = _size(code, block, whole, depth)
    if not isinstance(begin, int) or begin < 0:
        return None
    if part.upper is None:
        return size and (max(size[0] - begin, 0), max(size[1] - begin, 0))
    if not isinstance(end, int) or end < begin:
        return None
    low, high = size or (0, end)
    return max(min(low, end) - begin, 0), max(min(high, end) - begin, 0)


def _size_of_name(
    code: Code, block: Block, name: str, line: int, depth: int
) -> Range | None:
    """What the last line above makes of a name, if each that binds it runs once."""
    latest, above = (-1, 0), None
    for other in code.blocks:
        for node in other.nodes:
            if not (isinstance(node, ast.Name) and node.id == name):
                continue
            if isinstance(node.ctx, ast.Load):
                continue
            if id(node) not in other.plain or name in code.unread:
                return None
            here = (other.number, node.lineno)
            if latest <= here < (block.number, line):
                latest, above = here, (other, node)
    if above is None:
        return None
    other, bound = above
    for statement in other.tree.body:
        if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
            continue
        target, value = statement.targets[0], statement.value
        if target is bound:
            return _size(code, other, value, depth)
        if bound in ast.walk(target):
            size = _loaded(other, target, value, bound)
            return (size, size) if size else None
    return None


def _loaded(
    block: Block, target: ast.expr, value: ast.expr, bound: ast.Name
) -> int | None:
    """`(x, y), test = keras.datasets.mnist.load_data()`: the size of x, and of y."""
    match target, value:
        case ast.Tuple(elts=[ast.Tuple(elts=elements), _]), ast.Call(keywords=[]):
            written = dotted(value.func)
            name = canonical(block.resolved(written) or "") if written else ""
            loads = re.fullmatch(r"keras\.datasets\.(\w+)\.load_data", name)
            if loads and bound in elements:
                return TRAINING_SETS.get(loads[1])
    return None
