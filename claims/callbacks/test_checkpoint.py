"""The callback that saves a model: when it writes, and what its file holds."""

import os
import tempfile

import keras
import numpy as np

from claims.callbacks import faults
from claims.common.callback_runs import (
    best_epoch,
    drive,
    losses,
    one_weight,
    validation,
)
from claims.common.strategies import seeds
from claims.documents import notebook
from harness import REFUTED, UPHELD, as_array, claim, given, judge, shared

CHECKPOINT = "keras.src.callbacks.model_checkpoint:ModelCheckpoint"


checkpoint_only_improves = claim(
    "callbacks.checkpoint-only-improves",
    says="With save_best_only the checkpoint is written only when the validation loss "
    "improves; with save_weights_only it holds the model's weights.",
    sources=[notebook[278:286]],
    verdict=UPHELD,
    why="The first epoch is always saved, and at the end the file has the best epoch. "
    "Besides the weights the file holds the optimizer's variables; load_weights() "
    "restores them too.",
    explained_by=f"{CHECKPOINT}.on_epoch_end",
    faults=[
        faults.saves_every_epoch,
        faults.compares_with_the_last_epoch,
        faults.falls_are_no_improvements,
        faults.statistics_not_loaded,
    ],
    differs_on={
        "keras<3": (
            REFUTED,
            "Optimizer.variables, which the file holds, leave the learning rate out "
            "(optimizers/optimizer.py, Keras 2)",
        ),
    },
)


@checkpoint_only_improves.as_worded
@given(values=losses(5))
def test_the_file_changes_with_each_new_best(values):
    """The epochs after which the file is new are those with a new lowest loss."""
    with tempfile.TemporaryDirectory() as path:
        file, contents = os.path.join(path, "best.weights.h5"), []
        callback = keras.callbacks.ModelCheckpoint(
            file,
            monitor="val_loss",
            mode="min",
            save_best_only=True,
            save_weights_only=True,
        )
        drive(callback, validation(values), after_each=lambda: read(file, contents))
        judge.true(os.path.exists(file), what="a file is written")
        (model := one_weight()).load_weights(file)

        drive(callback, validation([1.0]), after_each=lambda: read(file, contents))

    weight = int(as_array(model.layers[0].kernel)[0, 0])
    judge.true(contents[5] == contents[4], what="no better one in a second training")
    saved = [k for k in range(5) if k == 0 or contents[k] != contents[k - 1]]
    new_best = [k for k in range(5) if best_epoch(values[: k + 1]) == k + 1]
    judge.equal(saved, new_best, what="epochs saved")
    judge.equal(weight, best_epoch(values), what="weights loaded")


def read(file, contents):
    """Add the file's bytes, or nothing if there is no file."""
    if os.path.exists(file):
        with open(file, "rb") as opened:
            contents.append(opened.read())
    else:
        contents.append(b"")


@shared
def normalized():
    """A model of one BatchNormalization of three features."""
    return keras.Sequential([keras.Input((3,)), keras.layers.BatchNormalization()])


@checkpoint_only_improves.as_worded
@given(seed=seeds())
def test_the_file_holds_all_weights(seed):
    """Loaded, scale, shift and moving statistics of a normalization are the saved."""
    model = normalized()
    saved = [np.random.uniform(1, 2, 3).astype("float32") for _ in range(4)]
    model.set_weights(saved)
    with tempfile.TemporaryDirectory() as path:
        file = os.path.join(path, "best.weights.h5")
        callback = keras.callbacks.ModelCheckpoint(
            file, save_best_only=True, save_weights_only=True
        )
        callback.set_model(model)
        callback.on_epoch_end(0, {"val_loss": 0.5})
        model.set_weights([np.zeros(3)] * 4)
        model.load_weights(file)

    for name, found, expected in zip(
        ("gamma", "beta", "moving_mean", "moving_variance"),
        model.get_weights(),
        saved,
        strict=True,
    ):
        judge.equal(found, expected, what=name)


@shared
def with_adam():
    """A model of one weight with Adam, whose variables have been made."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.compile("adam", "mse")
    model.optimizer.build(model.trainable_variables)
    return model


@checkpoint_only_improves.as_worded
@given(seed=seeds())
def test_the_file_holds_the_optimizers_variables_too(seed):
    """Loaded, iterations, learning rate and both slots of Adam are the saved."""
    model = with_adam()
    now = [as_array(v) for v in model.optimizer.variables]
    saved = [np.random.uniform(1, 2, x.shape).astype(x.dtype) for x in now]
    for variable, value in zip(model.optimizer.variables, saved):
        variable.assign(value)
    with tempfile.TemporaryDirectory() as path:
        file = os.path.join(path, "best.weights.h5")
        callback = keras.callbacks.ModelCheckpoint(
            file, save_best_only=True, save_weights_only=True
        )
        callback.set_model(model)
        callback.on_epoch_end(0, {"val_loss": 0.5})
        for variable in model.optimizer.variables:
            variable.assign(0 * as_array(variable))
        model.load_weights(file)

    judge.equal(len(saved), 4, what="variables of Adam")
    for variable, value in zip(model.optimizer.variables, saved):
        judge.equal(variable, value, what=variable.name)
