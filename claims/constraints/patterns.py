"""Constraints in a lesson's code that do not bound what they seem to."""

from harness.lessons.patterns import pattern

CONVOLUTIONS = [
    f"keras.layers.{kind}"
    for kind in ("Conv1D", "Conv2D", "Conv3D", "Convolution1D", "Convolution2D")
]
MAX_NORMS = [f"keras.constraints.{name}" for name in ("MaxNorm", "max_norm", "maxnorm")]
HEAD = "from keras import layers\nfrom keras.constraints import MaxNorm, max_norm\n"


@pattern(
    "constraints.default-axis-bounds-filters",
    instead="axis=[0, 1, 2] bounds each filter of a Conv2D, axis=[0, 1] of a Conv1D.",
    catches=[
        HEAD + "layers.Conv2D(8, 3, kernel_constraint=max_norm(2.0))",
        HEAD
        + "bound = MaxNorm(max_value=3)\nlayers.Conv1D(8, 3, kernel_constraint=bound)",
        "import tensorflow as tf\nc = tf.keras.constraints.MaxNorm\n"
        "tf.keras.layers.Conv2D(4, (3, 3),\n"
        "    kernel_constraint=tf.keras.constraints.max_norm(1.))",
    ],
    passes=[
        HEAD + "layers.Conv2D(8, 3, kernel_constraint=MaxNorm(2.0, axis=[0, 1, 2]))",
        HEAD + "layers.Dense(8, kernel_constraint=max_norm(2.0))",
        HEAD + "layers.Conv2D(8, 3, kernel_constraint=MaxNorm(2.0, (0, 1, 2)))",
        HEAD + "layers.Conv2D(8, 3, kernel_constraint=constraint)",
    ],
)
def max_norm_of_a_convolution(code):
    """Without an axis MaxNorm does not bound the norm of a convolution's filters."""
    for layer in code.calls(*CONVOLUTIONS):
        made = code.call(layer.block, layer.argument("kernel_constraint"))
        bounded = made and made.name in MAX_NORMS and not made.open
        if bounded and made.argument("axis", 1) is None:
            yield layer
