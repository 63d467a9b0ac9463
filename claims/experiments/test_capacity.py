"""Capacity, data, noise and time: what networks of several sizes learn by heart."""

from claims.documents import article, tutorial
from claims.experiments import faults
from claims.experiments.scales import (
    A_POINT,
    IN_A_PLOT,
    LOSS,
    POINT,
    POINTS,
    STEP,
)
from claims.experiments.training import train
from harness import UPHELD, claim
from harness.experiments.declaration import comparison, condition

SCOPE = "digits, 224 images, 420 steps of Adam"
NOISE = "digits, 224 images with 30 % of the labels drawn, Adam"

tiny = condition(train, seconds=0.5, units=[4])
one_layer = condition(train, seconds=0.5, units=[64])
usual = condition(train, seconds=0.6)
over_regularized = condition(train, seconds=0.6, l2=1.0)
short = condition(train, seconds=0.2, epochs=2)
more_data = condition(train, seconds=0.6, rows=1_120)
with_dropout = condition(train, seconds=0.7, dropout=0.5)
small_on_drawn = condition(train, seconds=0.5, units=[16, 16], wrong=1.0)
large_on_drawn = condition(train, seconds=0.9, units=[256, 256], wrong=1.0)
small_on_noise = condition(train, seconds=0.5, units=[16, 16], wrong=0.3)
large_on_noise = condition(train, seconds=0.9, units=[256, 256], wrong=0.3)
short_on_noise = condition(train, seconds=0.4, epochs=20, wrong=0.3)
long_on_noise = condition(train, seconds=1.7, epochs=240, wrong=0.3)

FITS = comparison(
    "more units fit",
    of=one_layer,
    against=tiny,
    metric="train_accuracy",
    matters=STEP,
    because=POINTS,
    scope=SCOPE + ", one hidden layer of 4 against one of 64",
)

too_small_to_fit = claim(
    "experiments.too-small-to-fit",
    says="A model that is made too small has difficulty fitting the training data.",
    sources=[tutorial[37], tutorial[227]],
    verdict=UPHELD,
    faults=[faults.hidden_layers_are_alike],
)


@too_small_to_fit.as_worded
def test_64_units_fit_better_than_four(outcomes):
    """Accuracy on the training images, by at least 5 points in most seeds."""
    outcomes.judge(FITS)


OVER_REGULARIZED = comparison(
    "over-regularized underfits",
    of=over_regularized,
    against=usual,
    metric="train_accuracy",
    lower=True,
    matters=STEP,
    because=POINTS,
    scope=SCOPE + ", two layers of 64, L2 of 1",
)

over_regularized_underfits = claim(
    "experiments.over-regularized-underfits",
    says="A model that is regularized too much does not learn what its training data "
    "have to tell.",
    sources=[tutorial[37]],
    verdict=UPHELD,
    faults=[faults.penalties_are_zero],
)


@over_regularized_underfits.as_worded
def test_a_penalty_of_one_keeps_from_fitting(outcomes):
    """Accuracy on the training images is lower, by at least 5 points."""
    outcomes.judge(OVER_REGULARIZED)


SHORT = comparison(
    "short training underfits",
    of=short,
    against=usual,
    metric="train_accuracy",
    lower=True,
    matters=STEP,
    because=POINTS,
    scope="digits, 224 images, two layers of 64, 14 against 420 steps of Adam",
)

short_training_underfits = claim(
    "experiments.short-training-underfits",
    says="A model that is not trained long enough does not learn what its training "
    "data have to tell.",
    sources=[tutorial[37]],
    verdict=UPHELD,
    faults=[faults.two_epochs_only],
)


@short_training_underfits.as_worded
def test_two_epochs_fit_less_than_sixty(outcomes):
    """Accuracy on the training images is lower, by at least 5 points."""
    outcomes.judge(SHORT)


LONG = comparison(
    "long training overfits",
    of=long_on_noise,
    against=short_on_noise,
    metric="gap_loss",
    matters=LOSS,
    because=IN_A_PLOT,
    scope=NOISE + ", two layers of 64, 240 against 20 epochs",
)

long_training_overfits = claim(
    "experiments.long-training-overfits",
    says="A model that is trained for too long overfits: it learns patterns of the "
    "training data that do not carry over to other data.",
    sources=[tutorial[39]],
    verdict=UPHELD,
    faults=[faults.two_epochs_only],
)


@long_training_overfits.as_worded
def test_after_240_epochs_the_gap_is_larger_than_after_20(outcomes):
    """Loss on other images minus that on the training images."""
    outcomes.judge(LONG)


MEMORIZES = comparison(
    "more parameters memorize",
    of=large_on_drawn,
    against=small_on_drawn,
    metric="train_accuracy",
    matters=STEP,
    because=POINTS,
    scope=SCOPE + ", all labels drawn, two layers of 16 against two of 256",
)

parameters_memorize = claim(
    "experiments.parameters-memorize",
    says="A model with more parameters learns more easily a mapping of training "
    "samples to targets by heart, one with few cannot do so as easily.",
    sources=[tutorial[223], tutorial[227]],
    verdict=UPHELD,
    faults=[faults.hidden_layers_are_alike],
)


