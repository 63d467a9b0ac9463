"""Sizes and output shapes of models whose layers are all literals.

Each is built from the shapes alone. What the lesson stores or says of it is held
against that: the summary, a printed number of parameters, a sentence.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from harness.lessons.asking import Libraries
from harness.lessons.numbers import layers, printed
from harness.lessons.numbers.wrong import OUTPUT, Wrong
from harness.lessons.patterns import Call, Code
from harness.lessons.programs import Block
from harness.lessons.reading import Said
from harness.lessons.statements import sentences

_MODELS = (*layers.SEQUENTIAL, *layers.FUNCTIONAL, "keras.applications.")
_CHANNELS_FIRST = r"data_format|dim_ordering|channels_first"
_TRAINABLE = re.compile(r"^ *Trainable params: ([\d,]+)", re.MULTILINE)
_ROW = re.compile(
    r"\((\w+)\)[\s│]*\[?(\((?:None|\d+)(?:, ?(?:None|\d+))*,?\))\]?[\s│]+([\d,]+)"
)
"""Class, output shape and parameters of a layer in a summary."""
_SAYS_PARAMETERS = re.compile(
    r"\b(?:the|this|our) (?:\w+ )?(?:model|network) (?:above )?(?:has|contains) "
    r"(?:a total of |in total |exactly |only )?(\d[\d,]*) (trainable |total )?"
    r"param(?:eter)?s\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Built:
    """What a model of literal layers is: parameters, trainable ones, shape by layer."""

    total: int
    trainable: int
    shapes: list[list[int | None]]


def wrong(code: Code, libraries: Libraries) -> Iterator[Wrong]:
    """Sizes and shapes of the lesson's models that are others."""
    for block in code.blocks:
        shown = printed.output(code, block)
        summaries = code.calls_in(block, ".summary")
        if shown and len(summaries) == 1:
            yield from _summary(code, summaries[0], shown, libraries)
        yield from _printed_counts(code, block, libraries)
    yield from _said(code, libraries)


def _summary(
    code: Code, summary: Call, shown: str, libraries: Libraries
) -> Iterator[Wrong]:
    """Trainable parameters that are not those of the layers, or other shapes."""
    counts = _TRAINABLE.findall(shown)
    built = _built(code, summary, libraries) if len(counts) < 2 else None
    if built is None:
        return
    count = _whole(counts[0]) if counts else built.trainable
    if count != built.trainable and not code.mentions(r"\.trainable\b"):
        yield Wrong(
            summary,
            f"the stored summary has {count:,} trainable parameters, and the layers "
            f"above it have {built.trainable:,}",
            f"built from the lesson's layers: {built.trainable:,}",
            OUTPUT,
        )
        return
    rows = _ROW.findall(shown)
    if len(rows) != len(built.shapes):
        return
    for (layer, text, _), shape in zip(rows, built.shapes):
        sizes = [None if s == "None" else int(s) for s in re.findall(r"\w+", text)]
        if sizes != shape:
            right = f"({', '.join(map(str, shape))})"
            yield Wrong(
                summary,
                f"the stored summary gives {layer} the output shape {text}, and the "
                f"layers above it make it {right}",
                f"built from the lesson's layers: {right}",
                OUTPUT,
            )
            return


def _printed_counts(code: Code, block: Block, libraries: Libraries) -> Iterator[Wrong]:
    """A printed `model.count_params()` that is not the model's."""
    counted = {id(c.node): c for c in code.calls_in(block, ".count_params")}
    for shown in printed.values(code, block) if counted else []:
        call = counted.get(id(shown.node))
        built = _built(code, call, libraries) if call and shown.number else None
        if call and built and shown.number and _whole(shown.number) != built.total:
            yield Wrong(
                call,
                f"the stored output has {_whole(shown.number):,} parameters, and the "
                f"layers above it have {built.total:,}",
                f"built from the lesson's layers: {built.total:,}",
                OUTPUT,
            )


def _said(code: Code, libraries: Libraries) -> Iterator[Wrong]:
    """Sentences that give the lesson's only model another number of parameters. A
    number of another order of magnitude speaks of something else."""
    made = [call for call in code.calls(*_MODELS)]
    classes = any(isinstance(n, ast.ClassDef) for b in code.blocks for n in b.nodes)
    if len(made) != 1 or classes:
        return
    uses = [*code.calls(".summary", ".compile", ".count_params", ".fit")]
    built = _built(code, uses[0], libraries) if uses else None
    if built is None or code.mentions(r"\.trainable\b"):
        return
    for piece in code.lesson.passages():
        if piece.kind != "prose":
            continue
        for line, said in sentences(piece):
            found = list(_SAYS_PARAMETERS.finditer(said))
            if len(found) != 1:
                continue
            count, which = _whole(found[0][1]), (found[0][2] or "").lower()
            trainable = which.strip() == "trainable"
            right = built.trainable if trainable else built.total
            near = right / 2 < count < right * 2
            if near and count not in (right, built.trainable):
                yield Wrong(
                    Said(piece, line),
                    f"the model has {right:,} {which}parameters, not {count:,}",
                    f"built from the lesson's layers: {right:,}",
                )


def _whole(digits: str) -> int:
    return int(digits.replace(",", ""))


def _built(code: Code, used: Call, libraries: Libraries) -> Built | None:
    """The model on which a method is called, if its layers are literals."""
    graph = layers.of(code, used)
    if graph is None or code.mentions(_CHANNELS_FIRST):
        return None
    answer = libraries.ask(ask="parameters", layers=graph.layers, on=graph.on)
    if "count" not in answer:
        return None
    return Built(answer["total"], answer["count"], answer["shapes"])
