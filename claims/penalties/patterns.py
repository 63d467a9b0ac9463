"""Penalties in a lesson's code that are not on what its text says."""

import re

from harness.lessons.patterns import Node, pattern

HEAD = "from tensorflow.keras import layers, regularizers\n"
OUTPUTS = re.compile(
    r"activit|activation(s| values)? .*penal|penal.*\b(activations|outputs)"
)
WEIGHTS = re.compile(
    r"\b(L1|L2|lasso|ridge)\b((?!\bno\b)[^.#]){0,120}\bweights?\b", re.I
)


@pattern(
    "penalties.kernel-and-bias-arguments",
    instead="kernel_regularizer puts the penalty on the weights.",
    catches=[
        "# L2 keeps the weights small\n"
        + HEAD
        + "layers.Dense(4, activity_regularizer=regularizers.l2(1e-4))",
        "# L1 regularization pushes weights to zero.\n"
        + HEAD
        + "layers.Dense(4, activity_regularizer=regularizers.L1(0.01))",
        "# Ridge regression penalizes large weights.\n"
        + HEAD
        + "layers.Conv2D(4, 3, activity_regularizer='l2')",
    ],
    passes=[
        "# L2 keeps the weights small\n"
        + HEAD
        + "layers.Dense(4, kernel_regularizer=regularizers.l2(1e-4))",
        "# L2 on weights, and on the activity of a layer\n"
        + HEAD
        + "layers.Dense(4, activity_regularizer=regularizers.l2(1e-4))",
        "# L2 keeps the weights small, L1 penalizes large outputs\n"
        + HEAD
        + "layers.Dense(4, activity_regularizer=regularizers.l1(1e-4))",
        "# L2 keeps the weights small\n"
        + HEAD
        + "layers.Dense(4, kernel_regularizer='l2', activity_regularizer='l1')",
        HEAD + "layers.Dense(4, activity_regularizer=regularizers.l2(1e-4))",
    ],
)
def outputs_for_weights(code):
    """activity_regularizer penalizes the layer's outputs; the text is about weights."""
    said = " ".join(piece.text for piece in code.lesson.passages())
    comments = " ".join(re.findall(r"#(.*)", code.text))
    text = f"{said} {comments}"
    if OUTPUTS.search(text) or not WEIGHTS.search(text):
        return
    for layer in code.calls("keras.layers."):
        kernel = layer.argument("kernel_regularizer")
        activity = layer.argument("activity_regularizer")
        if activity and getattr(activity, "value", True) and kernel is None:
            yield Node(layer.block, activity)