@parameters_memorize.as_worded
def test_a_large_network_learns_drawn_labels(outcomes):
    """Labels without any pattern: accuracy on them, by at least 5 points."""
    outcomes.judge(MEMORIZES)


LARGER = comparison(
    "larger networks overfit",
    of=large_on_noise,
    against=small_on_noise,
    metric="gap_loss",
    matters=LOSS,
    because=IN_A_PLOT,
    scope=NOISE + ", 420 steps, two layers of 16 against two of 256",
)

larger_networks_overfit = claim(
    "experiments.larger-networks-overfit",
    says="A larger model without constraints overfits more, a small one less: starting "
    "small is a way to prevent it.",
    sources=[tutorial[221], tutorial[524], tutorial[589]],
    verdict=UPHELD,
    faults=[faults.hidden_layers_are_alike],
)


@larger_networks_overfit.as_worded
def test_the_gap_of_a_large_network_is_larger(outcomes):
    """Loss on other images minus that on the training images."""
    outcomes.judge(LARGER)


SOONER = comparison(
    "larger networks overfit sooner",
    of=large_on_noise,
    against=small_on_noise,
    metric="best_epoch",
    lower=True,
    matters=1.0,
    because="an epoch is the unit of the documents' plots",
    scope=NOISE + ", 420 steps, two layers of 16 against two of 256",
)

larger_networks_overfit_sooner = claim(
    "experiments.larger-networks-overfit-sooner",
    says="A larger model begins to overfit after fewer epochs.",
    sources=[tutorial[485], tutorial[527]],
    verdict=UPHELD,
    faults=[faults.hidden_layers_are_alike],
)


@larger_networks_overfit_sooner.as_worded
def test_the_best_epoch_of_a_large_network_is_earlier(outcomes):
    """The epoch after which the loss on other images was lowest."""
    outcomes.judge(SOONER)


GENERALIZES = comparison(
    "more data generalizes",
    of=more_data,
    against=usual,
    metric="val_accuracy",
    matters=POINT,
    because=A_POINT,
    scope="digits, 1,120 against 224 images, 420 steps of Adam, two layers of 64",
)

more_data_generalizes = claim(
    "experiments.more-data-generalizes",
    says="A model trained on more complete data generalizes better.",
    sources=[tutorial[44]],
    verdict=UPHELD,
    faults=[faults.first_batches_again],
)


@more_data_generalizes.as_worded
def test_five_times_the_images_are_better_in_validation(outcomes):
    """Accuracy on other images after as many steps, by at least a point."""
    outcomes.judge(GENERALIZES)


SMALL_SETS = comparison(
    "small sets overfit",
    of=usual,
    against=more_data,
    metric="val_loss",
    matters=LOSS,
    because=IN_A_PLOT,
    scope="digits, 224 against 1,120 images, 420 steps of Adam, two layers of 64",
)

small_sets_overfit = claim(
    "experiments.small-sets-overfit",
    says="Without regularization a network that learns from a small training set does "
    "poorly on unseen data: worse than with a larger set.",
    sources=[article[25]],
    verdict=UPHELD,
    faults=[faults.first_batches_again],
)


@small_sets_overfit.as_worded
def test_few_images_are_worse_in_validation(outcomes):
    """Loss on other images after as many steps."""
    outcomes.judge(SMALL_SETS)


DATA_FIRST = comparison(
    "more data beats dropout",
    of=more_data,
    against=with_dropout,
    metric="val_accuracy",
    matters=POINT,
    because=A_POINT,
    scope="digits, two layers of 64, 420 steps of Adam: 1,120 images against 224 with "
    "dropout of 0.5",
)

more_data_is_the_best_solution = claim(
    "experiments.more-data-is-the-best-solution",
    says="More training data prevent overfitting better than regularization does.",
    sources=[tutorial[41], tutorial[44]],
    verdict=UPHELD,
    faults=[faults.first_batches_again],
)


@more_data_is_the_best_solution.as_worded
def test_more_images_do_better_than_dropout(outcomes):
    """Accuracy on other images, by at least a point."""
    outcomes.judge(DATA_FIRST)


FEW_PATTERNS = comparison(
    "few units keep to what is prominent",
    of=condition(train, seconds=1.2, units=[16, 16], wrong=0.3, epochs=180),
    against=condition(train, seconds=2.0, units=[256, 256], wrong=0.3, epochs=180),
    metric="val_accuracy",
    matters=POINT,
    because=A_POINT,
    scope=NOISE + ", 180 epochs, two layers of 16 against two of 256",
)

few_patterns_generalize = claim(
    "experiments.few-patterns-generalize",
    says="A network that can store only few patterns keeps to the most prominent ones, "
    "and so generalizes better.",
    sources=[tutorial[44]],
    verdict=UPHELD,
    faults=[faults.hidden_layers_are_alike],
)


@few_patterns_generalize.as_worded
def test_32_units_are_misled_less_than_512(outcomes):
    """Accuracy on other images after a long training on labels of which some lie."""
    outcomes.judge(FEW_PATTERNS)
