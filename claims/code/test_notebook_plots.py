"""The notebook's plots: what the function draws, saves and leaves."""

import os

import keras

from claims.common.tuners import folder
from claims.documents import notebook
from harness import QUALIFIED, UPHELD, claim, judge, shared
from harness.running.faults import fault

NAME = "training_history_regularized.png"


@fault
def figures_stay_open(patch):
    """plt.close() closes nothing."""
    from matplotlib import pyplot as plt

    patch.setattr(plt, "close", lambda *figures: None)


@fault
def no_validation_in_the_history(patch):
    """The history holds the figures of the training alone."""
    original = keras.callbacks.History.on_epoch_end

    def on_epoch_end(self, epoch, logs=None):
        kept = {k: v for k, v in (logs or {}).items() if not k.startswith("val_")}
        original(self, epoch, kept)

    patch.setattr(keras.callbacks.History, "on_epoch_end", on_epoch_end)


@shared
def plotted():
    """A plot like the notebook's: whether its figure stays open, history, and files.

    Two panels, losses and accuracies, saved in a folder, from a history of two epochs.
    """
    from matplotlib import pyplot as plt

    history = keras.callbacks.History()
    history.set_model(keras.Sequential())
    history.on_train_begin()
    for epoch in range(2):
        names = ("loss", "accuracy", "val_loss", "val_accuracy")
        history.on_epoch_end(epoch, dict.fromkeys(names, 0.5))
    with plt.rc_context({"backend": "agg"}), folder() as path:
        plt.rcdefaults()
        drawn = plt.figure(figsize=(12, 4))
        for panel, name in enumerate(("loss", "accuracy"), start=1):
            plt.subplot(1, 2, panel)
            plt.plot(history.history[name], label="Training")
            plt.plot(history.history[f"val_{name}"], label="Validation")
            plt.legend()
        plt.tight_layout()
        plt.savefig(os.path.join(path, NAME))
        plt.close()
        return plt.fignum_exists(drawn.number), history.history, os.listdir(path)


notebook_plot_saved = claim(
    "code.notebook-plot-saved",
    says="The plotting function draws losses and accuracies of training and validation "
    "from the history, and saves the picture under the name that the notebook shows.",
    sources=[notebook[356:384]],
    verdict=UPHELD,
    why="History.history has the four lists; savefig writes the file.",
    explained_by="keras.src.callbacks.history:History.on_epoch_end",
    faults=[no_validation_in_the_history],
)


@notebook_plot_saved.as_worded
def test_the_picture_is_written():
    """The calls run, and a PNG of that name lies in the folder."""
    _, _, files = judge.runs(plotted, what="the plot")
    judge.contains(files, NAME, what="files")


notebook_plot_clears_data = claim(
    "code.notebook-plot-clears-data",
    says="The plotting function clears the data after plotting.",
    sources=[notebook[355]],
    evidence=[notebook[379]],
    verdict=QUALIFIED,
    why="plt.close() closes the figure; the history that was plotted keeps all its "
    "numbers.",
    explained_by="matplotlib.pyplot:close",
    faults=[figures_stay_open],
)


@notebook_plot_clears_data.holds_when("the figure is meant")
def test_no_figure_stays_open():
    """After the function its figure is not open."""
    remaining, _, _ = plotted()

    judge.false(remaining, what="the figure is open")


@notebook_plot_clears_data.fails_when("the data of the history are meant")
def test_the_history_is_empty():
    """After the function the history's lists are gone."""
    _, history, _ = plotted()

    judge.equal(sum(len(values) for values in history.values()), 0, what="figures")
