"""Mixed precision in a lesson's code."""

import ast

from harness.lessons.patterns import pattern

SETTERS = [
    f"keras.{name}"
    for name in (
        *("mixed_precision.set_global_policy", "mixed_precision.set_dtype_policy"),
        *("config.set_dtype_policy", "mixed_precision.experimental.set_policy"),
    )
]
HEAD = """
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers
tf.keras.mixed_precision.set_global_policy("mixed_float16")
"""


@pattern(
    "mixed-precision.final-layer-must-be-float32",
    catches=[
        HEAD + "layers.Dense(10, activation='softmax')",
        HEAD + "keras.Sequential([layers.Dense(4, activation='relu'),\n"
        "    layers.Dense(10, 'softmax')])",
        HEAD.replace('"mixed', "'mixed").replace('16"', "16'")
        + "out = layers.Dense(3, activation=tf.nn.softmax)(x)",
    ],
    passes=[
        HEAD + "layers.Dense(10, activation='softmax', dtype='float32')",
        HEAD + "layers.Dense(10)",
        "layers = 1",
        HEAD.replace("mixed_float16", "float32") + "layers.Dense(10, 'softmax')",
        HEAD.replace("mixed_float16", "mixed_bfloat16") + "layers.Dense(10, 'softmax')",
        HEAD + "keras.mixed_precision.set_global_policy('float32')\n"
        "layers.Dense(10, 'softmax')",
    ],
)
def softmax_in_float16(code):
    """Under mixed_float16 this softmax layer computes in float16."""
    policies = [
        (call.order, getattr(call.argument("policy", 0), "value", None))
        for call in code.calls(*SETTERS)
    ]
    for layer in code.calls("keras.layers.Dense"):
        activation = layer.argument("activation", 1)
        before = [name for order, name in policies if order < layer.order]
        if layer.open or layer.argument("dtype") or before[-1:] != ["mixed_float16"]:
            continue
        if getattr(activation, "value", None) == "softmax" or (
            isinstance(activation, ast.Attribute) and activation.attr == "softmax"
        ):
            yield layer
