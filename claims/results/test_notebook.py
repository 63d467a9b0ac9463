"""The notebook's log, its report and the comparison that is drawn from them."""

import numpy as np

from claims.documents import notebook
from claims.documents.notebook_figures import (
    EPOCHS,
    FIT,
    IMAGENETTE,
    PARAMETERS,
    PROSE,
    REPORT,
)
from harness import QUALIFIED, REFUTED, UPHELD, claim, judge
from harness.evidence.tolerance import rounding_interval
from harness.running.faults import figure


def epoch(number, position, value):
    """The fault that an epoch's line of the log read otherwise."""
    name = f"epoch {number}"
    values = list(EPOCHS[name])
    values[position] = value
    return figure(EPOCHS, name, tuple(values))


def prose(model, **values):
    """The fault that the comparison named other percentages."""
    return figure(PROSE, model, PROSE[model] | values)


step_times = claim(
    "results.step-times",
    says="806 steps of the logged milliseconds take the logged seconds of each epoch.",
    sources=[notebook[337], notebook[341], notebook[345], notebook[349]],
    verdict=UPHELD,
    why="Both are rounded: their intervals overlap in each of the four lines.",
    faults=[epoch(2, 2, 23), epoch(1, 1, 53), figure(FIT, "steps", 860)],
)


@step_times.as_worded
def test_steps_times_milliseconds_are_the_seconds():
    """The rounding intervals of steps * ms and of the seconds overlap."""
    for name, (_, seconds, ms) in EPOCHS.items():
        apart = abs(FIT["steps"] * ms / 1000 - seconds)
        judge.at_most(apart, FIT["steps"] * 0.0005 + 0.5, what=name)


accuracies_are_shares_of_500 = claim(
    "results.accuracies-are-shares-of-500",
    says="Validation accuracies are shares of the 500 validation images.",
    sources=[notebook[337:349], notebook[407], notebook[420]],
    evidence=[notebook[67]],
    verdict=UPHELD,
    why="Each printed accuracy is a whole number of images divided by 500.",
    faults=[epoch(3, 0, "0.6281"), figure(REPORT, "validation accuracy", "0.8370")],
)


@accuracies_are_shares_of_500.as_worded
def test_each_accuracy_counts_whole_images():
    """500 times each printed accuracy is an integer but for its rounding."""
    texts = [values[0] for values in EPOCHS.values()]
    texts += [REPORT["evaluated accuracy"], REPORT["validation accuracy"]]
    images = IMAGENETTE["notebook validation"]
    for text in texts:
        low, high = rounding_interval(text)
        judge.within(
            round(images * float(text)), images * low, images * high, what=text
        )


report_repeats_evaluate = claim(
    "results.report-repeats-evaluate",
    says="The report's test loss and accuracy are those of the evaluation line.",
    sources=[notebook[407:409], notebook[421]],
    verdict=UPHELD,
    faults=[
        figure(REPORT, "test loss", "0.5493"),
        figure(REPORT, "test accuracy", ["0.8400", "0.8380"]),
    ],
)


@report_repeats_evaluate.as_worded
def test_the_report_prints_the_evaluation():
    """The loss is printed twice, the accuracy three times, alike."""
    judge.equal(REPORT["test loss"], REPORT["evaluated loss"], what="loss")
    for text in REPORT["test accuracy"]:
        judge.equal(text, REPORT["evaluated accuracy"], what="accuracy")


prose_repeats_report = claim(
    "results.prose-repeats-report",
    says="The comparison quotes the regularized model's accuracies as the report "
    "prints them: 89.7, 83.8 and 84.0 %, in text and table.",
    sources=[notebook[438:439], notebook[477:478], notebook[490]],
    evidence=[notebook[417:421]],
    verdict=UPHELD,
    faults=[
        prose("regularized", train=[89.7, 89.8]),
        figure(REPORT, "validation accuracy", "0.8360"),
        figure(PROSE, "about, regularized", 85),
    ],
)


@prose_repeats_report.as_worded
def test_the_quoted_percentages_are_those_of_the_report():
    """Each percentage, to one decimal, comes from the report."""
    said = PROSE["regularized"]
    report = {
        "train": REPORT["training accuracy"],
        "validation": REPORT["validation accuracy"],
        "test": REPORT["test accuracy"][1],
    }
    for name, text in report.items():
        exact = round(100 * float(text), 1)
        judge.equal(said[name], [exact] * 2, what=name, oracle="the report")
    judge.equal(PROSE["about, regularized"], round(said["test"][0]), what="about")


basic_model_figures_agree = claim(
    "results.basic-model-figures-agree",
    says="The basic model's figures (99.3, 68.6 and 68.4 %, about 68 %, 7 epochs) are "
    "the same wherever the comparison names them.",
    sources=[
        notebook[431:433],
        notebook[465],
        notebook[476:478],
        notebook[487],
        notebook[497],
    ],
    verdict=UPHELD,
    why="About 68 % is within one point of both accuracies.",
    faults=[
        prose("basic", test=[68.4, 68.6]),
        figure(PROSE, "epochs, basic", [7, 9, 7]),
        figure(PROSE, "about, basic", [68, 70]),
    ],
)


