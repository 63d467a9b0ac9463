"""Passages that cannot both be followed, and a library that ended."""

import keras
import pytest
from hypothesis import strategies as st

from claims.common import update_rules as rules
from claims.common.strategies import seeds
from claims.common.update_rules import both_formats, problem
from claims.common.updates import stepped, updated_by
from claims.documents import lab, tutorial
from claims.weight_decay import faults
from harness import claim, contradiction, given, judge, side

RATES = st.sampled_from([0.02, 0.05])
DECAYS = st.sampled_from([0.1, 0.6])

passages_agree = contradiction(
    "weight-decay.passages-agree",
    says="Weight decay is called exactly the same as L2 regularization; elsewhere "
    "decoupled weight decay is a second approach beside the penalty in the "
    "loss.",
    sides=[
        side("weight-decay.adamw-decoupled", tutorial[694], lab[40]),
        side("weight-decay.exactly-l2", tutorial[594]),
    ],
    right="weight-decay.adamw-decoupled",
    instead="L2 regularization adds a penalty to the loss; decoupled weight decay "
    "shrinks the weights beside the optimizer's step. With Adam they lead to "
    "different weights.",
    why="The tutorial first calls both exactly the same. Then it describes decoupled "
    "decay as a second approach, as the lab does, and only this is true.",
    explained_by=[
        "keras.src.optimizers.base_optimizer:BaseOptimizer._apply_weight_decay",
        faults.L2,
    ],
    faults=[
        faults.decay_is_coupled,
        faults.l2_5_percent_high,
        faults.decay_5_percent_high,
    ],
)


def paths(lr, decay, start, gradients):
    """Two steps of AdamW, and of Adam with an L2 penalty of half the decay."""
    made = updated_by("AdamW", learning_rate=lr, weight_decay=decay)
    decayed = stepped(made, start, gradients)
    made = updated_by("Adam", learning_rate=lr)
    penalty = keras.regularizers.L2(decay / 2)
    return decayed, stepped(made, start, gradients, penalty)


@passages_agree.all_sides
@given(lr=RATES, decay=DECAYS, seed=seeds())
def test_adamw_and_adam_with_a_penalty_take_one_path(lr, decay, seed):
    """After each of two steps the weights are the same."""
    start, gradients = problem(steps=2)

    decayed, penalized = paths(lr, decay, start, gradients)

    judge.close(decayed, penalized, operations=999, magnitude=3, oracle="Keras' L2")


@passages_agree.right_side
@given(lr=RATES, decay=DECAYS, seed=seeds())
def test_adamw_and_adam_with_a_penalty_part(lr, decay, seed):
    """The one path is NumPy's decoupled decay, the other NumPy's penalized gradient."""
    start, gradients = problem(steps=2)
    apart = both_formats(rules.adam, start, gradients, lr=lr, decay=decay)
    through = both_formats(rules.adam, start, gradients, lr=lr, coupled=decay)

    decayed, penalized = paths(lr, decay, start, gradients)

    judge.trajectory(decayed, **apart, what="AdamW")
    judge.trajectory(penalized, **through, what="Adam with L2")


tfa_adamw = claim(
    "weight-decay.tfa-adamw",
    says="The AdamW of TensorFlow Addons applies decoupled weight decay.",
    sources=[tutorial[694]],
    needs="tensorflow",
)


@tfa_adamw.as_worded
@given(lr=RATES, decay=DECAYS, seed=seeds())
def test_the_adamw_of_addons_shrinks_weights_beside_its_step(lr, decay, seed):
    """A step without a gradient takes `decay` times the weight, not times the rate."""
    try:
        from tensorflow_addons.optimizers import AdamW
    except ImportError:
        pytest.skip(
            "needs tensorflow-addons, which ended in 2024 and does not support this "
            "TensorFlow"
        )
    import tensorflow as tf

    weight = tf.Variable([1.0])
    AdamW(weight_decay=decay, learning_rate=lr).apply_gradients([([0.0], weight)])
    judge.close(weight, [1 - decay], operations=4)
