"""What the tutorial reads from its plots, against what its code draws into them."""

from claims.common.tutorial_logs import at_epoch, cell, shown
from claims.documents import tutorial
from claims.documents.tutorial_figures import LOGS, PLOTS
from harness import QUALIFIED, REFUTED, claim, judge
from harness.running.faults import figure, replaced

plot_shows_the_large_model = claim(
    "results.plot-shows-the-large-model",
    says="The plots of the regularized runs show the large model, too: one can read "
    "from them that both methods improve on it.",
    sources=[tutorial[760], tutorial[679]],
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
    """It is in the dictionary that both plots are drawn from."""
    for plot in ("diagram of line 679", "plot of line 760"):
        judge.contains(PLOTS[plot], "large", what=plot, oracle="its code")


@plot_shows_the_large_model.instead
def test_the_large_run_is_in_the_plot_of_the_sizes_only():
    """Three runs in the plot, and the large one in that of the sizes."""
    runs = ["Tiny", "l2", "dropout"]
    judge.equal(PLOTS["plot of line 760"], runs, what="this plot")
    judge.false("large" in PLOTS["diagram of line 679"], what="large in line 679")
    judge.contains(PLOTS["sizes"], "large", what="sizes", oracle="its code")


beat_the_small_model = claim(
    "results.beat-the-small-model",
    says="Larger models are to beat the small model, which has been trained before.",
    sources=[tutorial[397]],
    evidence=[tutorial[338], tutorial[409]],
    verdict=REFUTED,
    severity="wording",
    instead='To check if you can beat the performance of the "Tiny" model, '
    "progressively train some larger models.",
    why="Before this sentence only the tiny model is trained. The small model is "
    "trained after it.",
    faults=[
        figure(PLOTS, "trained above line 397", ["tiny", "small"]),
        figure(PLOTS, "trained above line 397", []),
    ],
)


@beat_the_small_model.as_worded
def test_the_small_model_is_trained_by_then():
    """One of the calls above line 397 trains it."""
    trained, beaten = PLOTS["trained above line 397"], PLOTS["to beat in line 397"]

    judge.contains(trained, beaten, what="trained", oracle="the code")


@beat_the_small_model.instead
def test_the_tiny_model_alone_is_trained_by_then():
    """The only call above line 397 trains it."""
    trained = PLOTS["trained above line 397"]

    judge.equal(trained, ["tiny"], what="trained", oracle="the code")


log_scale_shows_the_large_model = claim(
    "results.log-scale-shows-the-large-model",
    says="On a log scale one can see what happens to the large model, which is "
    "apparent when its validation and training metrics are compared.",
    sources=[tutorial[527], tutorial[529], tutorial[537:541]],
    evidence=[tutorial[424:444], tutorial[516:518]],
    verdict=QUALIFIED,
    why="Of the width from epoch 5 to 1000, a log scale gives epochs 5 to 100 57 % "
    "instead of 10 %. From epoch 100 on, the large model's printed losses lie outside "
    "the limits 0.5 and 0.7.",
    explained_by="matplotlib.pyplot:xscale",
    faults=[
        replaced(
            "matplotlib.pyplot:xscale",
            lambda original: lambda value, **kwargs: None,
            name="xscale ignored",
            does="the axis stays linear",
        ),
        figure(PLOTS, "highest", 1.75),
        cell("large", 100, val_cross_entropy="0.6"),
    ],
)


def width_of_first_epochs(scale):
    """The share of the plot's width that the epochs up to 100 take."""
    from matplotlib import pyplot as plt

    with plt.rc_context({"backend": "agg"}):
        axes = plt.figure().gca()
        plt.xscale(scale)
        last = max(row[0] for rows in LOGS.values() for row in rows)
        plt.xlim([PLOTS["first epoch"], last])
        places = [(epoch, 1) for epoch in (PLOTS["first epoch"], 100, last)]
        left, middle, right = axes.transData.transform(places)[:, 0]
        plt.close()
    return (middle - left) / (right - left)


@log_scale_shows_the_large_model.holds_when("its first hundred epochs are meant")
def test_the_first_epochs_get_most_of_the_width():
    """More than a half of it on a log scale, less than a sixth on a linear one."""
    judge.at_least(width_of_first_epochs("log"), 1 / 2, what="log")
    judge.at_most(width_of_first_epochs("linear"), 1 / 6, what="linear")


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
