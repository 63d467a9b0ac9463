"""The TensorBoard callback: which files it writes, where, and what they hold."""

import contextlib
import io
import pathlib
import sys
import tempfile
from types import SimpleNamespace

import absl.logging
import keras
import numpy as np
import pytest
from hypothesis import strategies as st

from claims.documents import tutorial
from claims.tensorboard import faults
from harness import REFUTED, UPHELD, claim, given, judge, shared

CALLBACK = "keras.src.callbacks.tensorboard:TensorBoard"
EPOCHS = 3
NAMES = ("loss", "binary_crossentropy", "accuracy")


@shared
def logged(name):
    """The history of a fit and, for each run under its log folder, the scalars."""
    pytest.importorskip("tensorboard", reason="needs tensorboard")
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    metric = keras.metrics.BinaryCrossentropy(
        from_logits=True, name="binary_crossentropy"
    )
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile("sgd", loss, metrics=[metric, "accuracy"], run_eagerly=True)
    x, y = np.random.normal(size=(6, 2)), np.float32([[0], [1]] * 3)
    with tempfile.TemporaryDirectory() as path:
        logdir = pathlib.Path(path) / "tensorboard_logs"
        callback = keras.callbacks.TensorBoard(logdir / name)
        options = {"validation_data": (-x, y), "callbacks": [callback], "verbose": 0}
        history = model.fit(x, y, epochs=EPOCHS, **options).history
        runs = {
            file.parent.relative_to(logdir).as_posix(): scalars(file)
            for file in sorted(logdir.rglob("events.out.tfevents.*"))
        }
    return SimpleNamespace(history=history, runs=runs)


def scalars(file):
    """Tag -> {step: value} of the scalars in an event file."""
    import tensorflow as tf

    found = {}
    for event in tf.compat.v1.train.summary_iterator(str(file)):
        for value in event.summary.value:
            number = tf.make_ndarray(value.tensor)
            if number.dtype == "float32" and number.ndim == 0:
                found.setdefault(value.tag, {})[event.step] = float(number)
    return found


writes_logs = claim(
    "tensorboard.writes-logs",
    says="With the TensorBoard callback, training writes logs of its figures.",
    sources=[tutorial[272], tutorial[279], tutorial[553], tutorial[842]],
    verdict=UPHELD,
    needs="tensorflow",
    why="The logs have loss and metrics of each epoch, for training and validation, "
    "and the learning rate; steps count from 0.",
    explained_by=f"{CALLBACK}.on_epoch_end",
    faults=[
        faults.scalars_2_percent_high,
        faults.steps_from_one,
        faults.validation_not_logged,
        faults.rate_not_logged,
    ],
    differs_on={
        "keras<3": (
            REFUTED,
            "TensorBoard._collect_learning_rate writes the rate of a schedule only "
            "(callbacks.py, Keras 2)",
        ),
    },
)


@writes_logs.as_worded
def test_every_epoch_has_its_figures_in_the_logs():
    """Each training and validation figure of the history stands in the event files."""
    run = logged("sizes/Tiny")

    for part, prefix in (("train", ""), ("validation", "val_")):
        tags = run.runs.get(f"sizes/Tiny/{part}", {})
        for name in NAMES:
            steps = tags.get(f"epoch_{name}", {})
            judge.equal(list(steps), list(range(EPOCHS)), what=f"{part}: steps")
            exact = np.float32(run.history[prefix + name])
            judge.equal(list(steps.values()), exact, what=f"{part}: {name}")
    training = run.runs.get("sizes/Tiny/train", {})
    figures = sorted(f"epoch_{name}" for name in (*NAMES, "learning_rate"))
    judge.equal(sorted(training), figures, what="names of the figures")
    rates = training.get("epoch_learning_rate", {})
    judge.equal(list(rates.values()), [np.float32(0.01)] * EPOCHS, what="rate")


one_folder_per_model = claim(
    "tensorboard.one-folder-per-model",
    says="A path object with the model's name below the log folder gives each model's "
    "logs a folder of their own, under sizes or regularizers.",
    sources=[tutorial[279], tutorial[562], tutorial[847]],
    verdict=UPHELD,
    needs="tensorflow",
    why="Each folder has two subfolders, train and validation.",
    explained_by=f"{CALLBACK}.__init__",
    faults=[faults.parent_folder_used],
)


@one_folder_per_model.as_worded
@given(name=st.sampled_from(["sizes/Tiny", "regularizers/l2"]))
def test_the_logs_lie_under_the_models_name(name):
    """The runs below the log folder are the model's train and validation."""
    judge.equal(list(logged(name).runs), [f"{name}/train", f"{name}/validation"])


dev_shows_results = claim(
    "tensorboard.dev-shows-results",
    says="The results of an earlier run can be viewed on TensorBoard.dev.",
    sources=[tutorial[567]],
    verdict=REFUTED,
    severity="wording",
    instead="TensorBoard.dev has been shut down.",
    why="The command `tensorboard dev` ends with that message and exit code 1.",
    explained_by="tensorboard.main_lib:global_init",
    faults=[faults.dev_command_is_let_through],
    differs_on={
        "tensorflow<2.16": (
            UPHELD,
            "TensorFlow 2.15 comes with tensorboard 2.15, whose command `dev` is "
            "still there",
        ),
    },
)


def dev_command():
    """Exit code and message of `tensorboard dev`; 0 and nothing if it is let through.

    In this process: starting TensorBoard's own would import TensorFlow once more.
    """
    main = pytest.importorskip("tensorboard.main_lib", reason="needs tensorboard")
    verbosity = absl.logging.get_verbosity()
    with (
        contextlib.redirect_stderr(io.StringIO()) as printed,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(sys, "argv", ["tensorboard", "dev"])
        patch.setenv("GCS_READ_CACHE_DISABLED", "1")  # as it will set it
        try:
            main.global_init()
        except SystemExit as end:
            return int(end.code), printed.getvalue()
        finally:
            absl.logging.set_verbosity(verbosity)
    return 0, ""


@dev_shows_results.as_worded
def test_the_command_for_the_service_is_there():
    """`tensorboard dev` does not end with an error."""
    code, _ = dev_command()

    judge.equal(code, 0, what="exit code")


@dev_shows_results.instead
def test_the_service_is_said_to_be_shut_down():
    """The command ends with 1 and says that the service has been shut down."""
    code, message = dev_command()

    judge.equal(code, 1, what="exit code")
    told = "TensorBoard.dev has been shut down" in message
    judge.true(told, what="message of the shutdown")