@basic_model_figures_agree.as_worded
def test_the_basic_models_figures_agree():
    """Text and table name one number each."""
    said = PROSE["basic"]
    for name, values in said.items():
        judge.equal(values[0], values[1], what=name, oracle="the comparison itself")
    judge.equal(np.ptp(PROSE["epochs, basic"]), 0, what="spread of epochs")
    both = [said["validation"][0], said["test"][0]]
    for about in PROSE["about, basic"]:
        judge.within(both, about - 1, about + 1, what="about")


regularized_trains_longer = claim(
    "results.regularized-trains-longer",
    says="The regularized model trains for 39 epochs, the basic one for 7.",
    sources=[notebook[423], notebook[431], notebook[437], notebook[465], notebook[476]],
    verdict=UPHELD,
    faults=[
        figure(PROSE, "epochs, regularized", [39, 38, 39]),
        figure(PROSE, "epochs, basic", [40, 40, 40]),
    ],
)


@regularized_trains_longer.as_worded
def test_39_epochs_are_more_than_7():
    """One number throughout, and it is the larger one."""
    judge.equal(np.ptp(PROSE["epochs, regularized"]), 0, what="spread of epochs")
    judge.at_least(PROSE["epochs, regularized"][0], PROSE["epochs, basic"][0] + 1)


regularized_gap_smaller = claim(
    "results.regularized-gap-smaller",
    says="The regularized model's gap between training and held-out accuracy is much "
    "smaller than the basic model's.",
    sources=[notebook[440], notebook[479]],
    verdict=UPHELD,
    why='The gaps are 5.9 and 30.7 points; "much smaller" is read as less than half.',
    faults=[
        prose("regularized", validation=[73.8, 73.8]),
        prose("basic", train=[79.9, 79.9]),
    ],
)


@regularized_gap_smaller.as_worded
def test_the_gap_is_less_than_half():
    """Training less validation accuracy of both models, from the comparison."""
    gaps = [
        PROSE[model]["train"][0] - PROSE[model]["validation"][0]
        for model in ("regularized", "basic")
    ]

    judge.at_most(gaps[0], gaps[1] / 2, what="gap", oracle="the comparison itself")


regularized_trades_training_accuracy = claim(
    "results.regularized-trades-training-accuracy",
    says="Regularization lowers the training accuracy and raises the accuracy on "
    "unseen data.",
    sources=[
        notebook[438],
        notebook[467],
    ],
    evidence=[notebook[448], notebook[453]],
    verdict=QUALIFIED,
    why="The models differ in more than dropout and batch normalization, which the "
    "text credits. By its own account only one is trained on augmented images, and "
    "that one has 0.2 million more trainable weights.",
    faults=[
        prose("regularized", train=[99.4, 99.4]),
        prose("regularized", test=[68.3, 68.3]),
        figure(PARAMETERS, "basic trainable", "13.4"),
    ],
)


@regularized_trades_training_accuracy.holds_when(
    "the two models are compared as wholes"
)
def test_training_falls_and_held_out_rises():
    """89.7 < 99.3, but 83.8 > 68.6 and 84.0 > 68.4."""
    old, new = PROSE["basic"], PROSE["regularized"]

    judge.at_most(new["train"], old["train"], what="training")
    judge.at_least(new["validation"], old["validation"], what="validation")
    judge.at_least(new["test"], old["test"], what="test")


@regularized_trades_training_accuracy.fails_when(
    "dropout and batch normalization are said to be the only difference"
)
def test_the_models_have_the_same_layers_but_for_these():
    """Theirs have at most 512 trainable weights each: the totals print alike."""
    names = ("trainable", "basic trainable")
    regularized, basic = (float(PARAMETERS[name]) for name in names)

    found = abs(regularized - basic)
    judge.at_most(
        found, 0.1, what="millions of weights apart", oracle="the comparison itself"
    )


test_set_is_the_validation_set = claim(
    "results.test-set-is-the-validation-set",
    says="The test accuracy was measured on a test set of its own, beside the "
    "validation set.",
    sources=[
        notebook[390:391],
        notebook[402],
        notebook[408:409],
        notebook[439],
        notebook[478],
        notebook[490],
        notebook[497],
    ],
    evidence=[notebook[433]],
    verdict=REFUTED,
    severity="lesson",
    instead="There is no separate test set: the regularized model's accuracies called "
    "validation and test are both measured on the 500 validation images.",
    why="evaluate() is given valid_ds, which fit() uses for validation; its 32 steps "
    "are 500 images in batches of 16.",
    faults=[figure(REPORT, "data of the test", "test_ds")],
)


@test_set_is_the_validation_set.as_worded
def test_the_test_uses_other_data_than_validation():
    """evaluate() and validation_data are given different data sets."""
    same = REPORT["data of the test"] == FIT["validation data of fit"]

    judge.false(same, what="one data set", oracle="the notebook's code")


@test_set_is_the_validation_set.instead
def test_the_evaluation_has_the_steps_of_the_validation_set():
    """ceil(500 / 16) batches of the one data set were evaluated."""
    both = [REPORT["data of the test"], FIT["validation data of fit"]]
    batches = -(-IMAGENETTE["notebook validation"] // IMAGENETTE["notebook batch"])

    judge.equal(both[0], both[1], what="data", oracle="the notebook's code")
    judge.equal(REPORT["evaluated steps"], batches, what="steps", oracle="the log")
