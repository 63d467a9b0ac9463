"""Callbacks in a lesson's code that never act."""

import ast

from harness.lessons.patterns import pattern

FIT = """
import keras
from keras.callbacks import EarlyStopping, ReduceLROnPlateau
model.fit(x, y, callbacks=[EarlyStopping({stop}), ReduceLROnPlateau({reduce})])
"""


@pattern(
    "callbacks.early-stopping-patience",
    catches=[
        FIT.format(stop="patience=5", reduce="patience=5"),
        FIT.format(stop="monitor='val_loss', patience=3", reduce="patience=10"),
        FIT.format(stop="patience=4", reduce=""),
        FIT.format(stop="", reduce="factor=0.2"),
    ],
    passes=[
        FIT.format(stop="patience=10", reduce="patience=5"),
        FIT.format(stop="monitor='val_accuracy', patience=3", reduce="patience=5"),
        FIT.format(stop="patience=p", reduce="patience=5"),
        FIT.format(stop="patience=3, start_from_epoch=20", reduce="patience=5"),
    ],
)
def stops_before_it_reduces(code):
    """Early stopping is not more patient than ReduceLROnPlateau: the training ends
    before the rate is reduced, unless all improvements are below its min_delta."""
    for fit in code.calls(".fit"):
        made = code.items(fit.block, fit.argument("callbacks"))
        stops = [c for c in made if c.name == "keras.callbacks.EarlyStopping"]
        reduces = [c for c in made if c.name == "keras.callbacks.ReduceLROnPlateau"]
        if len(stops) == len(reduces) == 1:
            stop, reduce = stops[0], reduces[0]
            seen = [watched(code, call) for call in (stop, reduce)]
            waits = waited(code, stop, 2, 0), waited(code, reduce, 2, 10)
            same = seen[0] == seen[1] is not None
            if same and None not in waits and waits[0] <= waits[1]:
                yield reduce


def watched(code, call):
    """Which value a callback looks at, or None if that is not for sure."""
    if call.open or call.argument("start_from_epoch") or call.argument("min_delta"):
        return None
    return constant(code, call, call.argument("monitor", 0), "val_loss")


def waited(code, call, position, default):
    return constant(code, call, call.argument("patience", position), default)


def constant(code, call, node, default):
    if node is None:
        return default
    value = code.value(call.block, node)
    return value.node.value if value and isinstance(value.node, ast.Constant) else None
