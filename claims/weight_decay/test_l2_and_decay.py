"""Weight decay and L2 penalties: the same thing or not, and who applies them."""

import keras
import numpy as np
import torch
from hypothesis import strategies as st

from claims.common import update_rules as rules
from claims.common.strategies import seeds
from claims.common.update_rules import both_formats, problem
from claims.common.updates import Updated, stepped, updated_by
from claims.documents import lab, tutorial
from claims.weight_decay import faults, pictures
from harness import REFUTED, UPHELD, claim, example, given, judge

DECAY = "keras.src.optimizers.base_optimizer:BaseOptimizer._apply_weight_decay"
FALLING = (0.5, 0.25, 0.1)
PLAIN = {"sgd": {}, "momentum": {"momentum": 0.9}, "adam": {"epsilon": 1e-7}}


def rates():
    return st.sampled_from([0.01, 0.1])


def decays():
    return st.sampled_from([0.05, 0.4])


def penalties():
    return st.integers(5, 50).map(lambda k: k / 100)


def weights(kind, lr, **options):
    """Weights with SGD, SGD with momentum, or Adam of Keras."""
    name = "Adam" if kind == "adam" else "SGD"
    return updated_by(name, learning_rate=lr, **PLAIN[kind] | options)


def oracle(kind, lr, start, gradients, **decay):
    """The same optimizer's path in NumPy, in two formats."""
    rule = rules.adam if kind == "adam" else rules.sgd
    return both_formats(rule, start, gradients, lr=lr, **PLAIN[kind], **decay)


exactly_l2 = claim(
    "weight-decay.exactly-l2",
    says="Weight decay is, mathematically, L2 regularization and nothing else.",
    sources=[tutorial[594]],
    verdict=REFUTED,
    severity="lesson",
    instead="Weight decay equals L2 regularization for plain SGD, with a decay of "
    "twice the L2 factor; with momentum or Adam they lead to different weights.",
    why="The penalty's gradient passes through momentum and Adam's scaling; decoupled "
    "decay does not.",
    explained_by=[DECAY, faults.L2],
    faults=[
        faults.decay_is_coupled,
        faults.decay_5_percent_high,
        faults.l2_5_percent_high,
        faults.decay_without_rate,
    ],
)


@exactly_l2.as_worded
@given(kind=st.sampled_from([*PLAIN]), lr=rates(), decay=decays(), seed=seeds())
def test_decay_and_penalty_take_the_same_path(kind, lr, decay, seed):
    """With weight_decay, and with L2 of half that factor, 2 steps are the same."""
    start, gradients = problem(steps=2)

    decayed = stepped(weights(kind, lr, weight_decay=decay), start, gradients)

    penalty = keras.regularizers.L2(decay / 2)
    found = stepped(weights(kind, lr), start, gradients, penalty)
    judge.close(
        decayed, found, operations=999, magnitude=3, oracle="Keras' L2", what="weight"
    )


@exactly_l2.instead
@given(lr=rates(), decay=decays(), seed=seeds())
def test_with_plain_sgd_they_are_the_same(lr, decay, seed):
    """Under SGD decay and penalty of half its factor lead to the same weights."""
    start, gradients = problem(steps=1)
    path = oracle("sgd", lr, start, gradients, decay=decay)

    decayed = stepped(weights("sgd", lr, weight_decay=decay), start, gradients)
    penalty = keras.regularizers.L2(decay / 2)
    found = stepped(weights("sgd", lr), start, gradients, penalty)

    judge.trajectory(decayed, **path, what="decay")
    judge.trajectory(found, **path, what="penalty")


@exactly_l2.instead
@given(kind=st.sampled_from(["momentum", "adam"]), lr=rates(), decay=decays())
def test_with_momentum_or_adam_they_part(kind, lr, decay):
    """Both paths are NumPy's, the one decoupled, the other through the gradient."""
    pictures.decay_and_penalty()
    start, gradients = problem(steps=2)
    gradients = np.copysign(gradients, start)
    apart = oracle(kind, lr, start, gradients, decay=decay)
    through = oracle(kind, lr, start, gradients, coupled=decay)

    decayed = stepped(weights(kind, lr, weight_decay=decay), start, gradients)
    penalty = keras.regularizers.L2(decay / 2)
    found = stepped(weights(kind, lr), start, gradients, penalty)

    judge.trajectory(decayed, **apart, what="decay")
    judge.trajectory(found, **through, what="penalty")
    gap = np.max(np.abs(apart["wide"] - through["wide"]))
    judge.apart(decayed, found, by=0.9 * gap)


adamw_decoupled = claim(
    "weight-decay.adamw-decoupled",
    says="AdamW takes its step from the raw loss and decays the parameters directly.",
    sources=[lab[40], tutorial[694]],
    verdict=UPHELD,
    why="w loses rate * weight_decay * w apart from Adam's step; the moments never see "
    "it. The tutorial names the AdamW of TensorFlow Addons, which has ended; the check "
    "runs keras.optimizers.AdamW.",
    explained_by=DECAY,
    faults=[
        faults.decay_is_coupled,
        faults.decay_5_percent_high,
        faults.decay_without_rate,
        faults.decay_takes_the_sign,
    ],
)


