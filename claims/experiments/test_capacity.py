"""Capacity, data and noise: what networks of several sizes can learn by heart."""

from claims.documents import notebook, tutorial
from claims.experiments import faults
from claims.experiments.digits import dense
from harness import UPHELD, claim
from harness.experiments.declaration import comparison, condition

SCOPE = "digits, 224 images, 420 steps of Adam"
POINTS = "a whole step of 5 points is what a reader sees in a plot of accuracies"

tiny = condition(dense, seconds=0.5, units=[4])
usual = condition(dense, seconds=0.5)
more_data = condition(dense, seconds=0.5, rows=1_120)
small_on_noise = condition(dense, seconds=0.5, units=[16], wrong=1.0)
large_on_noise = condition(dense, seconds=1.0, units=[256, 256], wrong=1.0)
plain_on_noise = condition(dense, seconds=0.6, units=[256, 128], wrong=0.3)
with_both_on_noise = condition(
    dense, seconds=0.8, units=[256, 128], wrong=0.3, dropout=0.5, norm=True
)

FITS = comparison(
    "more units fit",
    of=usual,
    against=tiny,
    metric="train_accuracy",
    matters=0.05,
    because=POINTS,
    scope=SCOPE + ", one hidden layer of 4 against two of 64",
)

too_small_to_fit = claim(
    "experiments.too-small-to-fit",
    says="A model that is made too small has difficulty fitting the training data.",
    sources=[tutorial[227]],
    verdict=UPHELD,
    faults=[faults.conditions_are_the_same],
)


@too_small_to_fit.as_worded
def test_two_layers_of_64_fit_better_than_four_units(outcomes):
    """Accuracy on the training images, by at least 5 points in most seeds."""
    outcomes.judge(FITS)


MEMORIZES = comparison(
    "more parameters memorize",
    of=large_on_noise,
    against=small_on_noise,
    metric="train_accuracy",
    matters=0.05,
    because=POINTS,
    scope=SCOPE + ", all labels drawn, one layer of 16 against two of 256",
)

parameters_memorize = claim(
    "experiments.parameters-memorize",
    says="A model with more parameters learns more easily a mapping of training "
    "samples to targets by heart, one with few cannot do so as easily.",
    sources=[tutorial[223], tutorial[227]],
    verdict=UPHELD,
    faults=[faults.conditions_are_the_same],
)


@parameters_memorize.as_worded
def test_a_large_network_learns_drawn_labels(outcomes):
    """Labels without any pattern: accuracy on them, by at least 5 points."""
    outcomes.judge(MEMORIZES)


GENERALIZES = comparison(
    "more data generalizes",
    of=more_data,
    against=usual,
    metric="val_accuracy",
    matters=0.01,
    because="a point of accuracy is the least that the documents' tables tell apart",
    scope="digits, 1,120 against 224 images, 420 steps of Adam, two layers of 64",
)

more_data_generalizes = claim(
    "experiments.more-data-generalizes",
    says="A model trained on more complete data generalizes better.",
    sources=[tutorial[44]],
    verdict=UPHELD,
    faults=[faults.conditions_are_the_same],
)


@more_data_generalizes.as_worded
def test_five_times_the_images_are_better_in_validation(outcomes):
    """Accuracy on other images after as many steps, by at least a point."""
    outcomes.judge(GENERALIZES)


NOISE = comparison(
    "dropout and norm keep from noise",
    of=with_both_on_noise,
    against=plain_on_noise,
    metric="train_accuracy",
    lower=True,
    matters=0.05,
    because=POINTS,
    scope=SCOPE + ", 30 % of the labels drawn, layers of 256 and 128",
)

additions_keep_from_noise = claim(
    "experiments.additions-keep-from-noise",
    says="With batch normalization and dropout a network learns less of the noise that "
    "its training data have.",
    sources=[notebook[454]],
    verdict=UPHELD,
    faults=[faults.conditions_are_the_same],
)


@additions_keep_from_noise.as_worded
def test_wrong_labels_are_learned_less(outcomes):
    """Accuracy on the training labels, wrong ones among them, is lower by 5 points."""
    outcomes.judge(NOISE)
