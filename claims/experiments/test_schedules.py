"""Learning rates: too small, too large, falling, and warmed up."""

from claims.documents import day7, tutorial
from claims.experiments import faults
from claims.experiments.scales import A_POINT, POINT, POINTS, STEP
from claims.experiments.training import train
from harness import QUALIFIED, UPHELD, claim
from harness.experiments.declaration import comparison, condition

SCOPE = "digits, 224 images, 420 steps of Adam, two layers of 64"
NOISE = (
    "digits, 224 images with 30 % of the labels drawn, 420 steps of Adam, two layers "
    "of 64"
)
HIGH = {"learning_rate": 0.03, "wrong": 0.3}
DEEP = {"units": [64] * 6, "learning_rate": 0.03, "cosine": True}

usual = condition(train, seconds=0.6)
crawling = condition(train, seconds=0.6, learning_rate=1e-5)
constant = condition(train, seconds=0.6, **HIGH)
falling = condition(train, seconds=0.6, cosine=True, **HIGH)
cold = condition(train, seconds=0.9, **DEEP)
warmed = condition(train, seconds=0.9, warmup=5, **DEEP)
cold_with_norm = condition(train, seconds=1.4, norm=True, **DEEP)
warmed_with_norm = condition(train, seconds=1.4, norm=True, warmup=5, **DEEP)

CRAWLS = comparison(
    "a small rate crawls",
    of=crawling,
    against=usual,
    metric="train_accuracy",
    lower=True,
    matters=STEP,
    because=POINTS,
    scope=SCOPE + ", a rate of 0.00001 against 0.001",
)

a_small_rate_crawls = claim(
    "experiments.a-small-rate-crawls",
    says="With a learning rate that is too small a training makes little progress.",
    sources=[day7[98]],
    verdict=UPHELD,
    faults=[faults.rates_are_alike],
)


@a_small_rate_crawls.as_worded
def test_a_hundredth_of_the_rate_has_learned_less(outcomes):
    """Accuracy on the training images after as many steps, by at least 5 points."""
    outcomes.judge(CRAWLS)


BOUNCES = comparison(
    "a constant rate bounces",
    of=constant,
    against=falling,
    metric="bounce",
    matters=0.0002,
    because="twice the 0.0001 by which the loss moves with a falling rate",
    scope=NOISE + ", a rate of 0.03; the training loss after each of the last ten "
    "epochs",
)

a_constant_rate_bounces = claim(
    "experiments.a-constant-rate-bounces",
    says="A constant learning rate that is large bounces around the minimum at the end "
    "and does not settle; a falling one does.",
    sources=[day7[98], day7[58]],
    verdict=UPHELD,
    faults=[faults.schedule_is_constant],
)


@a_constant_rate_bounces.as_worded
def test_the_loss_does_not_settle_at_a_constant_rate(outcomes):
    """Standard deviation of the training loss over ten epochs."""
    outcomes.judge(BOUNCES)


BETTER = comparison(
    "a falling rate trains better",
    of=falling,
    against=constant,
    metric="val_loss",
    lower=True,
    matters=0.05,
    because="0.05 is what a reader sees in the documents' plots of losses",
    scope=NOISE + ", a rate of 0.03, cosine decay against none",
)

a_falling_rate_trains_better = claim(
    "experiments.a-falling-rate-trains-better",
    says="Many models train better when the learning rate is reduced gradually.",
    sources=[tutorial[238]],
    verdict=UPHELD,
    faults=[faults.schedule_is_constant],
)


@a_falling_rate_trains_better.as_worded
def test_a_falling_rate_is_better_on_other_images(outcomes):
    """Loss on other images."""
    outcomes.judge(BETTER)


PROTECTS = comparison(
    "a warm-up protects",
    of=warmed,
    against=cold,
    metric="val_accuracy",
    matters=POINT,
    because=A_POINT,
    scope="digits, 224 images, 420 steps of Adam, cosine decay from 0.03, six layers "
    "of 64, five epochs of warm-up",
)
PROTECTS_NORM = comparison(
    "a warm-up protects normalization",
    of=warmed_with_norm,
    against=cold_with_norm,
    metric="val_accuracy",
    matters=0.02,
    because="two points, a quarter of what the warm-up brings without normalization",
    scope="the same network with batch normalization",
)

a_warmup_protects = claim(
    "experiments.a-warmup-protects",
    says="A short linear warm-up protects fresh batch statistics and Adam's moments "
    "from the first steps.",
    sources=[day7[100]],
    verdict=QUALIFIED,
    why="At a rate of 0.03 the warm-up brings a deep network without normalization "
    "points on other images. With batch normalization the same network does no better "
    "for it.",
    explained_by="keras.src.optimizers.schedules.learning_rate_schedule:CosineDecay",
    faults=[faults.schedule_is_constant],
)


@a_warmup_protects.holds_when("a deep network has no normalization")
def test_a_deep_network_is_better_with_a_warmup(outcomes):
    """Accuracy on other images, by at least a point."""
    outcomes.judge(PROTECTS)


@a_warmup_protects.fails_when("the network has batch normalization")
def test_with_normalization_a_warmup_brings_nothing(outcomes):
    """Accuracy on other images: less than two points in most seeds."""
    outcomes.judge(PROTECTS_NORM)
