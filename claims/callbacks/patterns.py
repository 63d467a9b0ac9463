"""Callbacks in a lesson's code that never act."""

import ast

from harness.lessons.patterns import Node, pattern

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


SHORT = """
import keras
from keras.callbacks import EarlyStopping
stop = EarlyStopping({stop})
model.fit(x, y, epochs={epochs}, callbacks=[stop])
"""


@pattern(
    "callbacks.early-stopping-patience",
    instead="Train for more epochs than the patience of EarlyStopping.",
    catches=[
        SHORT.format(stop="patience=10", epochs=2),
        SHORT.format(stop="monitor='val_loss', patience=5", epochs=5),
        "N = 20" + SHORT.format(stop="patience=25", epochs="N"),
    ],
    passes=[
        SHORT.format(stop="patience=3", epochs=20),
        SHORT.format(stop="patience=p", epochs=2),
        SHORT.format(stop="patience=10, baseline=0.2", epochs=2),
        SHORT.format(stop="patience=1", epochs=1) + "# a smoke test",
    ],
)
def never_stops(code):
    """Early stopping waits for as many epochs as the training has, or more: it never
    ends it."""
    for fit in code.calls(".fit"):
        epochs = code.literal(fit.block, fit.argument("epochs", 3))
        for stop in code.items(fit.block, fit.argument("callbacks")):
            if stop.name != "keras.callbacks.EarlyStopping":
                continue
            wait = waited(code, stop, 2, 0)
            sure = watched(code, stop) and not stop.argument("baseline")
            known = isinstance(epochs, int) and isinstance(wait, int)
            if sure and known and 1 < epochs <= wait:
                yield fit


TRAINED = """
import keras
model.compile("sgd", "mse", metrics=[{metric}])
history = model.fit(x, y)
"""


@pattern(
    "callbacks.history-key-acc",
    catches=[
        TRAINED.format(metric="'accuracy'") + "plot(history.history['acc'])",
        TRAINED.format(metric="'accuracy', 'mae'")
        + "print(history.history['val_acc'][-1])",
        TRAINED.format(metric="'accuracy'") + "final = model.fit(x, y).history['acc']",
    ],
    passes=[
        TRAINED.format(metric="'acc'") + "plot(history.history['acc'])",
        TRAINED.format(metric="'accuracy'") + "plot(history.history['accuracy'])",
        TRAINED.format(metric="keras.metrics.BinaryAccuracy(name='acc')")
        + "plot(history.history['acc'])",
        TRAINED.format(metric="'accuracy'") + "plot(results['acc'])",
        TRAINED.format(metric="'accuracy'")
        + "model.compile('sgd', 'mse', metrics=chosen)\nplot(history.history['acc'])",
    ],
)
def reads_acc_from_the_history(code):
    """The history has no key 'acc' here, as the model is compiled with the metric
    'accuracy': a KeyError."""
    compiled = list(code.calls(".compile"))
    metrics = [code.literal(c.block, c.argument("metrics")) for c in compiled]
    if not compiled or not all(
        isinstance(m, list) and "accuracy" in m for m in metrics
    ):
        return
    if any("acc" in m for m in metrics) or code.mentions(r"name\s*=\s*.acc\b"):
        return
    for block in code.blocks:
        for node in block.nodes:
            if isinstance(node, ast.Subscript) and _is_acc(node):
                yield Node(block, node)


def _is_acc(node):
    named = isinstance(node.value, ast.Attribute) and node.value.attr == "history"
    key = node.slice.value if isinstance(node.slice, ast.Constant) else None
    read = isinstance(node.ctx, ast.Load)
    return named and read and key in ("acc", "val_acc")
