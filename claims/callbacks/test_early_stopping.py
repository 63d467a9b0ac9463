"""Callbacks that stop a training and restore its best weights."""

import keras
import numpy as np
from hypothesis import strategies as st

from claims.callbacks import faults
from claims.common.callback_runs import (
    best_epoch,
    drive,
    last_epoch,
    losses,
    one_weight,
    stopped,
    validation,
)
from claims.documents import notebook, tutorial
from claims.documents.notebook_figures import FIT, REPORT
from harness import REFUTED, UPHELD, claim, example, given, judge
from harness.running.faults import figure

STOPPING = "keras.src.callbacks.early_stopping:EarlyStopping"


early_stopping_patience = claim(
    "callbacks.early-stopping-patience",
    says="Early stopping ends the training when the monitored value has not improved "
    "for `patience` epochs.",
    sources=[notebook[289:295], tutorial[270], tutorial[278]],
    verdict=UPHELD,
    why="An equal value is no improvement. The count starts anew with each new best "
    "value and with each training.",
    explained_by=f"{STOPPING}.on_epoch_end",
    faults=[
        faults.patience_one_longer,
        faults.patience_one_shorter,
        faults.ties_are_improvements,
        faults.needs_a_large_step,
        faults.stopping_keeps_its_state,
    ],
    differs_on={
        "keras>=3,<3.7": (
            REFUTED,
            "EarlyStopping.on_train_begin keeps `best` of an earlier training "
            "(callbacks/early_stopping.py, Keras 3.0 to 3.6)",
        ),
        "keras>=3.11,<3.15": (
            REFUTED,
            "EarlyStopping.on_train_begin keeps `best` of an earlier training "
            "(callbacks/early_stopping.py, Keras 3.11 to 3.14)",
        ),
    },
)


@early_stopping_patience.as_worded
@given(values=losses(14), wait=st.integers(1, 7))
@example(values=[0.4] + [0.5] * 13, wait=1)
@example(values=[0.5, 0.4, 0.4, 0.4] + [0.3] * 10, wait=2)
@example(values=[0.5 - k * 1e-5 for k in range(14)], wait=2)
@example(values=[k / 100 for k in range(60, 46, -1)], wait=3)
def test_the_training_ends_that_many_epochs_after_the_best(values, wait):
    """The last epoch is the first one `patience` epochs after the best.

    And a second training with the same object begins anew.
    """
    callback = keras.callbacks.EarlyStopping(monitor="val_loss", patience=wait)

    for training in ("first", "second"):
        epochs, _ = drive(callback, validation(values))

        judge.equal(epochs, last_epoch(values, wait), what=f"{training} training")


@early_stopping_patience.as_worded
@given(wait=st.integers(1, 4))
def test_a_loss_that_is_no_number_is_no_improvement(wait):
    """After one finite loss the training ends `patience` epochs later."""
    callback = keras.callbacks.EarlyStopping(monitor="val_loss", patience=wait)

    epochs, _ = drive(callback, validation([0.5] + [np.nan] * 9))

    judge.equal(epochs, 1 + wait, what="epochs")


@early_stopping_patience.as_worded
@given(values=losses(8), wait=st.integers(2, 4))
def test_an_accuracy_improves_by_rising(values, wait):
    """The same for val_accuracy, whose best value is the highest."""
    callback = keras.callbacks.EarlyStopping(monitor="val_accuracy", patience=wait)

    logs = validation(values, "val_accuracy")
    epochs, _ = drive(callback, logs, metric="accuracy")

    judge.equal(epochs, last_epoch([-v for v in values], wait), what="epochs")


@early_stopping_patience.as_worded
def test_fit_ends_with_the_patience():
    """A real fit whose validation loss stays runs 1 + 2 of its 9 epochs."""
    model, x = one_weight(), np.ones((2, 1), "float32")
    model.optimizer.learning_rate.assign(0.0)

    callback = keras.callbacks.EarlyStopping(monitor="val_loss", patience=2)
    given = {"validation_data": (x, x), "callbacks": [callback]}
    history = model.fit(x, x, epochs=9, verbose=0, **given)

    judge.equal(len(history.epoch), 1 + 2, what="epochs")


