"""What a training prints and records, and what its early stopping looks at."""

import keras
import numpy as np
from hypothesis import strategies as st

from claims.callbacks import faults
from claims.common.callback_runs import drive, training, validation
from claims.common.strategies import seeds
from claims.common.tutorial_logs import cell, column, epochs, shown
from claims.documents import notebook, tutorial
from claims.documents.tutorial_figures import FIT, LOGS
from harness import QUALIFIED, UPHELD, claim, given, judge
from harness.running.faults import figure

STOPPING = "keras.src.callbacks.early_stopping:EarlyStopping"
TINY = tutorial[360:378]
PRINTED = [
    TINY,
    tutorial[424:444],
    tutorial[479:481],
    tutorial[516:518],
    tutorial[639:656],
    tutorial[745:748],
    tutorial[808:824],
]


monitors_val_bce = claim(
    "callbacks.monitors-val-bce",
    says="Early stopping set to val_binary_crossentropy looks at that metric, not at "
    "val_loss.",
    sources=[tutorial[270], tutorial[278]],
    verdict=UPHELD,
    explained_by=f"{STOPPING}.get_monitor_value",
    faults=[faults.monitors_the_loss, faults.patience_one_longer],
)


@monitors_val_bce.as_worded
@given(wait=st.integers(1, 6), best=st.integers(1, 6), seed=seeds())
def test_the_metric_decides_when_the_training_ends(wait, best, seed):
    """The loss falls on; the stop comes `patience` epochs after the metric's best."""
    name = "val_binary_crossentropy"
    metric = [1 + abs(k - best) / 10 for k in range(1, 16)]
    logs = [{"val_loss": 1 / (k + 1), name: value} for k, value in enumerate(metric)]

    callback = keras.callbacks.EarlyStopping(monitor=name, patience=wait)

    ended, _ = drive(callback, logs, metric="binary_crossentropy")
    judge.equal(ended, best + wait, what="epochs")


@monitors_val_bce.as_worded
def test_the_metric_is_logged_under_the_monitored_name():
    """A fit with the tutorial's metric logs val_binary_crossentropy."""
    judge.contains(training(2).history, "val_binary_crossentropy", what="logs")


patience_200_consistent = claim(
    "callbacks.patience-200-consistent",
    says="The seven logs are those of trainings that early stopping with a patience of "
    "200 ended.",
    sources=[tutorial[278]],
    evidence=PRINTED,
    verdict=QUALIFIED,
    why="The stop comes 200 epochs after the best one. A log with its last row at "
    "epoch 300 ended before epoch 400, so its best epoch is below 200. With dropout "
    "the lowest printed cross-entropy is at epoch 300.",
    explained_by=f"{STOPPING}.on_epoch_end",
    faults=[
        epochs("large", range(0, 101, 100)),
        cell("dropout", 100, val_cross_entropy="0.5747"),
        faults.patience_one_longer,
        faults.patience_one_shorter,
        faults.patience_5_percent_long,
    ],
)


@patience_200_consistent.holds_when("only the lengths of the logs are compared")
def test_no_log_ends_before_the_patience():
    """Losses that rise from the start stop in epoch 200, and each log gets there."""
    callback = keras.callbacks.EarlyStopping("val_loss", patience=FIT["patience"])
    ended, _ = drive(callback, validation(np.linspace(1, 2, 400)))

    judge.equal(ended - 1, FIT["patience"], what="number of the last epoch")
    for log in LOGS:
        judge.at_least(max(column(log, "epoch")), ended - 1, what=f"{log} log")


@patience_200_consistent.fails_when("the best printed epoch is taken for the best one")
def test_the_lowest_row_with_dropout_is_200_epochs_before_the_end():
    """A row every 100 epochs: the training ended less than 100 after the last one."""
    rows = column("dropout", "epoch"), column("dropout", "val_cross_entropy")
    best = min(zip(*rows), key=lambda row: shown(row[1]))[0]

    last_possible = rows[0][-1] + 99
    at_most = last_possible - FIT["patience"]
    judge.at_most(best, at_most, what="best epoch", oracle="the log itself")


ended_before_maximum = claim(
    "callbacks.ended-before-maximum",
    says="Each training ended before the maximum of 10000 epochs.",
    sources=[tutorial[549]],
    evidence=[tutorial[286], *PRINTED],
    verdict=UPHELD,
    why="The longest log has its last row at epoch 1000, and rows are 100 epochs "
    "apart. Whether early stopping ended them is callbacks.patience-200-consistent.",
    faults=[figure(FIT, "maximum", 1_000), figure(FIT, "maximum", 1_050)],
)


@ended_before_maximum.as_worded
def test_the_last_printed_epoch_is_below_the_maximum():
    """A hundred epochs after the last row the maximum is not reached."""
    for log in LOGS:
        last = max(column(log, "epoch"))
        judge.at_most(last + 100, FIT["maximum"], what=f"{log} log")


rows_every_100_epochs = claim(
    "callbacks.rows-every-100-epochs",
    says="The trainings print their full set of metrics every 100 epochs.",
    sources=[tutorial[268]],
    evidence=[*PRINTED],
    verdict=UPHELD,
    why="The printed rows are judged; the callback belongs to tensorflow_docs, which "
    "is not installed here.",
    faults=[
        epochs("tiny", range(0, 841, 105)),
        epochs("l2", range(100, 501, 100)),
    ],
)


@rows_every_100_epochs.as_worded
def test_rows_are_a_hundred_epochs_apart():
    """Each log has the rows 0, 100, 200, ... up to its last."""
    for log in LOGS:
        rows = column(log, "epoch")
        judge.equal(rows, 100 * np.arange(len(rows)), what=f"{log} log")


history_every_epoch = claim(
    "callbacks.history-every-epoch",
    says="The history that fit() returns holds the figures of every epoch: its last "
    "entry is the last epoch's, its length the number of epochs.",
    sources=[notebook[315:316], notebook[398:403]],
    verdict=UPHELD,
    explained_by="keras.src.callbacks.history:History.on_epoch_end",
    faults=[faults.first_epoch_not_recorded, faults.best_value_so_far_recorded],
)


@history_every_epoch.as_worded
def test_the_history_is_what_each_epoch_logged():
    """For each name the history is the list of the values logged in three epochs."""
    run = training(2)

    judge.equal(len(run.history["loss"]), 3, what="epochs")
    for name, values in run.history.items():
        judge.equal(values, [logs[name] for logs in run.seen], what=name)


@history_every_epoch.as_worded
@given(values=st.lists(st.floats(0, 9), min_size=2, max_size=6))
def test_values_that_rise_and_fall_are_recorded_alike(values):
    """The history of any sequence of losses is the sequence."""
    callback = keras.callbacks.History()

    drive(callback, validation(values))

    judge.equal(callback.history["val_loss"], values)


@history_every_epoch.as_worded
def test_the_history_of_fifty_epochs_is_whole():
    """The first epoch's loss is still there after the fiftieth."""
    callback, values = keras.callbacks.History(), [k / 64 for k in range(50)]

    drive(callback, validation(values))

    judge.equal(callback.history["val_loss"], values)
