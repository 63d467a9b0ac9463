"""What the notebook concludes from its report: settling, and overfitting."""

from math import comb

import numpy as np

from claims.callbacks import faults
from claims.common.callback_runs import stopped
from claims.documents import notebook
from claims.documents.notebook_figures import FIT, IMAGENETTE, PROSE, REPORT
from harness import QUALIFIED, REFUTED, UPHELD, claim, judge
from harness.running.faults import figure

STOPPING = "keras.src.callbacks.early_stopping:EarlyStopping"


settles_in_39_epochs = claim(
    "results.settles-in-39-epochs",
    says="The regularized model converges, or settles, in 39 epochs.",
    sources=[notebook[465], notebook[476]],
    evidence=[notebook[292], notebook[423]],
    verdict=REFUTED,
    severity="wording",
    instead="Epochs until early stopping: 39; the best validation loss was that of "
    "epoch 32.",
    why="With patience 7 the training stops seven epochs after the best one, and "
    "never before epoch 8: the basic model's 7 epochs cannot come from this early "
    "stopping.",
    explained_by=f"{STOPPING}.on_epoch_end",
    faults=[
        figure(REPORT, "stopped after", 46),
        faults.patience_one_longer,
        faults.patience_one_shorter,
    ],
)


def best_before_the_stop():
    """The best epoch that makes early stopping end when the report says so."""
    wait, limit = FIT["patience"], FIT["epochs"]
    for best in range(1, limit):
        if stopped(best, wait, limit) == REPORT["stopped after"]:
            return best
    return limit


@settles_in_39_epochs.as_worded
def test_the_39th_epoch_is_the_best_one():
    """The training that ended when the report says was at its best after epoch 39."""
    judge.equal(best_before_the_stop(), 39, what="best epoch")


@settles_in_39_epochs.instead
def test_the_32nd_epoch_is_the_best_one():
    """It was at its best seven epochs before."""
    judge.equal(best_before_the_stop(), 32, what="best epoch")


@settles_in_39_epochs.instead
def test_with_patience_7_no_training_ends_before_its_8th_epoch():
    """Where the first epoch is the best, the eighth is the last."""
    found = stopped(1, FIT["patience"], FIT["epochs"])

    judge.equal(found, 8, what="last epoch")


def printed(name):
    """A figure of the report, as a number."""
    return float(REPORT[name])


def basic(name):
    """A share of the basic model, from the comparison's text."""
    return round(PROSE["basic"][name][0] / 100, 3)


def prose(model, **values):
    """The fault that the comparison named other percentages."""
    return figure(PROSE, model, PROSE[model] | values)


def standard_error(share):
    """Of a share that was counted over the validation images."""
    return float(np.sqrt(share * (1 - share) / IMAGENETTE["notebook validation"]))


regularized_is_not_overfitting = claim(
    "results.regularized-is-not-overfitting",
    says="The regularized model does not overfit, and has the lower training accuracy "
    "for that reason.",
    sources=[notebook[490]],
    evidence=[notebook[416:420]],
    verdict=REFUTED,
    severity="wording",
    instead="Its training accuracy is lower, and it overfits less than the basic "
    "model, but it does overfit: 89.7 % against 83.8 % in validation, where its loss "
    "is 1.8 times that of training.",
    why="The gap of 5.9 points is more than three standard errors of a share of 500 "
    "images; the basic model's gap is 30.7 points.",
    faults=[
        figure(REPORT, "training accuracy", "0.8473"),
        prose("basic", train=[74.5, 74.5]),
        figure(REPORT, "training loss", "0.5600"),
    ],
)


@regularized_is_not_overfitting.as_worded
def test_the_report_shows_no_gap_that_500_images_could_show():
    """Training and validation accuracy are within two standard errors."""
    error = standard_error(printed("validation accuracy"))

    found = printed("training accuracy") - printed("validation accuracy")
    judge.at_most(found, 2 * error, what="gap", oracle="the report itself")


@regularized_is_not_overfitting.instead
def test_the_report_shows_a_gap_in_accuracy_and_loss():
    """More than three standard errors, and a validation loss 1.7 to 1.9 times it."""
    error = standard_error(printed("validation accuracy"))

    found = printed("training accuracy") - printed("validation accuracy")
    judge.at_least(found, 3 * error, what="gap", oracle="the report itself")
    ratio = printed("final validation loss") / printed("training loss")
    judge.within(ratio, 1.7, 1.9, what="losses", oracle="the report itself")


