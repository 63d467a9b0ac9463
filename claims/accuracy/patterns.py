"""Metrics in a lesson's code that do not fit the model's outputs."""

import ast

from harness.lessons.patterns import pattern

MODEL = """
import tensorflow as tf
from tensorflow.keras import layers
model = tf.keras.Sequential([layers.Dense(8, activation="relu"), layers.Dense({last})])
model.compile("adam", loss=tf.keras.losses.BinaryCrossentropy(from_logits={logits}),
              metrics=[{metric}])
"""


def compiled(last="1", logits="True", metric="'accuracy'"):
    return MODEL.format(last=last, logits=logits, metric=metric)


@pattern(
    "accuracy.of-the-tutorials-logits",
    instead="BinaryAccuracy(threshold=0.0) counts the classes of logits.",
    catches=[
        compiled(),
        compiled(metric="'acc'"),
        compiled(metric="tf.keras.metrics.BinaryAccuracy()"),
        compiled(
            metric="tf.keras.losses.BinaryCrossentropy(from_logits=True), 'accuracy'"
        ),
    ],
    passes=[
        compiled(metric="tf.keras.metrics.BinaryAccuracy(threshold=0.0)"),
        compiled(last="1, activation='sigmoid'", logits="False"),
        compiled(logits="False"),
        compiled(metric="'mae'"),
        compiled(last="10"),
    ],
)
def half_as_threshold_of_logits(code):
    """The model puts out logits, and 'accuracy' takes those above 0.5 as class 1."""
    for call in code.calls(".compile"):
        loss = code.call(call.block, call.argument("loss", 1))
        if loss is None or loss.name != "keras.losses.BinaryCrossentropy":
            continue
        metrics = code.value(call.block, call.argument("metrics"))
        names = getattr(metrics.node, "elts", []) if metrics else []
        by_name = any(
            getattr(n, "value", None) in ("accuracy", "acc")
            or _takes_half(code.call(metrics.block, n))
            for n in names
        )
        logits = _is_true(loss.argument("from_logits", 0)) and _one_logit(code, call)
        if by_name and logits:
            yield call


def _takes_half(metric):
    """Whether it is the binary accuracy with the threshold that it has by default."""
    if metric is None or metric.name != "keras.metrics.BinaryAccuracy" or metric.open:
        return False
    return metric.argument("threshold", 2) is None


def _is_true(node):
    return isinstance(node, ast.Constant) and node.value is True


def _one_logit(code, compiled):
    """Whether the model's last layer is Dense(1) without an activation."""
    owner = compiled.node.func.value
    made = code.call(compiled.block, owner) if isinstance(owner, ast.Name) else None
    if made is None or not made.name.endswith(".Sequential") or not made.node.args:
        return False
    layers = code.items(made.block, made.node.args[0])
    if not layers or layers[-1].name != "keras.layers.Dense":
        return False
    units, activation = (
        layers[-1].argument("units", 0),
        layers[-1].argument("activation", 1),
    )
    return getattr(units, "value", None) == 1 and activation is None
