"""What penalties do to the weights that a training ends with."""

from claims.documents import tutorial
from claims.experiments import faults
from claims.experiments.digits import dense
from harness import UPHELD, claim
from harness.experiments.declaration import comparison, condition

free = condition(dense, seconds=0.5)
penalized = condition(dense, seconds=0.6, l2=1e-3)

SMALLER = comparison(
    "L2 makes weights smaller",
    of=penalized,
    against=free,
    metric="rms_weight",
    lower=True,
    matters=0.008,
    because="5 % of the root mean square of 0.16 that weights have without a penalty",
    scope="digits, 224 images, 420 steps of Adam, two layers of 64, L2 of 0.001",
)

l2_makes_weights_smaller = claim(
    "experiments.l2-makes-weights-smaller",
    says="Constraints on the weights' size, as L2 puts them, make a network take "
    "smaller weights.",
    sources=[tutorial[591]],
    verdict=UPHELD,
    faults=[faults.conditions_are_the_same],
)


@l2_makes_weights_smaller.as_worded
def test_the_root_mean_square_is_smaller(outcomes):
    """Of all kernels together, by at least 5 % in most seeds."""
    outcomes.judge(SMALLER)
