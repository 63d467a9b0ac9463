"""Calls of models in a lesson's training loops, and their training flag."""

import ast
import re

from harness.lessons.loops import loops, model_of
from harness.lessons.patterns import Node, pattern

DIFFERS = [
    f"keras.layers.{kind}"
    for kind in (
        *("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"),
        *("AlphaDropout", "GaussianDropout", "GaussianNoise", "BatchNormalization"),
    )
]
"""Layers that compute something else in training than at inference."""
MODEL = """
import tensorflow as tf
from tensorflow.keras import layers
net = tf.keras.Sequential([layers.Dense(8, "relu"), layers.Dropout(0.5)])
"""
STEP = """
with tf.GradientTape() as tape:
    loss = loss_fn(y, net({call}))
grads = tape.gradient(loss, net.trainable_variables)
optimizer.apply_gradients(zip(grads, net.trainable_variables))
"""


OWN_STEP = """
import keras
import tensorflow as tf
class Own(keras.Model):
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = mse(y, self({call}))
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
inputs = keras.Input((3,))
model = Own(inputs, keras.layers.Dropout(0.5)(inputs))
"""


@pattern(
    "training-flag.custom-loop-explicit",
    catches=[
        MODEL + STEP.format(call="x"),
        MODEL.replace("Dropout(0.5)", "BatchNormalization()") + STEP.format(call="x"),
        MODEL + "def step(x, y):" + STEP.format(call="x").replace("\n", "\n    "),
        OWN_STEP.format(call="x"),
    ],
    passes=[
        MODEL + STEP.format(call="x, training=True"),
        MODEL + STEP.format(call="x, True"),
        MODEL + STEP.format(call="x, is_training=True"),
        MODEL.replace("Dropout(0.5)", "Flatten()") + STEP.format(call="x"),
        MODEL + "with tf.GradientTape() as tape:\n    y = net(x)\n"
        "gradients = tape.gradient(y, x)",
        OWN_STEP.format(call="x, training=True"),
        OWN_STEP.format(call="x").replace("Dropout(0.5)", "Flatten()"),
    ],
)
def flag_left_out(code):
    """This training step does not pass training=True, so that dropout and batch
    normalization run in inference mode."""
    for loop in loops(code):
        made = model_of(code, loop.model, loop.tape.order)
        if made and any(call.name in DIFFERS for call in made.layers):
            for call in loop.forward:
                flagged = call.args[1:] or any(
                    keyword.arg is None or "train" in keyword.arg
                    for keyword in call.keywords
                )
                if not flagged:
                    yield loop.at(call)


UNCERTAIN = re.compile(r"monte[- ]?carlo|\bMC\b|uncertain|bayes", re.IGNORECASE)
TORCH_DIFFERS = ("torch.nn.Dropout", "torch.nn.BatchNorm", "torch.nn.AlphaDropout")
TORCH = """
import torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.5))
    def forward(self, x):
        return self.body(x)
net = Net()
"""
VALIDATED = """
net.train()
with torch.no_grad():
    for x, y in data:
        right = (net(x).argmax(1) == y).sum()
"""
BY_A_FUNCTION = """
def validate(model, data):
    with torch.no_grad():
        return [model(x) for x, _ in data]
validate(net, data)
"""


@pattern(
    "training-flag.torch-forgotten-eval",
    instead="Call model.eval() before the evaluation, and model.train() before the "
    "next training step; torch.no_grad() does not change the mode.",
    catches=[
        TORCH + VALIDATED,
        TORCH + BY_A_FUNCTION,
        TORCH.split("class")[0]
        + "net = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2)).to('cpu')"
        + VALIDATED,
    ],
    passes=[
        TORCH + VALIDATED.replace("train()", "eval()"),
        TORCH + VALIDATED.replace("train()", "train(False)"),
        TORCH + BY_A_FUNCTION.replace("(net, data)", "(other, data)"),
        TORCH.replace("Dropout(0.5)", "ReLU()") + VALIDATED,
        TORCH + "with torch.no_grad():\n    net.body[0].weight.zero_()",
    ],
)
def never_in_eval_mode(code):
    """The lesson never calls eval(): in this evaluation dropout drops, and batch
    normalization takes the batch's statistics."""
    if code.mentions(r"\beval\b|\.train\([^)]|\bmode=|lightning|fastai|ignite|skorch"):
        return
    if "eval" in code.unread or not code.mentions(r"\bno_grad\b|\binference_mode\b"):
        return
    if any(UNCERTAIN.search(text) for text in code.lesson.sources.values()):
        return  # Monte Carlo dropout drops on purpose
    for block in code.blocks:
        for node in block.nodes:
            if isinstance(node, ast.With) and _is_evaluation(node):
                called = {
                    n.func.id
                    for n in ast.walk(node)
                    if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
                }
                place = Node(block, node)
                given = [g for name in called for g in _handed_to(code, place, name)]
                nets = given or [(name, place.order) for name in called]
                if any(_has_modes(code, name, order) for name, order in nets):
                    yield place


def _is_evaluation(node):
    names = (ast.unparse(item.context_expr) for item in node.items)
    return any("no_grad" in name or "inference_mode" in name for name in names)


def _has_modes(code, name, order):
    """Whether a model has layers that differ in training: it is made of such layers, or
    of the last class of its name that has them."""
    made = code.latest(name, order)
    if made is None:
        return False
    called = {
        n.func.id
        for n in ast.walk(made.node)
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
    }
    classes = [
        Node(block, node)
        for block in code.blocks
        for node in block.nodes
        if isinstance(node, ast.ClassDef)
        and node.name in called
        and (block.number, node.lineno) < made.order
    ]
    return any(
        call.name.startswith(TORCH_DIFFERS)
        for node in (made, *classes[-1:])
        for call in code.within(node, "torch.nn.")
    )


def _handed_to(code, place, name):
    """What the function around a place is given for a parameter, in all its calls: the
    names, and where."""
    around = [
        f
        for f in place.block.nodes
        if isinstance(f, ast.FunctionDef)
        and f.lineno <= place.node.lineno <= (f.end_lineno or 0)
        and name in [a.arg for a in f.args.args]
    ]
    for function in around:
        start, end = _in_force(code, (place.block.number, function.lineno), function)
        parameters = [a.arg for a in function.args.args]
        for block in code.blocks:
            for call in block.nodes:
                if getattr(getattr(call, "func", None), "id", None) != function.name:
                    continue
                order = block.number, call.lineno
                given = [*zip(parameters, call.args)]
                given += [(k.arg, k.value) for k in call.keywords]
                for parameter, value in given if start <= order < end else ():
                    if parameter == name and isinstance(value, ast.Name):
                        yield value.id, order


def _in_force(code, start, function):
    """From where to where a name means this function, and not a later one."""
    later = [
        (block.number, node.lineno)
        for block in code.blocks
        for node in block.nodes
        if isinstance(node, ast.FunctionDef) and node.name == function.name
    ]
    return start, min((at for at in later if at > start), default=(len(code.blocks), 0))
