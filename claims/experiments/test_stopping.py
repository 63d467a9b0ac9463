"""Early stopping: what it saves, and what it keeps from."""

from claims.documents import notebook, tutorial
from claims.experiments import faults
from claims.experiments.scales import IN_A_PLOT, LOSS
from claims.experiments.training import train
from harness import UPHELD, claim
from harness.experiments.declaration import comparison, condition

SCOPE = (
    "digits, 224 images with 30 % of the labels drawn, at most 120 epochs of Adam, two "
    "layers of 64, a patience of 5 and the best weights restored"
)

to_the_end = condition(train, seconds=0.9, wrong=0.3, epochs=120)
stopped = condition(train, seconds=0.6, wrong=0.3, epochs=120, patience=5)

PREVENTS = comparison(
    "early stopping prevents overfitting",
    of=stopped,
    against=to_the_end,
    metric="gap_loss",
    lower=True,
    matters=LOSS,
    because=IN_A_PLOT,
    scope=SCOPE,
)

early_stopping_prevents_overfitting = claim(
    "experiments.early-stopping-prevents-overfitting",
    says="Early stopping prevents overfitting.",
    sources=[notebook[289]],
    verdict=UPHELD,
    faults=[faults.never_stops],
)


@early_stopping_prevents_overfitting.as_worded
def test_the_gap_is_smaller_where_training_stopped(outcomes):
    """Loss on other images minus that on the training images."""
    outcomes.judge(PREVENTS)


BETTER = comparison(
    "early stopping generalizes",
    of=stopped,
    against=to_the_end,
    metric="val_loss",
    lower=True,
    matters=LOSS,
    because=IN_A_PLOT,
    scope=SCOPE,
)

the_right_number_of_epochs_helps = claim(
    "experiments.the-right-number-of-epochs-helps",
    says="It is useful to train for an appropriate number of epochs, neither too few "
    "nor too many.",
    sources=[tutorial[39]],
    verdict=UPHELD,
    faults=[faults.never_stops],
)


@the_right_number_of_epochs_helps.as_worded
def test_the_best_weights_are_better_than_the_last(outcomes):
    """Loss on other images than those that told when to stop."""
    outcomes.judge(BETTER)


SAVES = comparison(
    "early stopping saves epochs",
    of=stopped,
    against=to_the_end,
    metric="epochs",
    lower=True,
    matters=1.0,
    because="an epoch is the unit of the documents' logs",
    scope=SCOPE,
)

early_stopping_saves_epochs = claim(
    "experiments.early-stopping-saves-epochs",
    says="Early stopping avoids trainings that are longer than needed.",
    sources=[tutorial[270]],
    verdict=UPHELD,
    faults=[faults.never_stops],
)


@early_stopping_saves_epochs.as_worded
def test_the_training_is_shorter(outcomes):
    """Epochs that were trained."""
    outcomes.judge(SAVES)
