"""Penalties and decays in a lesson's code that are called by the other's name."""

import re

from harness.lessons.patterns import pattern

L2 = re.compile(r"\bl_?2\b.{0,20}\b(regulari[sz]\w+|penalt\w+|norm)", re.IGNORECASE)
SET_APART = re.compile(
    r"\bnot\b|n['’]t\b|decoupl|instead|unlike|\bvs\b|versus|rather|differ|equivalen",
    re.IGNORECASE,
)
KERAS = "import keras\n"
TORCH = "import torch\n"


@pattern(
    "weight-decay.exactly-l2",
    instead="AdamW shrinks the weights apart from the gradient, which L2 does not.",
    catches=[
        KERAS + "opt = keras.optimizers.AdamW(1e-3, weight_decay=1e-4)  # L2 penalty",
        TORCH + "# L2 regularization\n"
        "opt = torch.optim.AdamW(net.parameters(), weight_decay=1e-2)",
        TORCH + "opt = torch.optim.AdamW(\n    net.parameters(),\n"
        "    weight_decay=1e-2,  # l2 regularisation\n)",
    ],
    passes=[
        KERAS + "opt = keras.optimizers.AdamW(1e-3)  # L2 penalty in the layers",
        KERAS + "opt = keras.optimizers.AdamW(1e-3, weight_decay=1e-4)  # not L2 reg.",
        TORCH + "# decoupled, unlike an L2 penalty\n"
        "opt = torch.optim.AdamW(net.parameters(), weight_decay=1e-2)",
        TORCH + "opt = torch.optim.SGD(net.parameters(), 0.1, weight_decay=1e-2)  # L2 "
        "regularization",
        KERAS + "# L2 regularization of the kernels\nlayer = keras.layers.Dense(4)\n"
        "opt = keras.optimizers.AdamW(1e-3, weight_decay=1e-4)",
    ],
)
def decay_called_l2(code):
    """A comment calls the decoupled weight decay of AdamW an L2 penalty."""
    for call in code.calls("keras.optimizers.AdamW", "torch.optim.AdamW"):
        if call.argument("weight_decay") is None:
            continue
        lines = call.block.piece.text.split("\n")
        first, last = call.node.lineno, call.node.end_lineno or call.node.lineno
        said = [line.partition("#")[2] for line in lines[first - 1 : last]]
        above = lines[first - 2].strip() if first > 1 else ""
        said += [above] if above.startswith("#") else []
        if any(L2.search(s) and not SET_APART.search(s) for s in said):
            yield call
