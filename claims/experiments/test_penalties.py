"""What penalties do to the weights of a training, and to what it has learned."""

from claims.documents import article, day7, tutorial
from claims.experiments import faults
from claims.experiments.scales import A_POINT, POINT, POINTS, STEP
from claims.experiments.training import train
from harness import UPHELD, claim
from harness.experiments.declaration import comparison, condition

SCOPE = "digits, 224 images, 420 steps of Adam, two layers of 64"
NOISE = (
    "digits, 224 images with 30 % of the labels drawn, 420 steps of Adam, layers of "
    "256 and 128, L2 of 0.003"
)

free = condition(train, seconds=0.6)
penalized = condition(train, seconds=0.7, l2=1e-3)
penalized_more = condition(train, seconds=0.7, l2=1e-2)
sparse = condition(train, seconds=0.7, l1=1e-3)
free_on_noise = condition(train, seconds=0.8, units=[256, 128], wrong=0.3)
penalized_on_noise = condition(train, seconds=1.0, units=[256, 128], wrong=0.3, l2=3e-3)
free_on_drawn = condition(train, seconds=0.9, units=[256, 256], wrong=1.0)
penalized_on_drawn = condition(train, seconds=1.0, units=[256, 256], wrong=1.0, l2=1e-2)

SMALLER = comparison(
    "L2 makes weights smaller",
    of=penalized,
    against=free,
    metric="rms_weight",
    lower=True,
    matters=0.008,
    because="5 % of the root mean square of 0.16 that weights have without a penalty",
    scope=SCOPE + ", L2 of 0.001",
)

l2_makes_weights_smaller = claim(
    "experiments.l2-makes-weights-smaller",
    says="A penalty on the weights' size, as L2 puts it, makes a network take smaller "
    "weights.",
    sources=[tutorial[591], article[55], article[86]],
    verdict=UPHELD,
    faults=[faults.penalties_are_zero],
)


@l2_makes_weights_smaller.as_worded
def test_the_root_mean_square_is_smaller(outcomes):
    """Of all kernels together, by at least 5 % in most seeds."""
    outcomes.judge(SMALLER)


STRONGER = comparison(
    "a higher factor is stronger",
    of=penalized_more,
    against=penalized,
    metric="rms_weight",
    lower=True,
    matters=0.007,
    because="5 % of the root mean square of 0.13 that weights have with the lower one",
    scope=SCOPE + ", L2 of 0.01 against 0.001",
)

a_higher_factor_is_stronger = claim(
    "experiments.a-higher-factor-is-stronger",
    says="A higher value of the regularization factor penalizes the weights more.",
    sources=[article[84]],
    verdict=UPHELD,
    faults=[faults.penalties_are_zero],
)


@a_higher_factor_is_stronger.as_worded
def test_ten_times_the_factor_gives_smaller_weights(outcomes):
    """Root mean square of all kernels together, by at least 5 %."""
    outcomes.judge(STRONGER)


SPARSER = comparison(
    "L1 is sparser than L2",
    of=sparse,
    against=penalized,
    metric="small_weights",
    matters=0.05,
    because="a twentieth of the weights is the least that a histogram shows",
    scope=SCOPE + ", L1 against L2 of 0.001, weights below 0.001",
)

l1_is_sparser_than_l2 = claim(
    "experiments.l1-is-sparser-than-l2",
    says="L1 pushes more weights toward zero than L2 does, which makes the model "
    "sparser.",
    sources=[tutorial[596], article[54], article[55]],
    verdict=UPHELD,
    faults=[faults.penalties_are_zero],
)


@l1_is_sparser_than_l2.as_worded
def test_more_weights_are_next_to_zero(outcomes):
    """Share of all weights that are below 0.001, by at least a twentieth."""
    outcomes.judge(SPARSER)


SMALLER_GAP = comparison(
    "L2 closes the gap",
    of=penalized_on_noise,
    against=free_on_noise,
    metric="gap_accuracy",
    lower=True,
    matters=STEP,
    because=POINTS,
    scope=NOISE,
)

l2_resists_overfitting = claim(
    "experiments.l2-resists-overfitting",
    says="A large network with an L2 penalty overfits less than the same network "
    "without one.",
    sources=[tutorial[679], tutorial[760], day7[58]],
    verdict=UPHELD,
    faults=[faults.penalties_are_zero],
)


@l2_resists_overfitting.as_worded
def test_l2_makes_the_gap_smaller(outcomes):
    """Accuracy on the training images minus that on others, by at least 5 points."""
    outcomes.judge(SMALLER_GAP)


BETTER = comparison(
    "L2 generalizes better",
    of=penalized_on_noise,
    against=free_on_noise,
    metric="val_accuracy",
    matters=POINT,
    because=A_POINT,
    scope=NOISE,
)

l2_performs_better = claim(
    "experiments.l2-performs-better",
    says="With an L2 penalty a large network that overfits does better on other data.",
    sources=[tutorial[666], tutorial[760]],
    verdict=UPHELD,
    faults=[faults.penalties_are_zero],
)


@l2_performs_better.as_worded
def test_l2_is_better_on_other_images(outcomes):
    """Accuracy on other images, by at least a point."""
    outcomes.judge(BETTER)


HARDER = comparison(
    "L2 hinders learning by heart",
    of=penalized_on_drawn,
    against=free_on_drawn,
    metric="train_accuracy",
    lower=True,
    matters=STEP,
    because=POINTS,
    scope="digits, 224 images with all labels drawn, 420 steps of Adam, two layers of "
    "256, L2 of 0.01",
)

penalties_hinder_memorizing = claim(
    "experiments.penalties-hinder-memorizing",
    says="A penalty on the weights makes it harder to learn the training data by "
    "heart.",
    sources=[article[1], day7[58]],
    verdict=UPHELD,
    faults=[faults.penalties_are_zero],
)


@penalties_hinder_memorizing.as_worded
def test_fewer_drawn_labels_are_learned_under_l2(outcomes):
    """Accuracy on labels without any pattern, by at least 5 points."""
    outcomes.judge(HARDER)
