"""Conclusions of the tutorial that its own printed logs and code bear out in part."""

from itertools import pairwise

from claims.common.tutorial_logs import cell, column, epochs, gap, shown
from claims.documents import tutorial
from claims.documents.tutorial_figures import REGULARIZED
from harness import QUALIFIED, claim, judge
from harness.running.faults import figure

TINY, LARGE = tutorial[360:378], tutorial[516:518]
ORDER = ("tiny", "small", "medium", "large")

only_tiny_avoids_overfitting = claim(
    "results.only-tiny-avoids-overfitting",
    says="The tiny model alone avoids overfitting altogether.",
    sources=[tutorial[527]],
    evidence=[TINY, tutorial[424:444], tutorial[479:481]],
    verdict=QUALIFIED,
    why="From epoch 100 to 800 its validation cross-entropy stays at 0.611 while that "
    "of training falls from 0.6266 to 0.5830. The text's own list calls that probably "
    "close to overfitting.",
    faults=[
        cell("tiny", 800, cross_entropy=0.6250),
        cell("tiny", 800, val_cross_entropy="0.671"),
        cell("small", 200, cross_entropy=0.6157),
    ],
)


@only_tiny_avoids_overfitting.holds_when(
    "overfitting means a validation loss that rises, or a wide gap"
)
def test_the_tiny_log_never_rises_and_has_the_least_gap():
    """From epoch 100 on it prints one value; at 200 the others have wider gaps."""
    values = [shown(text)[0] for text in column("tiny", "val_cross_entropy")[1:]]

    judge.equal(values, [values[0]] * len(values), what="tiny, cross-entropy")
    for log in ("small", "medium"):
        judge.at_least(gap(log, 200)[0], gap("tiny", 200)[1] + 0.005, what=log)


@only_tiny_avoids_overfitting.fails_when(
    "a gap that opens during training counts as overfitting"
)
def test_the_tiny_gap_does_not_open():
    """Validation less training cross-entropy is the same at epochs 100 and 800."""
    first, last = (gap("tiny", epoch)[0] for epoch in (100, 800))

    judge.at_most(last, first + 0.005, what="gap", oracle="the log itself")


larger_models_overfit_faster = claim(
    "results.larger-models-overfit-faster",
    says="The larger the model, the faster it overfits; the large one does severely.",
    sources=[tutorial[527]],
    evidence=[TINY, tutorial[424:444], tutorial[479:481], LARGE],
    verdict=QUALIFIED,
    why="The gap at epoch 200 is below 0, then 0.01 to 0.11, 0.17 to 0.27 and 2.4 to "
    "2.5. But with early stopping the small model's log ends at epoch 1000, the tiny "
    "one's at 800.",
    faults=[
        cell("medium", 200, cross_entropy=0.5866),
        cell("large", 200, val_cross_entropy="0.1"),
        cell("tiny", 200, val_cross_entropy="0.631"),
        epochs("small", range(0, 701, 100)),
    ],
)


@larger_models_overfit_faster.holds_when(
    "overfitting faster means a wider gap between both losses at the same epoch"
)
def test_the_gap_at_epoch_200_grows_with_the_model():
    """The least gap of each model exceeds the greatest of the next smaller one."""
    for smaller, larger in pairwise(ORDER):
        judge.at_least(gap(larger, 200)[0], gap(smaller, 200)[1], what=larger)


@larger_models_overfit_faster.fails_when(
    "overfitting faster means that validation stops improving at an earlier epoch"
)
def test_no_larger_model_is_stopped_later():
    """The last epoch printed, 200 or more after the best one, is no later."""
    ends = [column(log, "epoch")[-1] for log in ORDER]

    for (smaller, larger), log in zip(pairwise(ends), ORDER[1:]):
        judge.at_most(larger, smaller, what=log, oracle="the logs themselves")


combined_tries_both = claim(
    "results.combined-tries-both",
    says="The combined model has both regularizations that were tried before.",
    sources=[tutorial[762], tutorial[764:782]],
    evidence=[tutorial[601:612], tutorial[711:722]],
    verdict=QUALIFIED,
    why="Each hidden layer has both kinds, but the L2 strength is a tenth of the one "
    "tried before: 0.0001 instead of 0.001.",
    faults=[
        figure(REGULARIZED, "L2, combined", [0.001] * 4),
        figure(REGULARIZED, "dropout, combined", [0.5, 0.5, 0.5, 0.475]),
    ],
)


@combined_tries_both.holds_when(
    "the kinds are meant: each hidden layer has an L2 penalty and dropout"
)
def test_each_hidden_layer_has_both():
    """Four strengths above zero, and four times the rate of the dropout model."""
    code = REGULARIZED

    judge.equal(
        code["dropout, combined"],
        code["dropout, alone"],
        what="rates",
        oracle="its code",
    )
    judge.at_least(code["L2, combined"], 1e-9, what="strengths", oracle="its code")


@combined_tries_both.fails_when("the strengths are meant: that of L2 differs")
def test_the_strength_is_that_of_the_l2_model():
    """Each L2 strength is the 0.001 of the model before."""
    found, tried = REGULARIZED["L2, combined"], REGULARIZED["L2, regularized"]

    judge.equal(found, tried, what="strengths", oracle="its code")
