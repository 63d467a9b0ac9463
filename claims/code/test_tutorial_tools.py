"""The tools of tensorflow_docs that the tutorial names: dots and lines."""

import contextlib
import io
import re
from types import SimpleNamespace

import pytest

from claims.code import faults
from claims.documents import tutorial
from harness import REFUTED, UPHELD, claim, judge

EPOCHS = 205


def tools():
    """The package tensorflow_docs with the two modules that the tutorial imports."""
    reason = "needs tensorflow-docs"
    package = pytest.importorskip("tensorflow_docs", reason=reason)
    for name in ("modeling", "plots"):
        pytest.importorskip(f"tensorflow_docs.{name}", reason=reason)
    return package


epoch_dots_by_name = claim(
    "code.epoch-dots-by-name",
    says="The callback that prints a dot an epoch is tfdocs.EpochDots.",
    sources=[tutorial[268]],
    verdict=REFUTED,
    severity="wording",
    instead="The callback is `tfdocs.modeling.EpochDots`.",
    why="The package has no such name; it is in the package's module modeling, as in "
    "the tutorial's code.",
    faults=[faults.tool_at_the_top, faults.dots_every_other_epoch],
    needs="tensorflow",
)


@epoch_dots_by_name.as_worded
def test_the_package_has_the_name():
    """tfdocs.EpochDots() is a callback."""
    package = tools()

    judge.runs(lambda: package.EpochDots(), what="tfdocs.EpochDots()")


def printed_by_dots(epochs):
    """What the callback of the tutorial's code prints in so many epochs."""
    dots = tools().modeling.EpochDots()
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        for epoch in range(epochs):
            dots.on_epoch_end(epoch, {"loss": 0.5, "accuracy": 0.25})
    return printed.getvalue()


def judge_dots():
    """205 dots, and the metrics in the epochs 0, 100 and 200."""
    printed = printed_by_dots(EPOCHS)

    rows = re.findall(r"^Epoch: (\d+), (.*)$", printed, re.MULTILINE)
    dots = re.sub(r"^Epoch.*$", "", printed, flags=re.MULTILINE).count(".")
    judge.equal(dots, EPOCHS, what="dots")
    judge.equal([int(epoch) for epoch, _ in rows], [0, 100, 200], what="rows")
    for _, row in rows:
        judge.equal(row.split(), ["accuracy:0.2500,", "loss:0.5000,"], what="metrics")


@epoch_dots_by_name.instead
def test_the_module_has_the_name():
    """The callback of tfdocs.modeling prints the dots and the rows."""
    package = tools()

    judge.false(hasattr(package, "EpochDots"), what="tfdocs has EpochDots")
    judge_dots()


dot_for_each_epoch = claim(
    "code.dot-for-each-epoch",
    says="The callback prints a dot for each epoch, and all metrics every 100 epochs.",
    sources=[tutorial[268], tutorial[277]],
    verdict=UPHELD,
    faults=[faults.dots_every_other_epoch, faults.rows_every_105_epochs],
    needs="tensorflow",
)


@dot_for_each_epoch.as_worded
def test_dots_and_rows_are_printed():
    """In 205 epochs 205 dots, and rows for the epochs 0, 100, 200."""
    judge_dots()


@contextlib.contextmanager
def plotted(values, **options):
    """The lines that the plotter draws for one run with these validation values."""
    plots = tools().plots
    from matplotlib import pyplot as plt

    history = {"bce": [0.5] * len(values), "val_bce": list(values)}
    run = SimpleNamespace(epoch=list(range(len(values))), history=history)
    with plt.rc_context({"backend": "agg"}):
        plt.figure()
        plots.HistoryPlotter(metric="bce", **options).plot({"Tiny": run, "large": run})
        yield {line.get_label(): line for line in plt.gca().lines}
        plt.close()


solid_and_dashed = claim(
    "code.solid-and-dashed",
    says="In the plots solid lines are training losses and dashed ones validation "
    "losses.",
    sources=[tutorial[522]],
    verdict=UPHELD,
    why="The two lines of a run have one color.",
    faults=[faults.all_lines_solid, faults.histories_swapped],
    needs="tensorflow",
)


@solid_and_dashed.as_worded
def test_training_is_solid_and_validation_dashed():
    """The values of each line tell which it is; both lines of a run have one color."""
    with plotted([0.75] * 9) as lines:
        for name in ("Tiny", "Large"):
            training, validation = lines[f"{name} Train"], lines[f"{name} Val"]
            styles = [training.get_linestyle(), validation.get_linestyle()]
            judge.equal(styles, ["-", "--"], what=name)
            judge.equal(training.get_ydata(), [0.5] * 9, what="solid: training")
            judge.equal(validation.get_ydata(), [0.75] * 9, what="dashed: validation")
            judge.equal(training.get_color(), validation.get_color(), what="color")
