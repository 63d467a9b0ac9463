"""Custom training loops in a lesson's code, and the penalties of its model."""

import ast

from harness.lessons.loops import loops, model_of
from harness.lessons.patterns import pattern

PENALTIES = ("kernel_regularizer", "bias_regularizer", "activity_regularizer")
MODEL = """
import keras
import tensorflow as tf
model = keras.Sequential([keras.layers.Dense(4, kernel_regularizer="l2")])
"""
STEP = """
with tf.GradientTape() as tape:
    loss = loss_fn(y, model(x, training=True)){more}
grads = tape.gradient(loss, model.trainable_variables)
optimizer.apply_gradients(zip(grads, model.trainable_variables))
"""
FUNCTIONAL = """
from tensorflow import keras
import tensorflow as tf
inputs = keras.Input((3,))
x = keras.layers.Dense(4, kernel_regularizer=keras.regularizers.l2(0.01))(inputs)
net = keras.Model(inputs, x)
for x, y in data:
    with tf.GradientTape() as tape:
        value = loss_fn(y, net(x, training=True))
    optimizer.apply(tape.gradient(value, net.trainable_weights), net.trainable_weights)
"""


def is_none(node):
    return isinstance(node, ast.Constant) and node.value is None


@pattern(
    "losses.custom-loop-must-add",
    catches=[
        MODEL + STEP.format(more=""),
        FUNCTIONAL,
        MODEL + "@tf.function\ndef step(x, y):\n    "
        "with tf.GradientTape() as t:\n        loss = f(y, model(x, training=True))\n"
        "    g = t.gradient(loss, model.trainable_weights)\n"
        "    optimizer.apply_gradients(zip(g, model.trainable_weights))",
    ],
    passes=[
        MODEL + STEP.format(more=" + sum(model.losses)"),
        MODEL + STEP.format(more="\n    loss += tf.add_n(model.losses)"),
        MODEL.replace('kernel_regularizer="l2"', "'relu'") + STEP.format(more=""),
        MODEL.replace('"l2"', "None") + STEP.format(more=""),
        MODEL + STEP.format(more="\n    loss = loss + penalty(model)"),
        MODEL + "with tf.GradientTape() as tape:\n    y = model(x)\n"
        "saliency = tape.gradient(y, x)",
    ],
)
def penalties_left_out(code):
    """This loop never adds model.losses, so the model's regularizers do nothing."""
    if code.mentions(r"\.losses\b(?! *import)(?!\.\w)|add_loss|regularization_loss"):
        return
    for loop in loops(code):
        made = model_of(code, loop)
        if (
            made
            and not loop.adds_more
            and any(
                call.argument(name) is not None and not is_none(call.argument(name))
                for call in made.layers
                for name in PENALTIES
            )
        ):
            yield loop.tape


@pattern(
    "losses.custom-loop-must-add",
    catches=[
        MODEL + STEP.format(more=" + model.losses"),
        MODEL + STEP.format(more="\n    loss += model.losses"),
        MODEL + STEP.format(more="\n    loss = loss + 0.5 * model.losses"),
    ],
    passes=[
        MODEL + STEP.format(more=" + sum(model.losses)"),
        MODEL + STEP.format(more="\n    loss += tf.reduce_sum(model.losses)"),
        MODEL + "every = [loss]\nevery += model.losses",
        MODEL + STEP.format(more="\n    loss = tf.add_n([loss] + model.losses)"),
        MODEL
        + STEP.format(more="\n    for penalty in model.losses:\n        loss += 1"),
    ],
)
def penalties_not_summed(code):
    """model.losses is a list of penalties: it has to be summed before it is added."""
    for loop in loops(code):
        for term, other in loop.sums:
            if isinstance(term, ast.BinOp) and isinstance(term.op, ast.Mult):
                term = term.right
            listed = isinstance(other, (ast.List, ast.ListComp))
            if isinstance(term, ast.Attribute) and term.attr == "losses" and not listed:
                yield loop.at(term)