restore_best_weights = claim(
    "callbacks.restore-best-weights",
    says="With restore_best_weights=True the model ends with the weights of the epoch "
    "with the lowest validation loss.",
    sources=[notebook[290:295]],
    verdict=UPHELD,
    why="This holds also when the training runs through all its epochs. Without the "
    "argument the last weights stay.",
    explained_by=f"{STOPPING}.on_train_end",
    faults=[
        faults.never_restores,
        faults.restores_the_epoch_after,
        faults.falls_are_no_improvements,
    ],
    differs_on={
        "keras<3": (
            REFUTED,
            "EarlyStopping restores the weights only where it ends the training "
            "early (callbacks.py, EarlyStopping.on_epoch_end, Keras 2)",
        ),
        "keras>=3,<3.7": (
            REFUTED,
            "a second training is measured by the best value of the first: "
            "EarlyStopping.on_train_begin keeps it (callbacks/early_stopping.py, "
            "Keras 3.0 to 3.6)",
        ),
        "keras>=3.11,<3.15": (
            REFUTED,
            "a second training is measured by the best value of the first: "
            "EarlyStopping.on_train_begin keeps it (callbacks/early_stopping.py, "
            "Keras 3.11 to 3.14)",
        ),
    },
)


@restore_best_weights.as_worded
@given(values=losses(12), wait=st.integers(2, 12))
def test_the_weights_are_those_of_the_best_epoch(values, wait):
    """The weight is the number of the best of the epochs that ran."""
    callback = keras.callbacks.EarlyStopping(
        monitor="val_loss", patience=wait, restore_best_weights=True
    )

    for training in ("first", "second"):
        epochs, weight = drive(callback, validation(values))

        best = best_epoch(values[:epochs])
        judge.equal(weight, best, what=f"epoch of the weights, {training} training")


@restore_best_weights.as_worded
@given(values=losses(6), wait=st.integers(2, 6))
def test_without_the_argument_the_last_weights_stay(values, wait):
    """By default the weight is the number of the last epoch that ran."""
    callback = keras.callbacks.EarlyStopping(monitor="val_loss", patience=wait)

    epochs, weight = drive(callback, validation(values))

    judge.equal(weight, epochs, what="epoch of the weights")


@restore_best_weights.as_worded
def test_the_moving_statistics_are_those_of_the_best_epoch_too():
    """Of three epochs the first is the best: scale, shift and both statistics."""
    model = keras.Sequential([keras.Input((3,)), keras.layers.BatchNormalization()])
    callback = keras.callbacks.EarlyStopping(patience=2, restore_best_weights=True)
    callback.set_model(model)
    callback.on_train_begin()

    for epoch in range(3):
        model.set_weights([np.full(3, epoch + 1.0)] * 4)
        callback.on_epoch_end(epoch, {"val_loss": float(epoch)})
    callback.on_train_end()

    judge.equal(model.get_weights(), np.ones((4, 3)), what="weights")


stopped_after_39 = claim(
    "callbacks.stopped-after-39",
    says="A training with patience 7 of at most 50 epochs ends after epoch 39.",
    sources=[notebook[423], notebook[437]],
    evidence=[notebook[292], notebook[309]],
    verdict=UPHELD,
    why="Epoch 39 is the last one if epoch 32 is the best: 7 epochs without "
    "improvement follow it.",
    explained_by=f"{STOPPING}.on_epoch_end",
    faults=[
        faults.patience_one_longer,
        faults.patience_one_shorter,
        figure(REPORT, "stopped after", 7),
        figure(REPORT, "stopped after", 50),
    ],
)


@stopped_after_39.as_worded
def test_the_stop_belongs_to_a_best_epoch_32():
    """Of best epochs 26 to 38, epoch 39 - 7 alone makes 39 of 50 epochs run."""
    wait, limit = FIT["patience"], FIT["epochs"]
    last = {best: stopped(best, wait, limit) for best in range(26, 39)}

    found = [best for best, epoch in last.items() if epoch == REPORT["stopped after"]]
    judge.equal(found, [REPORT["stopped after"] - wait], what="best epochs")


evaluation_of_restored_weights = claim(
    "callbacks.evaluation-of-restored-weights",
    says="The evaluation after the training gives a lower loss than the last epoch on "
    "the same validation data.",
    sources=[notebook[389], notebook[407:408], notebook[419]],
    verdict=UPHELD,
    why="The evaluated weights are those of the best epoch. The final validation loss "
    "is that of the last epoch, seven epochs later.",
    explained_by=f"{STOPPING}.on_train_end",
    faults=[
        figure(REPORT, "evaluated loss", "0.5765"),
        figure(REPORT, "final validation loss", "0.5390"),
    ],
)


@evaluation_of_restored_weights.as_worded
def test_the_evaluated_loss_is_below_the_final_one():
    """0.5492 is lower than 0.5665, as restoring the best epoch implies."""
    names = ("evaluated loss", "final validation loss")
    restored, last = (float(REPORT[name]) for name in names)

    judge.at_most(restored, last)
