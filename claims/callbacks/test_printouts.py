"""What a training prints: its rows, and what a checkpoint says of them."""

import contextlib
import io
import os
import re
import tempfile

import keras
from hypothesis import strategies as st

from claims.callbacks import faults
from claims.common.callback_runs import drive, training, validation
from claims.documents import day7, notebook
from claims.documents.notebook_figures import FIT
from harness import REFUTED, UPHELD, claim, given, judge
from harness.running.faults import figure

NUMBER = r"\d+(?:\.\d+)?(?:e[-+]\d+)?"
"""A figure as the progress bar prints it: in powers of ten from 0.001 downwards."""


verbose_2 = claim(
    "callbacks.verbose-2",
    says="verbose=2 writes less to the console: one row of results per epoch.",
    sources=[notebook[321]],
    evidence=[notebook[337]],
    verdict=UPHELD,
    why="The row follows a line with the epoch's number, and there is no progress bar.",
    explained_by="keras.src.callbacks.progbar_logger:ProgbarLogger",
    faults=[faults.verbose_ignored, faults.rows_5_percent_high],
    differs_on={
        "keras<3": (
            REFUTED,
            "Progbar.update ends the row with the times of an epoch and a step "
            "(utils/generic_utils.py, Keras 2)",
        ),
    },
)


@verbose_2.as_worded
def test_an_epoch_is_a_heading_and_a_row():
    """Each of three epochs prints its number and a row; verbose=1 prints more.

    The row has the figures of the history.
    """
    printed, with_bar = training(2).printed, training(1).printed
    rows = [row for row in printed.splitlines() if row]

    judge.equal(rows[::2], [f"Epoch {k}/3" for k in (1, 2, 3)], what="headings")
    pattern = rf"3/3 - \d+s - \d+[mu]?s/step(?: - \w+: {NUMBER})+"
    shaped = [bool(re.fullmatch(pattern, row)) for row in rows[1::2]]
    judge.true(shaped, what="rows")
    for epoch, row in enumerate(rows[1::2]):
        figures = dict(re.findall(rf"(\w+): ({NUMBER})", row))
        judge.equal(sorted(figures), sorted(training(2).history), what="names")
        for name, text in figures.items():
            judge.printed(training(2).history[name][epoch], text, what=name)
    judge.at_most(len(printed), len(with_bar) - 1, what="characters")


day7_row_format = claim(
    "callbacks.day7-row-format",
    says="A row of the training's printout has loss, accuracy and those of validation, "
    "in this order and without times.",
    sources=[day7[57]],
    verdict=REFUTED,
    severity="wording",
    instead="352/352 - 11s - 31ms/step - accuracy: 0.9871 - loss: 0.0421 - "
    "val_accuracy: 0.7188 - val_loss: 1.9843",
    why="Printed output is judged against the installed library. Keras 3 sorts the "
    "names, and prints the seconds and the time per step. The times in the correction "
    "are the table's 11 s, over 352 steps.",
    explained_by="keras.src.utils.progbar:Progbar.update",
    faults=[faults.verbose_ignored, faults.rows_without_times],
    differs_on={
        "keras<3": (
            REFUTED,
            "Progbar.update writes the time of a step at the row's end with "
            "verbose=2 (utils/generic_utils.py, Keras 2)",
        ),
    },
)


def row_without_numbers():
    """The parts of the first row that verbose=2 prints, after the steps."""
    printed = [line for line in training(2).printed.splitlines() if " - " in line]
    shape = re.sub(NUMBER, "N", printed[0] if printed else "")
    return re.sub("[mu]s/step", "s/step", shape).split(" - ")[1:]


@day7_row_format.as_worded
def test_the_row_begins_with_the_loss():
    """After the steps come loss and accuracy."""
    found = row_without_numbers()[:2]

    judge.equal(found, ["loss: N", "accuracy: N"], what="after the steps")


@day7_row_format.instead
def test_the_row_is_timed_and_sorted():
    """After the steps come seconds, time of a step, then figures by their names."""
    seconds, step, *figures = row_without_numbers() or ["", ""]

    judge.equal([seconds, step], ["Ns", "Ns/step"], what="after the steps")
    judge.equal(figures[:1], ["accuracy: N"], what="first figure")
    judge.equal(figures, sorted(figures), what="figures")


