"""What the tutorial reads from its plots, against what its code draws into them."""

from types import SimpleNamespace

import numpy as np
import pytest

from claims.common.tutorial_logs import at_epoch, cell, column, epochs, shown
from claims.documents import tutorial
from claims.documents.tutorial_figures import PLOTS
from harness import QUALIFIED, REFUTED, claim, judge
from harness.running.faults import figure, replaced

plot_shows_the_large_model = claim(
    "results.plot-shows-the-large-model",
    says="The plot of the regularized runs shows the large model, too: one can read "
    "from it that both methods improve on it.",
    sources=[tutorial[760]],
    evidence=[tutorial[580:581], tutorial[614], tutorial[723]],
    verdict=REFUTED,
    severity="wording",
    instead='This plot has the "Tiny", the "l2" and the "dropout" run. The "Large" '
    "model is in the plot of the sizes only. Compared with its logged losses, both "
    "approaches improve its behavior.",
    why="The dictionary that is drawn starts with the tiny run; only the regularized "
    "runs are added to it.",
    faults=[
        figure(PLOTS, "plot of line 760", ["Tiny", "l2", "dropout", "large"]),
        figure(PLOTS, "sizes", ["Tiny", "Small", "Medium"]),
    ],
)


@plot_shows_the_large_model.as_worded
def test_the_large_run_is_drawn_beside_the_regularized_ones():
    """It is in the dictionary that the plot is drawn from."""
    judge.contains(PLOTS["plot of line 760"], "large", what="plot", oracle="its code")


@plot_shows_the_large_model.instead
def test_the_large_run_is_in_the_plot_of_the_sizes_only():
    """Three runs in the plot, and the large one in that of the sizes."""
    runs = ["Tiny", "l2", "dropout"]
    judge.equal(PLOTS["plot of line 760"], runs, what="this plot")
    judge.contains(PLOTS["sizes"], "large", what="sizes", oracle="its code")


log_scale_shows_the_large_model = claim(
    "results.log-scale-shows-the-large-model",
    says="On a log scale one can see what happens to the large model, which is "
    "apparent when its validation and training metrics are compared.",
    sources=[tutorial[527]],
    evidence=[tutorial[424:444], tutorial[516:518], tutorial[537:541]],
    verdict=QUALIFIED,
    why="Epochs 5 to 100 get 56 % of the axis on a log scale, 9 to 10 % on a linear "
    "one. From epoch 100 on, the large model's printed losses lie outside the limits "
    "0.5 and 0.7.",
    explained_by="matplotlib.pyplot:xscale",
    faults=[
        replaced(
            "matplotlib.pyplot:xscale",
            lambda original: lambda value, **kwargs: None,
            name="xscale ignored",
            does="the axis stays linear",
        ),
        epochs("small", range(0, 2_100, 200)),
        figure(PLOTS, "highest", 1.75),
        cell("large", 100, val_cross_entropy="0.6"),
    ],
)


def width_of_first_epochs(scale, *, more):
    """The share of the width that the epochs up to 100 take, and the axis' last epoch.

    The plotter of the tutorial draws the four runs, each `more` epochs longer than its
    last printed row; then the limits are set as the tutorial's code does it.
    """
    plots = pytest.importorskip("tensorflow_docs.plots", reason="needs tensorflow-docs")
    from matplotlib import pyplot as plt

    runs = {}
    for name in PLOTS["sizes"]:
        run = range(max(column(name.lower(), "epoch")) + more + 1)
        losses = dict.fromkeys(("bce", "val_bce"), [0.6] * len(run))
        runs[name] = SimpleNamespace(epoch=run, history=losses)
    with plt.rc_context({"backend": "agg"}):
        axes = plt.figure().gca()
        plots.HistoryPlotter(metric="bce").plot(runs)
        plt.xscale(scale)
        plt.xlim([PLOTS["first epoch"], max(plt.xlim())])
        places = [(epoch, 0.6) for epoch in (PLOTS["first epoch"], 100, plt.xlim()[1])]
        left, middle, right = axes.transData.transform(places)[:, 0]
        plt.close()
    return (middle - left) / (right - left), places[-1][0]


@log_scale_shows_the_large_model.holds_when("its first hundred epochs are meant")
def test_the_first_epochs_get_most_of_the_width():
    """More than half of it on a log scale, less than half on a linear one.

    A run has up to 99 epochs behind its last printed row, as each hundredth is printed.
    """
    longest = max(max(column(name.lower(), "epoch")) for name in PLOTS["sizes"])
    first = PLOTS["first epoch"]
    for more in (0, 99):
        share, last = width_of_first_epochs("log", more=more)
        linear, _ = width_of_first_epochs("linear", more=more)

        judge.equal(last, longest + more, what="the axis' last epoch")
        exact = np.log(100 / first) / np.log(last / first)
        judge.close(share, exact, operations=60, dtype="float64", what="share, log")
        judge.at_least(share, 1 / 2, what=f"share, log, to {last:g}")
        judge.at_most(linear, 1 / 2, what=f"share, linear, to {last:g}")


@log_scale_shows_the_large_model.fails_throughout(
    "its later training is meant: from epoch 100 on its printed losses lie outside "
    "the plot"
)
def test_no_printed_loss_of_the_large_model_is_within_the_limits():
    """Training is below the plot, validation above it, at epochs 100 and 200."""
    for epoch in (100, 200):
        row = at_epoch("large", epoch)
        judge.at_most(row.cross_entropy, PLOTS["lowest"], what=f"training, {epoch}")
        low = shown(row.val_cross_entropy)[0]
        judge.at_least(low, PLOTS["highest"], what=f"validation, {epoch}")
