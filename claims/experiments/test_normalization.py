"""What batch normalization does to a training: high rates, and dead units."""

from claims.documents import day7, notebook
from claims.experiments import faults
from claims.experiments.scales import POINTS, STEP
from claims.experiments.training import train
from harness import UPHELD, claim
from harness.experiments.declaration import comparison, condition

DEEP = "digits, 224 images, 420 steps of SGD at a rate of 1, six layers of 64"
FAST = {"units": [64] * 6, "optimizer": "sgd", "learning_rate": 1.0}

deep = condition(train, seconds=0.8, **FAST)
deep_with_norm = condition(train, seconds=1.3, norm=True, **FAST)

HIGH_RATE = comparison(
    "normalization allows a high rate",
    of=deep_with_norm,
    against=deep,
    metric="train_accuracy",
    matters=STEP,
    because=POINTS,
    scope=DEEP,
)

norm_allows_higher_rates = claim(
    "experiments.norm-allows-higher-rates",
    says="Batch normalization lets a network train at a learning rate that is too high "
    "without it.",
    sources=[notebook[172], day7[63]],
    verdict=UPHELD,
    faults=[faults.normalization_is_idle],
)


@norm_allows_higher_rates.as_worded
def test_a_deep_network_learns_at_a_high_rate(outcomes):
    """Accuracy on the training images, by at least 5 points."""
    outcomes.judge(HIGH_RATE)


ALIVE = comparison(
    "normalization keeps units alive",
    of=deep_with_norm,
    against=deep,
    metric="dead_units",
    lower=True,
    matters=STEP,
    because="a twentieth of the units is the least that a histogram shows",
    scope=DEEP + "; dead: 0 for every training image",
)

norm_keeps_units_alive = claim(
    "experiments.norm-keeps-units-alive",
    says="With normalized inputs fewer ReLUs die in a training.",
    sources=[day7[63]],
    verdict=UPHELD,
    faults=[faults.normalization_is_idle],
)


@norm_keeps_units_alive.as_worded
def test_fewer_units_are_dead_at_the_end(outcomes):
    """Share of the hidden units, by at least a twentieth."""
    outcomes.judge(ALIVE)