@adamw_decoupled.as_worded
@given(lr=rates(), decay=decays(), w=st.floats(0.5, 2, width=32))
@example(lr=0.001, decay=1e-4, w=1.0)
def test_without_a_gradient_weights_shrink_by_rate_times_decay(lr, decay, w):
    """A step without a gradient leaves 1 - lr * weight_decay of a weight."""
    made = updated_by("AdamW", [2], learning_rate=lr, weight_decay=decay)

    found = stepped(made, np.array([w, -w]), np.zeros((1, 2)))[0]

    judge.close(found, (1 - lr * decay) * np.array([w, -w]), operations=5)


@adamw_decoupled.as_worded
@given(decay=decays())
def test_with_a_schedule_each_step_takes_the_rate_of_its_own(decay):
    """Three steps without a gradient, the rates 0.5, 0.25 and 0.1, also compiled."""
    schedule = keras.optimizers.schedules.PiecewiseConstantDecay([0, 1], FALLING)
    start = np.array([1.0, -0.5])
    kept = np.cumprod(1 - np.array(FALLING) * decay).reshape(3, 1) * start

    for compiled in (False, True):
        optimizer = keras.optimizers.AdamW(schedule, weight_decay=decay)
        made = Updated(optimizer, [2])
        found = stepped(made, start, np.zeros((3, 2)), compiled=compiled)
        judge.close(found, kept, operations=15, what=f"{compiled=}")


@adamw_decoupled.as_worded
def test_the_moments_hold_the_raw_gradient():
    """After a step the moments are 0.1 g and 0.001 g ** 2, whatever the weight."""
    start, gradients = problem(steps=1)
    made = updated_by("AdamW", learning_rate=0.1, weight_decay=0.5)

    stepped(made, start, gradients)

    found = {v.path.split("_")[-1]: v for v in made.optimizer.variables}
    g = gradients[0].astype("float64")
    judge.close(found["momentum"], (1 - 0.9) * g, operations=4)
    judge.close(found["velocity"], (1 - 0.999) * g**2, operations=4)


ftrl_is_decoupled = claim(
    "weight-decay.ftrl-is-decoupled",
    says="Ftrl of Keras decays weights while applying its step (decoupled decay).",
    sources=[tutorial[694]],
    verdict=REFUTED,
    severity="lesson",
    instead='This "decoupled weight decay" is used in `tf.keras.optimizers.AdamW`; '
    "`Ftrl` has optional L2 terms, off by default, that act through its objective and "
    "its accumulated gradient.",
    why="In a step without a gradient Ftrl computes each weight anew from earlier "
    "gradients, whatever weight_decay has taken away: after a step with a gradient the "
    "weight stays as it was; with no gradient before, it becomes 0.",
    explained_by=f"{faults.FTRL}.update_step",
    faults=[
        faults.ftrl_is_gradient_descent,
        faults.shrinkage_5_percent_high,
        faults.l2_strength_5_percent_high,
        faults.ftrl_ignores_decay,
    ],
)


@ftrl_is_decoupled.as_worded
@given(lr=rates(), decay=decays(), w=st.floats(0.5, 2, width=32))
def test_ftrl_shrinks_weights_by_rate_times_decay(lr, decay, w):
    """A step without a gradient leaves 1 - lr * weight_decay of a weight."""
    made = updated_by("Ftrl", [1], learning_rate=lr, weight_decay=decay)

    found = stepped(made, np.array([w]), np.zeros((1, 1)))[0, 0]
    judge.close(found, w * (1 - lr * decay), operations=8, what="weight")


@ftrl_is_decoupled.instead
@given(
    lr=rates(),
    strength=st.sampled_from([None, (0.1, 0.4), (0.4, 0.1)]),
    decay=st.sampled_from([None, 0.5]),
    seed=seeds(),
)
def test_ftrl_follows_its_objective(lr, strength, decay, seed):
    """Two steps are those of FTRL-Proximal in NumPy, by default without L2 terms.

    A weight_decay shrinks each weight just before the step that computes it anew.
    """
    _, gradients = problem(steps=2)
    l2, shrinkage = strength or (0.0, 0.0)
    terms = {"l2_regularization_strength": l2} if strength else {}
    terms |= {"l2_shrinkage_regularization_strength": shrinkage} if strength else {}

    made = updated_by("Ftrl", learning_rate=lr, weight_decay=decay, **terms)
    path = stepped(made, np.zeros(8), gradients)

    options = {"lr": lr, "l2": l2, "shrinkage": shrinkage, "decay": decay or 0.0}
    judge.trajectory(
        path, **both_formats(rules.ftrl, np.zeros(8), gradients, **options)
    )


