"""The notebook's plots: what the function draws, saves and leaves."""

import os

import keras

from claims.common.tuners import folder
from claims.documents import notebook
from harness import QUALIFIED, UPHELD, claim, judge
from harness.running.faults import fault


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


def plotted(path):
    """Whether the figure of a plot like the notebook's stays open, and the history.

    Two panels, losses and accuracies, saved in `path`, from a history of two epochs.
    """
    from matplotlib import pyplot as plt

    history = keras.callbacks.History()
    history.set_model(keras.Sequential())
    history.on_train_begin()
    for epoch in range(2):
        names = ("loss", "accuracy", "val_loss", "val_accuracy")
        history.on_epoch_end(epoch, dict.fromkeys(names, 0.5))
    with plt.rc_context({"backend": "agg"}):
        plt.rcdefaults()
        drawn = plt.figure(figsize=(12, 4))
        for panel, name in enumerate(("loss", "accuracy"), start=1):
            plt.subplot(1, 2, panel)
            plt.plot(history.history[name], label="Training")
            plt.plot(history.history[f"val_{name}"], label="Validation")
            plt.legend()
        plt.tight_layout()
        plt.savefig(path)
        plt.close()
    return plt.fignum_exists(drawn.number), history.history


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
    with folder() as path:
        name = os.path.join(path, "training_history_regularized.png")
        judge.runs(lambda: plotted(name), what="the plot")
        judge.equal(os.path.exists(name), True, what="file")


notebook_plot_clears_data = claim(
    "code.notebook-plot-clears-data",
    says="The plotting function clears the data after plotting.",
    sources=[notebook[355], notebook[379]],
    verdict=QUALIFIED,
    why="plt.close() frees the figure; the history that was plotted keeps all it has.",
    explained_by="matplotlib.pyplot:close",
    faults=[figures_stay_open],
)


@notebook_plot_clears_data.holds_when("the figure is meant")
def test_no_figure_stays_open():
    """After the function its figure is not open."""
    with folder() as path:
        remaining, _ = plotted(os.path.join(path, "a.png"))

    judge.equal(remaining, False, what="the figure is open")


@notebook_plot_clears_data.fails_when("the data of the history are meant")
def test_the_history_is_empty():
    """After the function the history's lists are gone."""
    with folder() as path:
        _, history = plotted(os.path.join(path, "a.png"))

    judge.equal(sum(len(values) for values in history.values()), 0, what="figures")
