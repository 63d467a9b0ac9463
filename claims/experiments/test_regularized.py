"""A basic convolutional network against a regularized one, as two documents compare
them: the same layers with batch normalization, dropout and nothing else added.

Digits can speak for the direction: the same layers, penalties and gaps. They can't
speak for the sizes that a document prints, which hang on its photographs.
"""

from claims.documents import day7, notebook
from claims.experiments import faults
from claims.experiments.scales import A_POINT, POINT, POINTS, STEP
from claims.experiments.training import train
from harness import UPHELD, claim
from harness.experiments.declaration import comparison, condition

SCOPE = (
    "digits, 224 images with 30 % of the labels drawn, 120 epochs of Adam, two "
    "convolutions and a layer of 64; batch normalization, dropout of 0.25 and 0.5"
)
LONG = {"filters": [16, 32], "units": [64], "wrong": 0.3, "epochs": 120}

basic = condition(train, seconds=2.0, **LONG)
regularized = condition(
    train, seconds=2.8, norm=True, dropout=0.5, dropout_conv=0.25, **LONG
)
moved = condition(train, seconds=2.4, moved=True, **LONG)

FITS_LESS = comparison(
    "regularized fits less",
    of=regularized,
    against=basic,
    metric="train_accuracy",
    lower=True,
    matters=STEP,
    because=POINTS,
    scope=SCOPE,
)

regularized_fits_less = claim(
    "experiments.regularized-fits-less",
    says="Batch normalization and dropout lower the accuracy on the training data: "
    "the network fits them less perfectly.",
    sources=[notebook[438], notebook[467], notebook[490], day7[207]],
    verdict=UPHELD,
    faults=[faults.dropout_is_idle],
)


@regularized_fits_less.as_worded
def test_the_regularized_network_fits_less(outcomes):
    """Accuracy on the training images, by at least 5 points."""
    outcomes.judge(FITS_LESS)


SMALLER_GAP = comparison(
    "regularized has a smaller gap",
    of=regularized,
    against=basic,
    metric="gap_accuracy",
    lower=True,
    matters=STEP,
    because=POINTS,
    scope=SCOPE,
)

regularized_has_a_smaller_gap = claim(
    "experiments.regularized-has-a-smaller-gap",
    says="With batch normalization and dropout the gap between training and "
    "validation shrinks.",
    sources=[notebook[440], notebook[479], day7[207], day7[208]],
    verdict=UPHELD,
    faults=[faults.dropout_is_idle],
)


@regularized_has_a_smaller_gap.as_worded
def test_the_regularized_network_has_a_smaller_gap(outcomes):
    """Accuracy on the training images minus that on others, by at least 5 points."""
    outcomes.judge(SMALLER_GAP)


GENERALIZES = comparison(
    "regularized generalizes",
    of=regularized,
    against=basic,
    metric="val_accuracy",
    matters=POINT,
    because=A_POINT,
    scope=SCOPE,
)

regularized_generalizes = claim(
    "experiments.regularized-generalizes",
    says="A network with batch normalization and dropout generalizes better than the "
    "same one without them.",
    sources=[notebook[440], notebook[478], notebook[497], day7[208]],
    verdict=UPHELD,
    faults=[faults.dropout_is_idle],
)


@regularized_generalizes.as_worded
def test_the_regularized_network_is_better_on_other_images(outcomes):
    """Accuracy on other images, by at least a point."""
    outcomes.judge(GENERALIZES)


SLOWER = comparison(
    "regularized takes longer",
    of=regularized,
    against=basic,
    metric="best_epoch",
    matters=1.0,
    because="an epoch is the unit of the documents' logs",
    scope=SCOPE,
)

regularized_takes_longer = claim(
    "experiments.regularized-takes-longer",
    says="The regularized network takes more epochs until it is at its best.",
    sources=[notebook[465], notebook[476]],
    verdict=UPHELD,
    faults=[faults.dropout_is_idle],
)


@regularized_takes_longer.as_worded
def test_the_regularized_network_is_at_its_best_later(outcomes):
    """The epoch after which the loss on other images was lowest."""
    outcomes.judge(SLOWER)


AUGMENTED = comparison(
    "augmentation generalizes",
    of=moved,
    against=basic,
    metric="val_accuracy",
    matters=POINT,
    because=A_POINT,
    scope="the basic network of these comparisons, on images moved by up to a pixel "
    "anew in each step",
)

augmentation_generalizes = claim(
    "experiments.augmentation-generalizes",
    says="Data augmentation improves how a network generalizes.",
    sources=[notebook[491]],
    verdict=UPHELD,
    faults=[faults.first_batches_again],
)


@augmentation_generalizes.as_worded
def test_moved_images_are_better_on_other_images(outcomes):
    """Accuracy on other images, by at least a point."""
    outcomes.judge(AUGMENTED)
