"""Custom training loops in a lesson's code, and the penalties of its model."""

import ast
import re

from harness.lessons.loops import last_layers, loops, model_of
from harness.lessons.patterns import Node, pattern
from harness.lessons.reading import Said
from harness.lessons.statements import sentences

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


OWN_STEP = """
import keras
import tensorflow as tf
class Own(keras.Model):
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = {loss}
        weights = self.trainable_variables
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, weights))
        return {{"loss": loss}}
inputs = keras.Input((3,))
outputs = keras.layers.Dense(1, kernel_regularizer="l2")(inputs)
model = Own(inputs, outputs)
"""


def penalized(layer):
    """Whether a layer is given a penalty."""
    given = [layer.argument(name) for name in PENALTIES]
    return any(g is not None and getattr(g, "value", g) is not None for g in given)


@pattern(
    "losses.custom-loop-must-add",
    catches=[
        MODEL + STEP.format(more=""),
        FUNCTIONAL,
        MODEL + "@tf.function\ndef step(x, y):\n    "
        "with tf.GradientTape() as t:\n        loss = f(y, model(x, training=True))\n"
        "    g = t.gradient(loss, model.trainable_weights)\n"
        "    optimizer.apply_gradients(zip(g, model.trainable_weights))",
        OWN_STEP.format(loss="mse(y, self(x, training=True))"),
    ],
    passes=[
        MODEL + STEP.format(more=" + sum(model.losses)"),
        MODEL + STEP.format(more="\n    loss += tf.add_n(model.losses)"),
        MODEL.replace('kernel_regularizer="l2"', "'relu'") + STEP.format(more=""),
        MODEL.replace('"l2"', "None") + STEP.format(more=""),
        MODEL + STEP.format(more="\n    loss = loss + penalty(model)"),
        MODEL + "with tf.GradientTape() as tape:\n    y = model(x)\n"
        "saliency = tape.gradient(y, x)",
        OWN_STEP.format(loss="self.compute_loss(y=y, y_pred=self(x, training=True))"),
        OWN_STEP.replace("Own(inputs", "Own(name='a')\nother = Own(inputs").format(
            loss="mse(y, self(x, training=True))"
        ),
    ],
)
def penalties_left_out(code):
    """This loop never adds model.losses, so the model's regularizers do nothing."""
    if code.mentions(r"\.losses\b(?! *import)(?!\.\w)|add_loss|regularization_loss"):
        return
    for loop in loops(code):
        made = model_of(code, loop.model, loop.tape.order)
        if made and not loop.adds_more and any(map(penalized, made.layers)):
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


TWO_MODELS = """
from tensorflow import keras
import matplotlib.pyplot as plt
small = keras.Sequential([keras.layers.Dense(4)])
small_hist = small.fit(x, y, validation_data=(x_val, y_val))
l2 = keras.Sequential()
l2.add(keras.layers.Dense(4{penalty}))
l2_hist = l2.fit(x, y, validation_data=(x_val, y_val))
"""
BY_METRIC = (
    "val_loss and evaluate() add the penalty to the loss: compare models by a "
    "metric, such as the cross-entropy of the task, which has none."
)
L2 = ", kernel_regularizer=keras.regularizers.l2(0.001)"
LOSSES = (
    "plt.plot(small_hist.history['val_loss'])\nplt.plot(l2_hist.history['val_loss'])"
)


