"""What the tutorial concludes from its training runs, read from the printed logs."""

from itertools import pairwise

from claims.common.tutorial_logs import at_epoch, cell, column, gap, shown
from claims.documents import tutorial
from claims.documents.tutorial_figures import LOGS
from harness import QUALIFIED, REFUTED, UPHELD, claim, judge

TINY, LARGE = tutorial[360:378], tutorial[516:518]
L2, DROPOUT, COMBINED = tutorial[639:656], tutorial[745:748], tutorial[808:824]

large_model_validation_worsens = claim(
    "results.large-model-validation-worsens",
    says="For the large model the validation loss goes in the wrong direction while it "
    "fits the training data completely.",
    sources=[tutorial[527], tutorial[534]],
    evidence=[LARGE],
    verdict=UPHELD,
    faults=[
        cell("large", 200, val_cross_entropy="1.5"),
        cell("large", 100, accuracy=0.9990),
    ],
)


@large_model_validation_worsens.as_worded
def test_validation_loss_rises_at_training_accuracy_one():
    """0.68, 1.6, 2.4 in validation, and 1.0000 in training from epoch 100 on."""
    rows = LOGS["large"]
    for before, after in pairwise(rows):
        low = shown(after.val_cross_entropy)[0]
        judge.at_least(
            low, shown(before.val_cross_entropy)[1], what=f"epoch {after.epoch}"
        )
    judge.equal(column("large", "accuracy")[1:], 1.0, what="training accuracy")


l2_beats_large = claim(
    "results.l2-beats-large",
    says="With the L2 penalty the large model does much better in validation.",
    sources=[tutorial[666]],
    evidence=[L2, LARGE],
    verdict=UPHELD,
    why="From epoch 100 on, cross-entropy is 0.61 against 1.6 and 2.4, accuracy 0.66 "
    'to 0.67 against 0.63 to 0.64. "Much better" is read as a cross-entropy of less '
    "than half.",
    faults=[
        cell("l2", 300, val_cross_entropy="1.61"),
        cell("l2", 400, val_accuracy=0.6373),
    ],
)


@l2_beats_large.as_worded
def test_l2_has_less_than_half_the_validation_loss():
    """From epoch 100 on each L2 row is better than each row without a penalty."""
    for row in LOGS["l2"][1:]:
        best = at_epoch("large", 100)
        judge.at_most(
            shown(row.val_cross_entropy)[1], shown(best.val_cross_entropy)[0] / 2
        )
        judge.at_least(row.val_accuracy, max(column("large", "val_accuracy")))


l2_competitive_with_tiny = claim(
    "results.l2-competitive-with-tiny",
    says="The large model with the L2 penalty can compete with the tiny one.",
    sources=[tutorial[679]],
    evidence=[L2, TINY],
    verdict=UPHELD,
    why="In the last rows its validation cross-entropy prints as 0.61 against 0.611, "
    'and its accuracy is higher. "Can compete" is read as within 0.02 of the tiny '
    "model's cross-entropy.",
    faults=[
        cell("l2", 500, val_cross_entropy="0.64"),
        cell("l2", 500, val_accuracy=0.6371),
    ],
)


@l2_competitive_with_tiny.as_worded
def test_l2_ends_near_the_tiny_model():
    """The last rows of both logs."""
    l2, tiny = LOGS["l2"][-1], LOGS["tiny"][-1]

    judge.at_most(
        shown(l2.val_cross_entropy)[1], shown(tiny.val_cross_entropy)[1] + 0.02
    )
    judge.at_least(l2.val_accuracy, max(column("tiny", "val_accuracy")))


l2_resists_overfitting = claim(
    "results.l2-resists-overfitting",
    says="The L2 model overfits far less than the large model that it is based on.",
    sources=[tutorial[679]],
    evidence=[L2, LARGE],
    verdict=UPHELD,
    why="At epoch 200 validation exceeds training cross-entropy by 0.03 to 0.04; in "
    "the large model by 2.4 to 2.5.",
    faults=[
        cell("l2", 200, val_cross_entropy="1.91"),
        cell("large", 200, val_cross_entropy="0.0"),
    ],
)


@l2_resists_overfitting.as_worded
def test_the_l2_gap_is_below_half_of_the_large_one():
    """Validation less training cross-entropy at epoch 200."""
    judge.at_most(gap("l2", 200)[1], gap("large", 200)[0] / 2, what="gap")


both_improve_the_large_model = claim(
    "results.both-improve-the-large-model",
    says="Both regularizations, L2 and dropout, improve the large model.",
    sources=[tutorial[760]],
    evidence=[L2, DROPOUT, LARGE],
    verdict=UPHELD,
    faults=[
        cell("dropout", 200, val_cross_entropy="1.6947"),
        cell("dropout", 300, val_accuracy=0.6340),
        cell("l2", 200, val_cross_entropy="1.71"),
    ],
)


@both_improve_the_large_model.as_worded
def test_both_have_better_validation_figures_than_the_large_model():
    """Every row from epoch 100 on beats the large model's rows in both figures."""
    best_loss = shown(at_epoch("large", 100).val_cross_entropy)[0]
    best_accuracy = max(column("large", "val_accuracy"))
    for log in ("l2", "dropout"):
        for row in LOGS[log][1:]:
            judge.at_most(shown(row.val_cross_entropy)[1], best_loss, what=log)
            judge.at_least(row.val_accuracy, best_accuracy, what=log)


