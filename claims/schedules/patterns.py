"""Learning-rate schedules in a lesson's code that do not run as they seem to."""

import ast
import re

from harness.lessons.patterns import Node, pattern

HEAD = (
    "from tensorflow import keras\n"
    "from keras.optimizers.schedules import CosineDecay, ExponentialDecay\n"
)
SCHEDULES = "keras.optimizers.schedules."
FIT = """
model.compile(optimizer={optimizer}, loss="mse")
model.fit(x, y, callbacks=[keras.callbacks.ReduceLROnPlateau(patience=3)])
"""


def says_epochs(node):
    """A name for a number of epochs, by itself: `epochs`, `args.num_epochs`."""
    name = getattr(node, "id", getattr(node, "attr", ""))
    return bool(re.fullmatch(r"(n|num|max|nb|total)?_?(of_)?epochs?", name.lower()))


@pattern(
    "schedules.decay-steps-are-steps",
    catches=[
        HEAD + "CosineDecay(0.1, decay_steps=EPOCHS)",
        HEAD + "keras.optimizers.schedules.CosineDecay(1e-3, num_epochs)",
        HEAD + "ExponentialDecay(1e-2, decay_steps=args.epochs, decay_rate=0.9)",
        HEAD + "rate = CosineDecay(0.1, decay_steps=50)\nmodel.fit(x, y, epochs=50)",
    ],
    passes=[
        HEAD + "CosineDecay(0.1, decay_steps=EPOCHS * steps_per_epoch)",
        HEAD + "CosineDecay(0.1, decay_steps=steps_per_epoch)",
        HEAD + "CosineDecay(0.1, 1000)",
        HEAD + "rate = CosineDecay(0.1, 1000)\nmodel.fit(x, y, epochs=50)",
        HEAD + "rate = ExponentialDecay(0.1, 50, 0.9)\nmodel.fit(x, y, epochs=50)",
        "import torch\ntorch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)",
    ],
)
def epochs_for_steps(code):
    """decay_steps is given a number of epochs, and is counted in steps."""
    fits = [code.literal(f.block, f.argument("epochs", 3)) for f in code.calls(".fit")]
    for call in code.calls(SCHEDULES):
        steps = call.argument("decay_steps", 1)
        ends = call.name.rpartition(".")[2] in ("CosineDecay", "PolynomialDecay")
        number = code.literal(call.block, steps) if ends else None
        as_many = isinstance(number, int) and number > 1 and fits == [number]
        if says_epochs(steps) or as_many:
            yield call


@pattern(
    "schedules.plateau-fails-on-a-schedule",
    catches=[
        HEAD + FIT.format(optimizer="keras.optimizers.SGD(CosineDecay(0.1, 100))"),
        HEAD + "rate = ExponentialDecay(0.1, 100, 0.9)\n"
        "adam = keras.optimizers.Adam(learning_rate=rate)"
        + FIT.format(optimizer="adam"),
        HEAD
        + "rate = CosineDecay(0.1, 100)"
        + FIT.format(optimizer="keras.optimizers.Adam(rate)"),
    ],
    passes=[
        HEAD + FIT.format(optimizer="keras.optimizers.SGD(0.1)"),
        HEAD + FIT.format(optimizer="'adam'"),
        HEAD + "rate = CosineDecay(0.1, 100)\n"
        "other.compile(optimizer=keras.optimizers.SGD(rate), loss='mse')"
        + FIT.format(optimizer="'adam'"),
    ],
)
def plateau_beside_a_schedule(code):
    """ReduceLROnPlateau sets the rate of an optimizer that has a schedule."""
    for fit in code.calls(".fit"):
        reduces = [
            made
            for made in code.items(fit.block, fit.argument("callbacks"))
            if made.name == "keras.callbacks.ReduceLROnPlateau"
        ]
        compiled = [
            call
            for call in code.calls(".compile")
            if owner(call) == owner(fit) is not None and call.order < fit.order
        ]
        if reduces and compiled and scheduled(code, compiled[-1]):
            yield reduces[0]


def owner(call):
    """The name of the object whose method is called."""
    value = call.node.func.value
    return value.id if isinstance(value, ast.Name) else None


def scheduled(code, compiled):
    """Whether the optimizer of a `compile` is made with a schedule."""
    optimizer = code.call(compiled.block, compiled.argument("optimizer", 0))
    if optimizer is None or not optimizer.name.startswith("keras.optimizers."):
        return False
    rate = code.call(optimizer.block, optimizer.argument("learning_rate", 0))
    return rate is not None and rate.name.startswith(SCHEDULES)


SCHEDULER = """
import math
import tensorflow as tf
from tensorflow import keras
def fall(epoch, lr):
    if epoch < 10:
        return lr
    return {result}
stop = keras.callbacks.LearningRateScheduler(fall)
"""


@pattern(
    "schedules.function-gives-a-tensor",
    catches=[
        SCHEDULER.format(result="lr * tf.math.exp(-0.1)"),
        SCHEDULER.format(result="lr * keras.ops.exp(-0.1)"),
        SCHEDULER.format(result="tf.constant(0.1)"),
    ],
    passes=[
        SCHEDULER.format(result="lr * math.exp(-0.1)"),
        SCHEDULER.format(result="float(lr * tf.math.exp(-0.1))"),
        SCHEDULER.format(result="(lr * tf.math.exp(-0.1)).numpy()"),
        SCHEDULER.format(result="lr * helper(tf.math.exp(-0.1))"),
    ],
)
def scheduler_function_gives_a_tensor(code):
    """The function of LearningRateScheduler returns a tensor: a ValueError in fit."""
    named = {
        call.argument("schedule", 0).id
        for call in code.calls("keras.callbacks.LearningRateScheduler")
        if isinstance(call.argument("schedule", 0), ast.Name)
    }
    for block in code.blocks:
        for function in block.nodes:
            if isinstance(function, ast.FunctionDef) and function.name in named:
                for node in ast.walk(function):
                    if isinstance(node, ast.Return) and _is_tensor(code, block, node):
                        yield Node(block, node)


def _is_tensor(code, block, returned):
    """Whether the value is an operation's result, or a product with one."""
    left = [returned.value]
    while left:
        value = left.pop()
        if isinstance(value, ast.BinOp):
            left += [value.left, value.right]
        call = code.as_call(Node(block, value))
        if call and call.name.startswith(("tensorflow.", "keras.ops.")):
            return not call.name.startswith("tensorflow.keras")
    return False