@ftrl_is_decoupled.instead
@given(lr=rates(), decay=decays(), w=st.floats(0.5, 2, width=32))
def test_adamw_decays_beside_its_step_and_ftrl_leaves_nothing(lr, decay, w):
    """Without a gradient AdamW leaves 1 - lr * decay of a weight, and Ftrl 0.

    After a gradient of 1 a step without one leaves Ftrl's weight as it is.
    """
    left = [
        stepped(
            updated_by(kind, [1], learning_rate=lr, weight_decay=decay),
            np.array([w]),
            np.zeros((1, 1)),
        )[0, 0]
        for kind in ("AdamW", "Ftrl")
    ]

    judge.close(left[0], w * (1 - lr * decay), operations=8, what="AdamW")
    judge.equal(left[1], 0, what="Ftrl")
    made = updated_by("Ftrl", [1], learning_rate=lr, weight_decay=decay)
    after, later = stepped(made, np.array([w]), np.array([[1.0], [0.0]]))
    judge.apart(after, [0], by=2**-10, what="Ftrl after a gradient")
    judge.close(later, after, operations=8, what="Ftrl, a step without one later")


regularizer_then_standard_optimizer = claim(
    "weight-decay.regularizer-then-standard-optimizer",
    says="Regularizers add their penalties to the loss, then an ordinary optimizer "
    "step follows.",
    sources=[tutorial[692]],
    verdict=UPHELD,
    why="The optimizer gets the data's gradient plus 2 lam w, and treats the sum like "
    "any gradient.",
    explained_by=faults.L2,
    faults=[faults.l2_5_percent_high, faults.momentum_5_percent_low],
)


@regularizer_then_standard_optimizer.as_worded
@given(kind=st.sampled_from([*PLAIN]), lr=rates(), lam=penalties(), seed=seeds())
@example(kind="adam", lr=0.01, lam=0.05, seed=0)
@example(kind="momentum", lr=0.1, lam=0.05, seed=0)
def test_the_optimizer_sees_the_sum_of_both_gradients(kind, lr, lam, seed):
    """With L2(lam) the path is that of NumPy with 2 lam w in the gradient."""
    start, gradients = problem(steps=2)

    penalty = keras.regularizers.L2(lam)
    found = stepped(weights(kind, lr), start, gradients, penalty)

    judge.trajectory(found, **oracle(kind, lr, start, gradients, coupled=2 * lam))


manual_penalty_is_l2 = claim(
    "weight-decay.manual-penalty-is-l2",
    says="A penalty that is added to the loss by hand does in PyTorch what "
    "kernel_regularizer=L2(lam) does in Keras.",
    sources=[lab[13:14], lab[40]],
    verdict=UPHELD,
    why="lam times the sum of squares has the gradient 2 lam w in both. It passes "
    "through momentum and Adam in the same way.",
    explained_by=faults.L2,
    faults=[faults.l2_5_percent_high, faults.l2_is_halved],
)


@manual_penalty_is_l2.as_worded
@given(kind=st.sampled_from([*PLAIN]), lr=rates(), lam=penalties(), seed=seeds())
def test_torch_with_the_sum_of_squares_in_its_loss_takes_the_same_path(
    kind, lr, lam, seed
):
    """After each of 2 steps the weights are NumPy's with 2 lam w in the gradient.

    The gradients have the signs of the weights, so that they cancel nowhere: there
    Adam's step would be ruled by its epsilon, which has another place in torch.
    """
    start, gradients = problem(steps=2)
    gradients = np.copysign(gradients, start)
    epsilon = {"epsilon": 1e-10} if kind == "adam" else {}
    path = both_formats(
        rules.adam if epsilon else rules.sgd,
        start,
        gradients,
        **PLAIN[kind] | epsilon,
        lr=lr,
        coupled=2 * lam,
    )

    made = weights(kind, lr, **epsilon)
    found = stepped(made, start, gradients, keras.regularizers.L2(lam))
    peer = penalized_by_hand(kind, lr, lam, start, gradients)

    judge.trajectory(found, **path, what="Keras")
    judge.trajectory(peer, **path, what="torch")


def penalized_by_hand(kind, lr, lam, start, gradients):
    """torch's path where loss = gradient . w + lam * sum(w ** 2); float64."""
    w = torch.nn.Parameter(torch.tensor(start, dtype=torch.float64))
    adam = kind == "adam"
    made = torch.optim.Adam if adam else torch.optim.SGD
    options = {"eps": 1e-10} if adam else PLAIN[kind]
    optimizer, path = made([w], lr=lr, **options), []
    for gradient in torch.tensor(gradients, dtype=torch.float64):
        optimizer.zero_grad()
        (gradient @ w + lam * (w**2).sum()).backward()
        optimizer.step()
        path.append(w.detach().numpy().copy())
    return np.stack(path)