@pattern(
    "losses.evaluate-without-penalty",
    instead=BY_METRIC,
    catches=[
        TWO_MODELS.format(penalty=L2) + LOSSES,
        TWO_MODELS.format(penalty=L2)
        + "a = small_hist.history['val_loss']\nb = l2_hist.history['val_loss']\n"
        "plt.plot(range(9), a, 'b+')\nplt.plot(range(9), b, 'bo')",
        TWO_MODELS.format(penalty=", bias_regularizer='l1'") + LOSSES,
    ],
    passes=[
        TWO_MODELS.format(penalty="") + LOSSES,
        TWO_MODELS.format(penalty=L2) + LOSSES.replace("val_loss", "val_accuracy"),
        TWO_MODELS.format(penalty=L2) + LOSSES.split("\n")[1],
        TWO_MODELS.format(penalty=L2).replace("Dense(4)", f"Dense(4{L2})") + LOSSES,
    ],
)
def loss_with_a_penalty_beside_one_without(code):
    """The val_loss of this model has its penalty in it, that of the other has none."""
    for block in code.blocks:
        plotted = {}
        for call in code.calls("matplotlib.pyplot.plot", ".plot"):
            if call.block is block:
                for given in call.node.args:
                    made = model_of_loss(code, call, given)
                    if made:
                        plotted[call] = any(map(penalized, made.layers))
        if set(plotted.values()) == {True, False}:
            yield next(call for call, has_penalty in plotted.items() if has_penalty)


def model_of_loss(code, call, node):
    """How the model is made whose `history["val_loss"]` an argument is."""
    value = code.value(call.block, node)
    match value and value.node:
        case ast.Subscript(
            value=ast.Attribute(value=ast.Name() as history, attr="history"),
            slice=ast.Constant(value="val_loss"),
        ):
            fit = code.call(value.block, history)
            match fit and fit.node.func:
                case ast.Attribute(value=ast.Name(id=model), attr="fit"):
                    return model_of(code, model, fit.order)
    return None


WITH_L2 = """
from tensorflow import keras
model = keras.Sequential([keras.layers.Dense(4{penalty})])
model.fit(x, y)
print('Test loss:', model.evaluate(x_test, y_test)[0])
"""
COMPARED = (
    re.compile(
        r"\b(lower|higher|worse|better|smaller|larger) (test|validation|val)[ _]loss"
        r"|\b(test|validation|val)[ _]loss\b[^.;:]{0,40}"
        r"\b(lower|higher|worse|better|smaller|larger)\b",
        re.I,
    ),
    re.compile(r"\b(regulari[sz]\w+|L[12]|elastic net)\b", re.I),
    re.compile(r"\b(model|network|result)", re.I),
)
PENALTY_TOLD = re.compile(r"penalt(y|ies) (is|are)|includ\w+ (the )?penalt|\?", re.I)


@pattern(
    "losses.evaluate-without-penalty",
    instead=BY_METRIC,
    catches=[
        "# With L2 regularization the model has a lower test loss than without.\n"
        + WITH_L2.format(penalty=L2),
        "# The regularized network's validation loss is worse.\n"
        + WITH_L2.format(penalty=L2),
        "# L1 results in a higher test loss.\n"
        + WITH_L2.format(penalty=", activity_regularizer='l1'"),
    ],
    passes=[
        "# With L2 regularization the model has a lower test loss than without.\n"
        + WITH_L2.format(penalty=""),
        "# With L2 the model has a higher test accuracy than without.\n"
        + WITH_L2.format(penalty=L2),
        "# The L2 model's test loss is higher, since the penalty is in it.\n"
        + WITH_L2.format(penalty=L2),
        "# Is the test loss of the L2 model higher?\n" + WITH_L2.format(penalty=L2),
    ],
)
def losses_compared_in_words(code):
    """The loss that evaluate and val_loss give holds the penalty of this model."""
    measured = code.mentions(r"\.evaluate\(|val_loss|validation_(data|split)")
    if not measured or code.mentions(r"\bmodel\.losses\b|BinaryCrossentropy\(name"):
        return
    if not any(map(penalized, code.calls("keras.layers."))):
        return
    for piece in code.lesson.passages():
        for line, said in sentences(piece):
            if all(p.search(said) for p in COMPARED) and not PENALTY_TOLD.search(said):
                yield Said(piece, line)