@regularized_is_not_overfitting.instead
def test_the_basic_model_has_the_higher_accuracy_and_the_wider_gap():
    """99.3 % in training, 30.7 points above its validation accuracy."""
    other = basic("train"), basic("validation")
    own = printed("training accuracy"), printed("validation accuracy")

    judge.at_least(other[0], own[0], what="training accuracy")
    judge.at_least(other[0] - other[1], own[0] - own[1], what="gap")
    judge.printed(100 * (other[0] - other[1]), "30.7", what="gap of the basic model")


basic_model_overfits = claim(
    "results.basic-model-overfits",
    says="The basic model overfits heavily: it fits the training data and does much "
    "worse on unseen images.",
    sources=[notebook[434], notebook[462], notebook[487]],
    verdict=UPHELD,
    why="The gap between 99.3 % and 68.6 % is more than ten standard errors of a "
    "share of 500 images.",
    faults=[
        prose("basic", train=[72.6, 72.6]),
        prose("basic", validation=[99.3, 99.3]),
    ],
)


@basic_model_overfits.as_worded
def test_the_basic_gap_is_far_from_chance():
    """At least ten standard errors, and next to no error in training."""
    error = standard_error(basic("validation"))

    found = basic("train") - basic("validation")
    judge.at_least(found, 10 * error, what="gap", oracle="the comparison itself")
    judge.at_least(basic("train"), 0.99, what="training accuracy")


significantly_better = claim(
    "results.significantly-better",
    says="The regularized model generalizes significantly better than the basic one, "
    "which does significantly worse on unseen images.",
    sources=[notebook[440], notebook[487], notebook[490]],
    verdict=UPHELD,
    why="420 against 342 right answers among 500. Even if no image is missed by both "
    "models, a sign test gives such a lead by chance less than once in a million "
    "times.",
    faults=[
        prose("regularized", test=[75.6, 75.6]),
        prose("basic", test=[76.8, 76.8]),
    ],
)


def chance_of_the_lead():
    """P(at least so many of the images that divide the models favour the better one).

    The sign test's exact binomial tail, for the pairing in which most images divide
    them: no image is missed by both.
    """
    images = IMAGENETTE["notebook validation"]
    better, worse = (
        images - round(images * PROSE[model]["test"][0] / 100)
        for model in ("basic", "regularized")
    )
    divided = better + worse
    return sum(comb(divided, k) for k in range(better, divided + 1)) / 2**divided


@significantly_better.as_worded
def test_chance_does_not_explain_the_lead():
    """The tail is below 1e-3, as small as significance is ever asked to be."""
    judge.at_most(chance_of_the_lead(), 1e-3, what="probability", oracle="sign test")


prevents_overfitting = claim(
    "results.prevents-overfitting",
    says="Dropout, with batch normalization, prevents the network from overfitting, as "
    "its training accuracy shows.",
    sources=[notebook[438]],
    evidence=[notebook[416:420]],
    verdict=QUALIFIED,
    why="The gap to validation falls from 30.7 to 5.9 points. Were the model right on "
    "unseen images as often as in training, chance would lead to so few right answers "
    "among 500 less than once in ten thousand times.",
    faults=[
        figure(REPORT, "training accuracy", "0.8524"),
        figure(REPORT, "validation accuracy", "0.8799"),
    ],
)


def chance_of_so_few():
    """P(at most as many of 500 right), if each were right as often as in training."""
    images, share = IMAGENETTE["notebook validation"], printed("training accuracy")
    right = round(images * printed("validation accuracy"))
    return sum(
        comb(images, k) * share**k * (1 - share) ** (images - k)
        for k in range(right + 1)
    )


@prevents_overfitting.fails_when("preventing means that no gap is left")
def test_validation_is_what_training_lets_expect():
    """So few right answers come by chance more often than once in a thousand."""
    judge.at_least(chance_of_so_few(), 1e-3, what="probability", oracle="binomial")


@prevents_overfitting.holds_when(
    "preventing means a narrower gap than the basic model's"
)
def test_the_gap_is_narrower_and_there():
    """30.7 and 5.9 points; the latter by chance less than once in ten thousand."""
    other = basic("train") - basic("validation")
    gap = printed("training accuracy") - printed("validation accuracy")
    gaps = [round(100 * gap, 1), round(100 * other, 1)]
    judge.equal(gaps, [5.9, 30.7], what="gaps in points", oracle="the report")
    judge.at_most(chance_of_so_few(), 1e-4, what="probability", oracle="binomial")