still_behind_tiny = claim(
    "results.still-behind-tiny",
    says="Neither the L2 nor the dropout model beats the tiny baseline.",
    sources=[tutorial[760]],
    evidence=[TINY, L2, DROPOUT],
    verdict=REFUTED,
    severity="lesson",
    instead="With dropout the large model now beats the tiny baseline: validation "
    "cross-entropy 0.58 against 0.61, accuracy 0.69 against 0.64 at best. With L2 it "
    "is level in cross-entropy as far as printed, and ahead in accuracy, 0.67.",
    why="The printed logs contradict the sentence: dropout falls to 0.5847 at epoch "
    "300, the tiny model stays at 0.611. For L2 the page shows 0.61 and cuts off the "
    "third digit.",
    faults=[
        cell("dropout", 300, val_cross_entropy="0.6147"),
        cell("tiny", 500, val_cross_entropy="0.571"),
        cell("l2", 300, val_cross_entropy="0.59"),
        cell("l2", 400, val_accuracy=0.7330),
    ],
)


@still_behind_tiny.as_worded
def test_the_tiny_models_best_loss_is_the_lowest():
    """The least validation cross-entropy of the tiny log is below all others."""
    lowest = min(shown(text)[1] for text in column("tiny", "val_cross_entropy"))
    for log in ("l2", "dropout"):
        others = min(shown(text)[1] for text in column(log, "val_cross_entropy"))
        judge.at_least(others, lowest, what=log, oracle="the logs themselves")


@still_behind_tiny.instead
def test_dropout_ends_below_every_tiny_row():
    """Its last validation cross-entropy is below the least the tiny log can mean."""
    lowest = min(shown(text)[0] for text in column("tiny", "val_cross_entropy"))
    last = LOGS["dropout"][-1]

    judge.at_most(shown(last.val_cross_entropy)[1], lowest - 0.02, what="cross-entropy")
    best = max(column("tiny", "val_accuracy"))
    judge.at_least(last.val_accuracy, best + 0.04, what="accuracy")


@still_behind_tiny.instead
def test_l2_is_level_in_cross_entropy_and_ahead_in_accuracy():
    """0.61 and 0.611 may be the same number; 0.673 is more than 0.643."""
    l2, tiny = (
        min(shown(text) for text in column(k, "val_cross_entropy"))
        for k in ("l2", "tiny")
    )

    judge.at_most(l2[0], tiny[0], what="cross-entropy with L2, at least")
    judge.at_least(l2[1], tiny[1], what="cross-entropy with L2, at most")
    best = [max(column(log, "val_accuracy")) for log in ("l2", "tiny")]
    judge.printed(best[0], "0.67", what="accuracy with L2")
    judge.at_least(best[0], best[1] + 0.02, what="accuracy")


combined_is_best = claim(
    "results.combined-is-best",
    says="The model with both L2 and dropout is obviously the best one so far.",
    sources=[tutorial[838]],
    evidence=[COMBINED, DROPOUT, L2, TINY],
    verdict=QUALIFIED,
    why="The page cuts the validation cross-entropy off after the decimal point; only "
    "validation accuracy is left to compare. 0.706 against 0.694 with dropout alone "
    "is a lead of less than 0.029, two standard errors of a share of 1,000 records.",
    faults=[
        cell("dropout", 300, val_accuracy=0.7140),
        cell("small", 800, val_accuracy=0.7190),
        cell("combined", 800, val_accuracy=0.7360),
    ],
)


@combined_is_best.holds_when("the best printed validation accuracy decides")
def test_combined_has_the_highest_validation_accuracy():
    """Its best printed validation accuracy exceeds those of the six other models."""
    found = max(column("combined", "val_accuracy"))
    for log in sorted(LOGS.keys() - {"combined"}):
        others = max(column(log, "val_accuracy"))
        judge.at_least(found, others + 0.0001, what=log, oracle="the logs themselves")


@combined_is_best.fails_when(
    "the lead has to exceed two standard errors of a share of 1,000 records"
)
def test_the_lead_exceeds_two_standard_errors():
    """Of the share of right answers among 1,000, over the model with dropout."""
    found, other = (max(column(log, "val_accuracy")) for log in ("combined", "dropout"))

    error = (found * (1 - found) / 1_000) ** 0.5
    judge.at_least(found - other, 2 * error, what="lead", oracle="the logs themselves")


tutorial_accuracies_are_shares = claim(
    "results.tutorial-accuracies-are-shares",
    says="The validation accuracies of the logs are shares of the 1,000 validation "
    "records.",
    sources=[TINY, tutorial[424:444], tutorial[479:481], LARGE, L2, DROPOUT, COMBINED],
    evidence=[tutorial[190]],
    verdict=UPHELD,
    why="With four digits, all of them end in a zero, as k / 1000 does.",
    faults=[
        cell("small", 500, val_accuracy=0.6535),
        cell("combined", 800, val_accuracy=0.7064),
    ],
)


@tutorial_accuracies_are_shares.as_worded
def test_validation_accuracies_are_whole_thousandths():
    """1,000 times each of them is a whole number."""
    for log in LOGS:
        counts = [round(10_000 * share) for share in column(log, "val_accuracy")]
        rest = [count % 10 for count in counts]
        judge.equal(rest, [0] * len(rest), what=log, oracle="the logs themselves")