def said_of(values):
    """What the notebook's checkpoint prints in a training with these losses."""
    with tempfile.TemporaryDirectory() as path:
        callback = keras.callbacks.ModelCheckpoint(
            os.path.join(path, "best.weights.h5"),
            monitor="val_loss",
            mode="min",
            save_best_only=True,
            save_weights_only=True,
            verbose=1,
        )
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            drive(callback, validation(values))
    return printed.getvalue()


checkpoint_log_consistent = claim(
    "callbacks.checkpoint-log-consistent",
    says="In the log, each checkpoint message starts from the loss that the one before "
    "ended with, and agrees with its row's validation loss.",
    sources=[notebook[336:349]],
    verdict=UPHELD,
    why="All four epochs improve on the one before, so each of them has its message.",
    explained_by="keras.src.callbacks.model_checkpoint:ModelCheckpoint",
    faults=[
        figure(FIT, "rows", ["3.1700", "1.2118", "1.1254", "0.9799"]),
        figure(FIT, "messages", [3.16996, 1.21180, 1.22532, 0.97990]),
        faults.ten_percent_are_needed,
        faults.messages_count_from_zero,
    ],
)


@checkpoint_log_consistent.as_worded
def test_the_messages_are_those_of_the_rows():
    """ModelCheckpoint reports an improvement from each loss of the log to the next."""
    values = FIT["messages"]
    printed = said_of(values)

    epochs = re.findall(r"Epoch (\d+): val_loss improved", printed)
    judge.equal(epochs, ["1", "2", "3", "4"], what="epochs")
    found = re.findall(r"improved from ([\d.]+) to ([\d.]+)", printed)
    logged = zip(FIT["starts of messages"], values[1:])
    judge.equal(found, [(f"{a:.5f}", f"{b:.5f}") for a, b in logged], what="messages")
    for value, row in zip(values, FIT["rows"]):
        judge.printed(value, row, what="row")


first_improvement_from_inf = claim(
    "callbacks.first-improvement-from-inf",
    says="The first epoch's checkpoint message says that the loss improved from inf.",
    sources=[notebook[336]],
    verdict=REFUTED,
    severity="wording",
    instead="Epoch 1: val_loss improved from None to 3.16996, saving model",
    why="Printed output is judged against the installed library. Before the first "
    "epoch there is no best value, and Keras 3.15 prints None. After each saving it "
    "prints that it has finished.",
    explained_by="keras.src.callbacks.model_checkpoint:ModelCheckpoint."
    "_should_save_model",
    faults=[faults.best_starts_at_infinity, faults.messages_count_from_zero],
    differs_on={
        "keras<3.11": (
            UPHELD,
            "ModelCheckpoint.__init__ begins with numpy.inf and prints it "
            "(callbacks/model_checkpoint.py, until Keras 3.10)",
        ),
        "keras>=3.11,<3.13": (
            REFUTED,
            "ModelCheckpoint says None as in Keras 3.13, and nothing at the end of "
            "saving (callbacks/model_checkpoint.py, Keras 3.11 and 3.12)",
        ),
    },
)


def first_message(value):
    """The first line that the checkpoint prints, without the name of the file."""
    lines = [line for line in said_of([value]).splitlines() if line]
    return lines[0].partition(", saving")[0] if lines else ""


@first_improvement_from_inf.as_worded
@given(value=st.floats(0.01, 99))
def test_the_first_loss_improves_from_infinity(value):
    """The message of the first epoch begins with inf."""
    expected = f"Epoch 1: val_loss improved from inf to {value:.5f}"
    judge.equal(first_message(value), expected, what="message")


@first_improvement_from_inf.instead
@given(value=st.floats(0.01, 99))
def test_the_first_loss_improves_from_none(value):
    """The message of the first epoch begins with None; that of the end follows."""
    expected = f"Epoch 1: val_loss improved from None to {value:.5f}"
    judge.equal(first_message(value), expected, what="message")
    after = said_of([value]).split("\n\n")[-1]
    judge.equal(after.partition(" to ")[0], "Epoch 1: finished saving model")
