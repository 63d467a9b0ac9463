"""Stored outputs of a training that cannot come from the code above them.

A stored output is wrong only if no version of the library could print it there.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from harness.lessons.numbers import printed
from harness.lessons.numbers.wrong import OUTPUT, Wrong
from harness.lessons.patterns import Call, Code
from harness.lessons.programs import Block

_EPOCH = re.compile(r"^Epoch (\d+)/(\d+)\s*$", re.MULTILINE)
_METRIC = re.compile(r"\b(\w*(?:loss|acc|accuracy|mae|mse)): (\d+\.\d{3,})")
_VALIDATED = re.compile(r"\bloss: [\d.e-]+ .{0,300}\bval_loss: [\d.e-]+")
_HARMLESS = {"print", "len", "range", "int", "float", "str", "list", "dict", "zip"}
_VALIDATES_ITSELF = (
    r"KerasClassifier|KerasRegressor|autokeras|\bak\.|ktrain|\bdef fit\b|"
    r"\bdef evaluate\b|\bdef train_step\b|\bCallback\)|run_eagerly|Tuner"
)
"""Code whose `fit` may validate without being asked to, or prints of its own."""
_SEVERAL_SEEDS = r"(?s)seed.*seed|deterministic|determinism"
_VALIDATION = 6
"""Position of `validation_split` in `fit`."""
LEAST_EPOCHS = 3


def wrong(code: Code) -> Iterator[Wrong]:
    """All outputs of trainings that the lesson's code cannot have printed."""
    logs = []
    for block in code.blocks:
        fit = _only_fit(code, block)
        shown = printed.output(code, block) if fit else ""
        if fit and shown:
            found = [*_epochs(code, fit, shown), *_validation(code, fit, shown)]
            yield from found[:1]
            logs.append((fit, shown))
    yield from _identical(code, logs)


def _only_fit(code: Code, block: Block) -> Call | None:
    """The call that trained, if nothing else in the block can have."""
    if any(isinstance(n, (ast.FunctionDef, ast.ClassDef)) for n in block.tree.body):
        return None
    calls = [n for n in block.nodes if isinstance(n, ast.Call)]
    named = {c.func.id for c in calls if isinstance(c.func, ast.Name)} - _HARMLESS
    if any(block.resolved(name) is None for name in named):
        return None  # a function of the lesson may train, too
    fits = code.calls_in(block, ".fit", ".fit_generator", ".search")
    alone = len(fits) == 1 and fits[0].name == ".fit" and not fits[0].open
    return fits[0] if alone else None


def _epochs(code: Code, fit: Call, shown: str) -> Iterator[Wrong]:
    """`Epoch 1/25` below a `fit` that asks for 20."""
    totals = {int(of) for _, of in _EPOCH.findall(shown)}
    asked = code.settled(fit.block, fit.argument("epochs", 3))
    if len(totals) != 1 or not isinstance(asked, int):
        return
    last = totals.pop()
    if asked != last:
        yield Wrong(
            fit,
            f"the stored output has {last} epochs, and the code asks for {asked}",
            f"Epoch 1/{last} against epochs={asked}",
            OUTPUT,
        )


def _validation(code: Code, fit: Call, shown: str) -> Iterator[Wrong]:
    """A `val_loss` from a `fit` that is given nothing to validate with."""
    given = {keyword.arg for keyword in fit.node.keywords}
    if given & {"validation_data", "validation_split"}:
        return
    if len(fit.node.args) > _VALIDATION or code.mentions(_VALIDATES_ITSELF):
        return
    if (match := _VALIDATED.search(shown)) and code.mentions("keras|tensorflow"):
        yield Wrong(
            fit,
            "the stored output has a val_loss, and this fit has no validation data",
            f"{match.group()[-40:]}; no validation_data, no validation_split",
            OUTPUT,
        )


def _identical(code: Code, logs: list[tuple[Call, str]]) -> Iterator[Wrong]:
    """Logs of two different trainings that are the same digit by digit."""
    if code.mentions(_SEVERAL_SEEDS):
        return
    seen: dict[tuple[tuple[str, str], ...], Call] = {}
    for fit, shown in logs:
        metrics = tuple(_METRIC.findall(shown))
        losses = {number for name, number in metrics if name == "loss"}
        epochs = {at for at, _ in _EPOCH.findall(shown)}
        if len(epochs) < LEAST_EPOCHS or len(losses) < LEAST_EPOCHS:
            continue
        first = seen.setdefault(metrics, fit)
        if ast.dump(first.node) != ast.dump(fit.node):
            yield Wrong(
                fit,
                "the stored output is that of another training, digit by digit",
                f"{len(metrics)} numbers are those of {ast.unparse(first.node)[:60]}",
                OUTPUT,
            )