HEAD = "import keras\nfrom keras import layers\n"
SEQUENTIAL = HEAD + (
    "model = keras.Sequential([layers.Dense(8, 'relu'), {last}])\n"
    "model.compile('adam', loss={loss})"
)
FUNCTIONAL_MODEL = HEAD + (
    "i = keras.Input((3,))\nh = layers.Dense(8, activation='relu')(i)\n"
    "o = {last}(h)\nmodel = keras.Model(i, o)\nmodel.compile('adam', loss={loss})"
)
ADDED = HEAD + (
    "model = keras.Sequential()\nmodel.add(layers.Dense(8, 'relu'))\n"
    "model.add({last})\nmodel.compile(loss={loss}, optimizer='adam')"
)
LOSS = "keras.losses.CategoricalCrossentropy({})"
NAMED = (
    "sparse_categorical_crossentropy",
    "categorical_crossentropy",
    "binary_crossentropy",
)
CLASSES = tuple(
    f"keras.losses.{kind}Crossentropy"
    for kind in ("SparseCategorical", "Categorical", "Binary")
)


def expects_logits(code, compiled):
    """What the cross-entropy of a `compile` is told; None if it is not seen."""
    given = compiled.argument("loss", 1)
    if isinstance(given, ast.Constant):
        return False if given.value in NAMED else None
    loss = code.call(compiled.block, given)
    if loss is None or loss.name not in CLASSES or loss.open:
        return None
    told = code.literal(loss.block, loss.argument("from_logits", 0), default=False)
    return told if isinstance(told, bool) else None


def activation(code, layer):
    """Of a Dense layer or of one that is an activation: its name, "" for none; None if
    it is not seen."""
    if layer.name in ("keras.layers.Softmax", "keras.layers.Activation"):
        given = layer.argument("activation", 0)
        name = code.literal(layer.block, given)
        return "softmax" if layer.name.endswith("Softmax") else name
    if layer.name != "keras.layers.Dense" or layer.open:
        return None
    given = layer.argument("activation", 1)
    name = code.literal(layer.block, given, default="linear")
    return "" if name in ("linear", None) and _is_none(given, name) else name


def _is_none(given, name):
    """Whether an activation is left out, None or linear, and not merely unknown."""
    return name == "linear" or (isinstance(given, ast.Constant) and given.value is None)


def _is_handed_in(call, name):
    """Whether the name is a parameter of a function around the call."""
    return any(
        isinstance(node, ast.FunctionDef)
        and name in [a.arg for a in node.args.args]
        and any(inner is call.node for inner in ast.walk(node))
        for node in call.block.nodes
    )


def compiled_models(code):
    """`(compile, its last two layers)` of the models that are seen whole. The blocks of
    a text may be parts of several programs, the cells of a notebook are one."""
    for call in code.calls(".compile"):
        owner = call.node.func.value
        if isinstance(owner, ast.Name) and not _is_handed_in(call, owner.id):
            layers = last_layers(code, owner.id, call.order)
            together = code.lesson.kind == "notebook" or all(
                layer.block is call.block for layer in layers
            )
            if layers and together:
                yield call, layers


@pattern(
    "losses.probabilities-unless-told",
    instead="Give the loss from_logits=True, or the last layer a softmax or sigmoid.",
    catches=[
        SEQUENTIAL.format(last="layers.Dense(4)", loss=LOSS.format("")),
        SEQUENTIAL.format(
            last="layers.Dense(1, activation=None)", loss="'binary_crossentropy'"
        ),
        FUNCTIONAL_MODEL.format(
            last="layers.Dense(4)", loss="'sparse_categorical_crossentropy'"
        ),
        ADDED.format(
            last="layers.Dense(4, activation='linear')",
            loss=LOSS.format("from_logits=False"),
        ),
    ],
    passes=[
        SEQUENTIAL.format(last="layers.Dense(4)", loss=LOSS.format("from_logits=True")),
        SEQUENTIAL.format(last="layers.Dense(4, 'softmax')", loss=LOSS.format("")),
        SEQUENTIAL.format(last="layers.Dense(4, last)", loss=LOSS.format("")),
        SEQUENTIAL.format(last="layers.Dense(1)", loss="'mse'"),
        HEAD + "model = keras.Sequential([layers.Dense(1)])\ndef ready(model):\n"
        "    model.compile('adam', loss='binary_crossentropy')",
        SEQUENTIAL.format(
            last="layers.Dense(4), layers.Activation('softmax')", loss=LOSS.format("")
        ),
        ADDED.format(
            last="layers.Dense(4))\nmodel.add(layers.Softmax()", loss=LOSS.format("")
        ),
        FUNCTIONAL_MODEL.format(
            last="layers.Dense(4)", loss="'binary_crossentropy' if b else 'mse'"
        ),
    ],
)
def logits_for_probabilities(code):
    """The model puts out logits, and the loss takes them for probabilities."""
    for call, (last, *_) in compiled_models(code):
        if expects_logits(code, call) is False and activation(code, last) == "":
            yield call


