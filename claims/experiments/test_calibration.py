"""Label smoothing, temperature scaling and Monte Carlo dropout after a training."""

from claims.documents import lab
from claims.experiments import faults
from claims.experiments.training import train
from harness import UPHELD, claim
from harness.experiments.declaration import comparison, condition

SCOPE = "digits, 224 images, 420 steps of Adam, two layers of 64"
NOISE = (
    "digits, 224 images with 30 % of the labels drawn, 420 steps of Adam, two layers "
    "of 64"
)

usual = condition(train, seconds=0.6)
smoothed = condition(train, seconds=0.6, smoothing=0.1)
raw_on_noise = condition(train, seconds=0.6, wrong=0.3)
scaled_on_noise = condition(train, seconds=0.6, wrong=0.3, temperature=True)
asked_known = condition(train, seconds=0.9, dropout=0.5, mc_on="val")
asked_turned = condition(train, seconds=0.9, dropout=0.5, mc_on="turned")

BOUNDED = comparison(
    "smoothing keeps logits together",
    of=smoothed,
    against=usual,
    metric="mean_gap",
    lower=True,
    matters=0.5,
    because="half a unit changes the odds of a class by two thirds",
    scope=SCOPE + ", smoothing of 0.1; the label's logit over the mean of the others",
)

smoothing_keeps_logits_together = claim(
    "experiments.smoothing-keeps-logits-together",
    says="After a training with label smoothing the gaps between logits are smaller "
    "than without it.",
    sources=[lab[56]],
    verdict=UPHELD,
    faults=[faults.smoothing_is_ignored],
)


@smoothing_keeps_logits_together.as_worded
def test_the_gap_of_logits_is_smaller(outcomes):
    """Mean over the training images, by at least 0.5."""
    outcomes.judge(BOUNDED)


CALIBRATED = comparison(
    "temperature scaling calibrates",
    of=scaled_on_noise,
    against=raw_on_noise,
    metric="ece",
    lower=True,
    matters=0.01,
    because="a point of confidence is the least that a reliability diagram shows",
    scope=NOISE + ", a temperature fitted to 400 images; 15 bins of other images",
)

temperature_scaling_calibrates = claim(
    "experiments.temperature-scaling-calibrates",
    says="Logits divided by a temperature that is tuned after the training are better "
    "calibrated on a validation set.",
    sources=[lab[59]],
    verdict=UPHELD,
    faults=[faults.temperature_stays_one],
)


@temperature_scaling_calibrates.as_worded
def test_the_calibration_error_is_lower_after_scaling(outcomes):
    """Expected calibration error, by at least 0.01."""
    outcomes.judge(CALIBRATED)


UNCERTAIN = comparison(
    "MC dropout knows what is foreign",
    of=asked_turned,
    against=asked_known,
    metric="mc_variance",
    matters=0.001,
    because="a tenth of the variance on images like those of the training",
    scope=SCOPE + ", dropout of 0.5, 30 passes; images turned by 90 degrees",
)

mc_dropout_shows_uncertainty = claim(
    "experiments.mc-dropout-shows-uncertainty",
    says="Dropout that stays on at inference tells uncertainty: predictions spread "
    "more on inputs that are unlike the training data.",
    sources=[lab[32]],
    verdict=UPHELD,
    faults=[faults.dropout_is_idle],
)


@mc_dropout_shows_uncertainty.as_worded
def test_the_variance_rises_on_turned_images(outcomes):
    """Variance of the softmax over 30 passes, mean over images and classes."""
    outcomes.judge(UNCERTAIN)
