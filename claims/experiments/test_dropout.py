"""What dropout does to a training: the gap, noise, missing pixels."""

from claims.documents import article, day7, notebook, tutorial
from claims.experiments import faults
from claims.experiments.scales import A_POINT, POINT, POINTS, STEP
from claims.experiments.training import train
from harness import UPHELD, claim
from harness.experiments.declaration import comparison, condition

LAYERS = "420 steps of Adam, layers of 256 and 128"
NOISE = f"digits, 224 images with 30 % of the labels drawn, {LAYERS}"
BOTH = {"units": [256, 128], "wrong": 0.3}

plain_on_noise = condition(train, seconds=0.8, **BOTH)
dropped_on_noise = condition(train, seconds=0.9, dropout=0.5, **BOTH)
with_both_on_noise = condition(train, seconds=1.2, dropout=0.5, norm=True, **BOTH)
plain_on_drawn = condition(train, seconds=0.9, units=[256, 256], wrong=1.0)
dropped_on_drawn = condition(
    train, seconds=1.0, units=[256, 256], wrong=1.0, dropout=0.5
)

SMALLER_GAP = comparison(
    "dropout closes the gap",
    of=dropped_on_noise,
    against=plain_on_noise,
    metric="gap_accuracy",
    lower=True,
    matters=STEP,
    because=POINTS,
    scope=NOISE + ", dropout of 0.5 after each",
)

dropout_resists_overfitting = claim(
    "experiments.dropout-resists-overfitting",
    says="A network with dropout overfits less than the same network without it.",
    sources=[notebook[173], day7[58], tutorial[698], tutorial[760]],
    verdict=UPHELD,
    faults=[faults.dropout_is_idle],
)


@dropout_resists_overfitting.as_worded
def test_dropout_makes_the_gap_smaller(outcomes):
    """Accuracy on the training images minus that on others, by at least 5 points."""
    outcomes.judge(SMALLER_GAP)


HARDER = comparison(
    "dropout hinders learning by heart",
    of=dropped_on_drawn,
    against=plain_on_drawn,
    metric="train_accuracy",
    lower=True,
    matters=STEP,
    because=POINTS,
    scope="digits, 224 images with all labels drawn, 420 steps of Adam, two layers of "
    "256, dropout of 0.5 after each",
)

dropout_hinders_memorizing = claim(
    "experiments.dropout-hinders-memorizing",
    says="Dropout makes it harder to learn the training data by heart.",
    sources=[article[1], day7[58]],
    verdict=UPHELD,
    faults=[faults.dropout_is_idle],
)


@dropout_hinders_memorizing.as_worded
def test_fewer_drawn_labels_are_learned_with_dropout(outcomes):
    """Accuracy on labels without any pattern, by at least 5 points."""
    outcomes.judge(HARDER)


NOT_LEARNED = comparison(
    "dropout and norm keep from noise",
    of=with_both_on_noise,
    against=plain_on_noise,
    metric="train_accuracy",
    lower=True,
    matters=STEP,
    because=POINTS,
    scope=NOISE + ", with normalization and dropout of 0.5",
)

additions_keep_from_noise = claim(
    "experiments.additions-keep-from-noise",
    says="With batch normalization and dropout a network learns less of the noise that "
    "its training data have.",
    sources=[notebook[454]],
    verdict=UPHELD,
    faults=[faults.dropout_is_idle],
)


@additions_keep_from_noise.as_worded
def test_wrong_labels_are_learned_less(outcomes):
    """Accuracy on the training labels, wrong ones among them, is lower by 5 points."""
    outcomes.judge(NOT_LEARNED)


ROBUST = comparison(
    "dropout makes robust",
    of=dropped_on_noise,
    against=plain_on_noise,
    metric="lost_to_blanks",
    lower=True,
    matters=POINT,
    because=A_POINT,
    scope=NOISE + ", dropout of 0.5, 30 % of the pixels set to zero",
)

dropout_makes_robust = claim(
    "experiments.dropout-makes-robust",
    says="Dropout makes a network learn features that do not rely on single inputs, "
    "and so are more robust.",
    sources=[article[29], notebook[466], tutorial[700]],
    verdict=UPHELD,
    faults=[faults.dropout_is_idle],
)


@dropout_makes_robust.as_worded
def test_missing_pixels_cost_less_accuracy(outcomes):
    """What is lost on other images when pixels are missing, by at least a point."""
    outcomes.judge(ROBUST)