@pattern(
    "losses.probabilities-unless-told",
    instead="Use one softmax: a second one flattens the probabilities.",
    catches=[
        SEQUENTIAL.format(
            last="layers.Dense(4, 'softmax'), layers.Softmax()", loss=LOSS.format("")
        ),
        SEQUENTIAL.format(
            last="layers.Dense(4, activation='softmax'), layers.Activation('softmax')",
            loss="'categorical_crossentropy'",
        ),
        ADDED.format(
            last="layers.Dense(4, 'softmax'))\nmodel.add(layers.Softmax()",
            loss=LOSS.format(""),
        ),
    ],
    passes=[
        SEQUENTIAL.format(last="layers.Dense(4, 'softmax')", loss=LOSS.format("")),
        SEQUENTIAL.format(
            last="layers.Dense(4, 'softmax')", loss=LOSS.format("from_logits=True")
        ),
        SEQUENTIAL.format(last="layers.Dense(4), layers.Softmax()", loss="'mse'"),
        SEQUENTIAL.format(
            last="layers.Dense(4, 'relu'), layers.Softmax()", loss=LOSS.format("")
        ),
    ],
)
def softmax_twice(code):
    """Probabilities go through a softmax once more."""
    # from_logits=True after one softmax is none: the loss may find its logits
    for call, layers in compiled_models(code):
        if [activation(code, layer) for layer in layers] == ["softmax", "softmax"]:
            yield call


NET = "import torch\nfrom torch import nn\nnet = nn.Sequential(nn.Linear(9, 3), {})\n"


@pattern(
    "losses.torch-cross-entropy-takes-logits",
    instead="Leave the softmax out: nn.CrossEntropyLoss takes logits.",
    catches=[
        NET.format("nn.Softmax(dim=1)") + "loss = nn.CrossEntropyLoss()(net(x), y)",
        NET.format("nn.Softmax(1)") + "criterion = nn.CrossEntropyLoss()\n"
        "loss = criterion(net(x), y)",
        NET.format("nn.ReLU(), nn.Softmax(dim=-1)")
        + "for x, y in data:\n    nn.CrossEntropyLoss()(net(x), y).backward()",
    ],
    passes=[
        NET.format("nn.ReLU()") + "loss = nn.CrossEntropyLoss()(net(x), y)",
        NET.format("nn.LogSoftmax(dim=1)") + "loss = nn.NLLLoss()(net(x), y)",
        NET.format("nn.Softmax(dim=1)") + "criterion = nn.CrossEntropyLoss()\n"
        "loss = criterion(other(x), y)",
    ],
)
def torch_softmax_before_the_loss(code):
    """The network ends in a softmax, and CrossEntropyLoss applies another one."""
    for block in code.blocks:
        yield from _losses_of_nets(code, block)


def _losses_of_nets(code, block):
    """Calls `criterion(net(x), y)` where the network ends in a softmax."""
    for node in block.nodes:
        match node:
            case ast.Call(func=criterion, args=[ast.Call(func=ast.Name() as net), _]):
                made, ends = code.call(block, criterion), code.call(block, net)
                if made is None and isinstance(criterion, ast.Call):
                    made = code.as_call(Node(block, criterion))
                if made is None or made.name != "torch.nn.CrossEntropyLoss":
                    continue
                if ends is not None and ends.name == "torch.nn.Sequential":
                    last = code.call(ends.block, (ends.node.args or [None])[-1])
                    if last is not None and last.name == "torch.nn.Softmax":
                        yield Node(block, node)
