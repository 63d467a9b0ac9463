"""The three training blocks of the dropout article, on small random images."""

import keras
import numpy as np

from claims.code import faults
from claims.code.torch_networks import images, outputs
from claims.documents import article
from claims.penalties import faults as penalty_faults
from harness import UPHELD, as_array, claim, judge, seed_training, shared

SHAPE, CLASSES = (12, 12, 1), 10
PLAN = [
    ("conv", 32, "valid", "relu"),
    "pool",
    ("conv", 64, "valid", "relu"),
    "pool",
    "flatten",
    ("dense", 128, "relu"),
    "dropout",
    ("dense", CLASSES, "softmax"),
]
OPERATIONS = 9 + 9 * 32 + 64 + 128 + 20  # lengths of the sums behind an output
L1, L2, BOTH = {"l1": 0.001}, {"l2": 0.001}, {"l1": 0.001, "l2": 0.001}


def penalizing(kind):
    """The first convolution's, second convolution's and hidden layer's argument."""
    if kind != "penalized":
        return {}, {}, {}
    made = keras.regularizers
    found = made.l1(0.001), made.l2(0.001), made.l1_l2(l1=0.001, l2=0.001)
    return tuple({"kernel_regularizer": regularizer} for regularizer in found)


@shared
def network(kind):
    """The article's network: plain, with dropout, or penalized; compiled."""
    first, second, hidden = penalizing(kind)
    convolution, pool = keras.layers.Conv2D, keras.layers.MaxPooling2D
    steps = [
        keras.Input(shape=SHAPE),
        convolution(32, kernel_size=(3, 3), activation="relu", **first),
        pool(pool_size=(2, 2)),
        convolution(64, kernel_size=(3, 3), activation="relu", **second),
        pool(pool_size=(2, 2)),
        keras.layers.Flatten(),
        keras.layers.Dense(128, activation="relu", **hidden),
    ]
    steps += [keras.layers.Dropout(0.5)] if kind == "dropout" else []
    head = keras.layers.Dense(CLASSES, activation="softmax")
    model = keras.Sequential([*steps, head])
    model.compile(
        loss="categorical_crossentropy",
        optimizer="adam",
        metrics=["accuracy"],
        run_eagerly=True,
    )
    return model


def loss_of(kind, model, x, labels):
    """Cross-entropy by torch, and the penalties by NumPy, in float64."""
    p = outputs(model, x, plan=PLAN)
    total = -np.mean(np.log(p[np.arange(len(p)), labels]))
    kernels = [as_array(k.kernel) for k in model.layers if hasattr(k, "kernel")]
    strengths = (L1, L2, BOTH) if kind == "penalized" else ()
    for kernel, strength in zip(kernels, strengths):
        wide = kernel.astype("float64")
        total += strength.get("l1", 0) * np.sum(np.abs(wide))
        total += strength.get("l2", 0) * np.sum(np.square(wide))
    return total


def judge_training(kind):
    """An epoch of fit(validation_split=0.2): the losses are those of torch and NumPy.

    The first 8 of 10 rows are one batch of training, the last 2 the validation.
    """
    seed_training(kind)
    model, x = network(kind), images(10, size=12, channels=1)
    labels = np.arange(10) % CLASSES
    before = loss_of(kind, model, x[:8], labels[:8])
    start = [as_array(w) for w in model.get_weights()]

    logs = model.fit(
        x, np.eye(CLASSES)[labels], epochs=1, validation_split=0.2, verbose=0
    ).history

    names = ["accuracy", "loss", "val_accuracy", "val_loss"]
    judge.equal(sorted(logs), names, what="history")
    after = loss_of(kind, model, x[8:], labels[8:])
    n = {"operations": OPERATIONS, "oracle": "torch and NumPy"}
    judge.close(logs["val_loss"], [after], what="val_loss", **n)
    if kind != "dropout":
        judge.close(logs["loss"], [before], what="loss", **n)
    moves = [np.abs(as_array(w) - s) for w, s in zip(model.get_weights(), start)]
    largest = max(np.max(m) for m in moves)
    # 1 - beta_2 = 0.001 loses three of float32's seven digits
    judge.close(largest, 1e-3, operations=2_000, what="Adam's first step")


FAULTS = [
    faults.validates_on_the_first,
    faults.splits_a_tenth_more,
    faults.conv_activation_ignored,
    faults.cross_entropy_2_percent_high,
    faults.adam_default_5_percent_high,
    faults.metrics_ignored,
]

article_plain_network = claim(
    "code.article-plain-network",
    says="The standard network compiles with loss, optimizer and metric given by "
    "name, and fits with a validation split of a fifth.",
    sources=[article[11:23]],
    verdict=UPHELD,
    why="The last fifth of the rows is the validation set; the training loss is that "
    "of the other rows alone.",
    explained_by=faults.SPLIT,
    faults=FAULTS,
)


@article_plain_network.as_worded
def test_the_plain_network_fits(own_blocks):
    """Losses before and after Adam's step are the oracle's."""
    judge_training("plain")
    own_blocks.judge(article, [5, 11, 22])


article_dropout_network = claim(
    "code.article-dropout-network",
    says="The network with a dropout layer compiles and fits in the same way.",
    sources=[article[33:46]],
    verdict=UPHELD,
    explained_by=faults.SPLIT,
    faults=FAULTS,
)


@article_dropout_network.as_worded
def test_the_network_with_dropout_fits(own_blocks):
    """The validation loss is that of the network without its dropout layer."""
    judge_training("dropout")
    own_blocks.judge(article, [5, 33, 45])


article_penalized_network = claim(
    "code.article-penalized-network",
    says="The network with three penalties compiles and fits in the same way.",
    sources=[article[59:76]],
    verdict=UPHELD,
    why="Training and validation loss both include the penalties.",
    explained_by=[faults.SPLIT, "keras.src.regularizers.regularizers:L1L2.__call__"],
    faults=[
        *FAULTS,
        penalty_faults.l1_too_large,
        penalty_faults.l2_too_large,
        penalty_faults.l1l2_a_little_more,
    ],
)


@article_penalized_network.as_worded
def test_the_network_with_penalties_fits(own_blocks):
    """Losses before and after Adam's step are the oracle's, with L1, L2 and both."""
    judge_training("penalized")
    own_blocks.judge(article, [5, 59, 61, 75])
