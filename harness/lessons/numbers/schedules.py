"""Learning-rate schedules of literals: their values, and the steps that they reach.

The schedule is made by the library and asked. A lesson's printed value, or its sentence
about its only schedule, is held against the answer.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from harness.evidence.tolerance import rounding_interval
from harness.lessons.asking import Libraries
from harness.lessons.numbers import applied, steps
from harness.lessons.numbers.wrong import Wrong
from harness.lessons.patterns import Call, Code
from harness.lessons.reading import Piece, Said
from harness.lessons.statements import sentences

_PLACE = "keras.optimizers.schedules."
SCHEDULES = {
    f"{_PLACE}{name}": name
    for name in (
        *("ExponentialDecay", "CosineDecay", "PiecewiseConstantDecay"),
        *("PolynomialDecay", "InverseTimeDecay"),
    )
}
"""Schedules that have given the same values in each version."""
_RATE = r"(?:the )?(?:learning rate|lr|it)\b"
_IS = (
    r"(?: (?:is|will be|becomes|equals|reaches)| (?:has |is |will have )?"
    r"(?:fallen|dropped|decayed|falls|drops|decays|reduced|sunk) to)"
)
_VALUE = r" (?:exactly |only )?(\d+(?:\.\d+)?(?:e-?\d+)?)"
_VALUE += r"(?=[.,;:)]?$|[.,;:)]\s| (?:and|at|after|in)\b)"
_WORDS = r"(?:steps|iterations|batches|updates)"
_AT = rf"(?:at|after|in) (?:(?:step|iteration) (\d[\d,]*\b)|(\d[\d,]*) {_WORDS})"
_STEP_FIRST = re.compile(rf"\b{_AT},? {_RATE}{_IS}{_VALUE}", re.IGNORECASE)
_RATE_FIRST = re.compile(rf"\b{_RATE}{_IS}{_VALUE} {_AT}", re.IGNORECASE)
_UNSURE = re.compile(
    r"epoch|about|around|rough|approx|almost|nearly|\bif\b|would|without|instead|not\b|"
    r"\?|paper|suppose|loss|accuracy|error|momentum|weight",
    re.IGNORECASE,
)
_CHANGES = r"LearningRateSchedule\b|LearningRateScheduler|ReduceLROnPlateau|warmup"


def wrong(code: Code, libraries: Libraries) -> Iterator[Wrong]:
    """Values of schedules that are others, and boundaries that training never meets."""
    yield from applied.wrong(code, libraries, SCHEDULES, "the schedule")
    made = list(code.calls(_PLACE))
    if len(made) == 1 and made[0].name in SCHEDULES and not code.mentions(_CHANGES):
        yield from _said(code, made[0], libraries)
        yield from _beyond(code, made[0])


def _said(code: Code, made: Call, libraries: Libraries) -> Iterator[Wrong]:
    """`After 500 steps the learning rate is 0.05`, in the section of the schedule. A
    step more or less is left open: a boundary belongs to the steps before it."""
    literal = code.settled(made.block, made.node)
    for piece in _section(code, made) if literal else []:
        for line, said in sentences(piece):
            if not re.search("learning rate", said, re.I) or _UNSURE.search(said):
                continue
            for step, number in _claimed(said):
                near = (max(step - 1, 0), step, step + 1)
                found = [applied.value(libraries, literal, at) for at in near]
                rates = [rate for rate in found if rate is not None]
                low, high = rounding_interval(number)
                if len(rates) == 3 and (max(rates) < low or min(rates) > high):
                    yield Wrong(
                        Said(piece, line),
                        f"the learning rate at step {step:,} is {rates[1]:.4g}, not "
                        f"{number}",
                        f"{SCHEDULES[made.name]} at step {step}: {rates[1]:.6g}",
                    )


def _section(code: Code, made: Call) -> list[Piece]:
    """The prose from the heading above the code to the next one."""
    pieces = code.lesson.pieces
    at = code.place[id(made.block.piece)]
    heads = [k for k, piece in enumerate(pieces) if piece.kind == "heading"]
    begin = max((k for k in heads if k < at), default=0)
    end = min((k for k in heads if k > at), default=len(pieces))
    return [piece for piece in pieces[begin:end] if piece.kind == "prose"]


def _claimed(said: str) -> Iterator[tuple[int, str]]:
    """The steps, and the rates there, that a sentence names."""
    for match in _STEP_FIRST.finditer(said):
        yield int((match[1] or match[2]).replace(",", "")), match[3]
    for match in _RATE_FIRST.finditer(said):
        yield int((match[2] or match[3]).replace(",", "")), match[1]


def _beyond(code: Code, made: Call) -> Iterator[Wrong]:
    """A boundary that the only training of the lesson ends before."""
    fits = list(code.calls(".fit", ".fit_generator", ".apply_gradients", ".minimize"))
    if len(fits) != 1 or not (fits[0].plain and made.plain and _steers(code, made)):
        return
    fit = fits[0]
    each = steps.of_an_epoch(code, fit)
    epochs = code.settled(fit.block, fit.argument("epochs", 3))
    if each is None or not isinstance(epochs, int) or fit.argument("initial_epoch", 9):
        return
    total = each[1] * epochs
    for what, last in _lasts(code, made):
        if last > total:
            yield Wrong(
                made,
                f"{what} {last:,.0f} lies beyond the training of {total:,} steps",
                f"{epochs} epochs of at most {each[1]:,} steps: {total:,}",
            )
            return


def _steers(code: Code, made: Call) -> bool:
    """Whether an optimizer is given the schedule, itself or by its name."""
    names = {name for name, value in made.block.assigned if value is made.node}
    return any(
        node is made.node or (isinstance(node, ast.Name) and node.id in names)
        for call in code.calls("keras.optimizers.")
        if not call.name.startswith(_PLACE)
        for node in ast.walk(call.node)
    )


def _lasts(code: Code, made: Call) -> Iterator[tuple[str, float]]:
    if made.name.endswith("PiecewiseConstantDecay"):
        found = code.settled(made.block, made.argument("boundaries", 0))
        for boundary in found if isinstance(found, list) else []:
            if isinstance(boundary, (int, float)):
                yield "the boundary", boundary
    if made.name.endswith(("CosineDecay", "PolynomialDecay")):
        found = code.settled(made.block, made.argument("decay_steps", 1))
        if isinstance(found, (int, float)):
            yield "half of decay_steps, that is", found / 2
