"""AdamW, Adam and SGD of Keras beside those of torch and beside NumPy."""

import keras
import numpy as np
import torch
from hypothesis import strategies as st

from claims.common import update_rules as rules
from claims.common.strategies import seeds
from claims.common.update_rules import both_formats, problem
from claims.common.updates import of_torch, stepped, updated_by
from claims.documents import lab
from claims.weight_decay import faults
from harness import QUALIFIED, REFUTED, claim, example, given, judge

UPDATE = "keras.src.optimizers.adam:Adam.update_step"


def rates():
    return st.sampled_from([0.01, 0.1])


def penalties():
    return st.integers(5, 50).map(lambda k: k / 100)


def adamw(lr, decay, betas, epsilon, size):
    """Weights with the AdamW of Keras, all constants given."""
    constants = {"learning_rate": lr, "weight_decay": decay, "epsilon": epsilon}
    beta_1, beta_2 = betas
    return updated_by("AdamW", [size], beta_1=beta_1, beta_2=beta_2, **constants)


adamw_parity_trajectory = claim(
    "weight-decay.adamw-parity-trajectory",
    says="keras.optimizers.AdamW is the counterpart of torch.optim.AdamW.",
    sources=[lab[15:16], lab[40]],
    verdict=QUALIFIED,
    why="Both decay first and then take Adam's step. Keras adds epsilon to sqrt(v), "
    "torch to the bias-corrected root: in the first step Keras' epsilon counts 1 / "
    "sqrt(1 - beta_2) times as much, with beta_2 = 0.999 about 32 times.",
    explained_by=[UPDATE, "torch.optim.adamw:AdamW"],
    faults=[
        faults.decay_5_percent_high,
        faults.beta_1_5_percent_off,
        faults.beta_2_5_percent_off,
        faults.epsilon_5_percent_high,
        faults.epsilon_as_torch_has_it,
        faults.epsilon_inside_the_root,
        faults.without_bias_correction,
        faults.decay_is_coupled,
        faults.decay_comes_after_the_step,
        faults.decay_takes_the_sign,
        faults.excluded_in_the_first_step_only,
    ],
)


@adamw_parity_trajectory.holds_when(
    "all constants are passed, and epsilon is small against gradients"
)
@given(
    lr=rates(),
    decay=st.sampled_from([0.05, 0.4]),
    betas=st.sampled_from([(0.9, 0.999), (0.5, 0.8)]),
    seed=seeds(),
)
def test_both_take_the_same_steps(lr, decay, betas, seed):
    """Weights after each of 2 steps agree with torch's and with NumPy's."""
    start, gradients = problem(steps=2)
    constants = {"lr": lr, "beta_1": betas[0], "beta_2": betas[1], "epsilon": 1e-10}
    oracle = both_formats(rules.adam, start, gradients, decay=decay, **constants)

    found = stepped(adamw(lr, decay, betas, 1e-10, 8), start, gradients)

    options = {"lr": lr, "betas": betas, "eps": 1e-10}
    peer = of_torch(torch.optim.AdamW, start, gradients, weight_decay=decay, **options)
    judge.trajectory(found, **oracle, what="NumPy")
    judge.trajectory(peer, **oracle, what="torch")


@adamw_parity_trajectory.holds_when(
    "all constants are passed, and epsilon is small against gradients"
)
def test_both_end_at_the_same_weights_after_50_steps():
    """The paths of 64 weights over 50 steps agree."""
    start, gradients = problem(steps=50, size=64)
    oracle = both_formats(rules.adam, start, gradients, lr=0.01, decay=0.1, epsilon=0)

    weights = adamw(0.01, 0.1, (0.9, 0.999), 1e-10, 64)
    found = stepped(weights, start, gradients)
    weights = adamw(0.01, 0.1, (0.9, 0.999), 1e-10, 64)
    compiled = stepped(weights, start, gradients, compiled=True)

    options = {"lr": 0.01, "weight_decay": 0.1, "eps": 1e-10}
    peer = of_torch(torch.optim.AdamW, start, gradients, **options)
    judge.trajectory(found, **oracle, what="NumPy")
    judge.trajectory(compiled, **oracle, what="NumPy, compiled as in fit")
    judge.trajectory(peer, **oracle, what="torch")


@adamw_parity_trajectory.fails_throughout("gradients are not large against epsilon")
@given(lr=rates(), gradient=st.integers(1, 100), power=st.sampled_from([-8, -4]))
@example(lr=0.01, gradient=10, power=-8)
def test_small_gradients_move_weights_less_in_keras(lr, gradient, power):
    """The first step is lr / (1 + epsilon / g / sqrt(1 - beta_2)) in Keras only."""
    epsilon, start = 10.0**power, np.zeros(1)
    gradients = np.array([[gradient * epsilon]])

    weights = adamw(lr, 0.0, (0.9, 0.999), epsilon, 1)
    found = -stepped(weights, start, gradients)[0, 0]
    options = {"lr": lr, "weight_decay": 0.0, "eps": epsilon}
    peer = -of_torch(torch.optim.AdamW, start, gradients, **options)[0, 0]

    in_keras = lr / (1 + (1 - 0.999) ** -0.5 / gradient)
    judge.close(found, in_keras, operations=600, what="Keras")
    judge.close(peer, lr / (1 + 1 / gradient), operations=99, what="torch")
    judge.apart(found, peer, by=0.2 * lr)


@adamw_parity_trajectory.holds_when(
    "all constants are passed, and epsilon is small against gradients"
)
def test_what_is_excluded_does_not_decay():
    """In each of three steps exclude_from_weight_decay leaves out what a torch group
    without decay does: the variables themselves, or a part of their names."""
    weights = [keras.Variable(np.ones(2, "float32")) for _ in range(2)]
    weights.append(keras.Variable(np.ones(2, "float32"), name="the_bias_of_a_layer"))
    optimizer = keras.optimizers.AdamW(0.1, weight_decay=0.5)
    optimizer.exclude_from_weight_decay(var_list=weights[1:2], var_names=["bias"])
    peers = [torch.nn.Parameter(torch.ones(2)) for _ in range(2)]
    groups = [{"params": peers[:1]}, {"params": peers[1:], "weight_decay": 0.0}]
    in_torch = torch.optim.AdamW(groups, lr=0.1, weight_decay=0.5)
    for peer in peers:
        peer.grad = torch.zeros(2)

    for step in (1, 2, 3):
        optimizer.apply([keras.ops.zeros(2)] * 3, weights)
        in_torch.step()
        for found in (weights, peers):
            decayed = 0.95**step * np.ones(2)
            judge.close(found[0], decayed, operations=4 * step, what="decays")
            for excluded in found[1:]:
                judge.equal(excluded, np.ones(2), what="excluded")


adamw_defaults_differ = claim(
    "weight-decay.adamw-defaults-differ",
    says="The AdamW of Keras and that of torch stand in one row, as if their defaults "
    "were equivalent.",
    sources=[lab[15:16]],
    verdict=REFUTED,
    severity="lesson",
    instead="| AdamW | torch.optim.AdamW (by default weight_decay=0.01, eps=1e-8) | "
    "tf.keras.optimizers.AdamW (by default weight_decay=0.004, epsilon=1e-7) |",
    why="Learning rate and betas have the same defaults. weight_decay is 0.004 in "
    "Keras and 0.01 in torch, epsilon 1e-7 and 1e-8.",
    explained_by=[faults.ADAMW, "torch.optim.adamw:AdamW.__init__"],
    faults=[
        faults.adamw_has_defaults_of_torch,
        faults.adamw_default_decay_5_percent_high,
        faults.torch_decay_5_percent_high,
    ],
)


def decay_by_default(w):
    """What one step without a gradient leaves of the weights: Keras, torch."""
    none = np.zeros((1, len(w)))
    found = stepped(updated_by("AdamW", [len(w)]), w, none)[0]
    return found, of_torch(torch.optim.AdamW, w, none)[0]


@adamw_defaults_differ.as_worded
@given(w=st.floats(0.5, 2, width=32))
def test_the_defaults_decay_alike(w):
    """A step without a gradient shrinks a weight as torch does."""
    found, peer = decay_by_default(np.array([w]))

    judge.close(found, peer, operations=4, oracle="torch", what="weight")
    judge.equal(updated_by("AdamW", [1]).optimizer.epsilon, 1e-8, what="epsilon")


@adamw_defaults_differ.instead
def test_keras_decays_by_4_and_torch_by_10_millionths():
    """By default a step without a gradient leaves 1 - 0.001 * 0.004, or * 0.01."""
    w = np.random.uniform(0.5, 2, size=100).astype("float32").astype("float64")

    found, peer = decay_by_default(w)

    judge.close(found, w * (1 - 0.001 * 0.004), operations=2, what="Keras")
    judge.close(peer, w * (1 - 0.001 * 0.01), operations=4, dtype="float64")


@adamw_defaults_differ.instead
def test_the_other_defaults():
    """Rate and betas have the same defaults; epsilon is 1e-7 in Keras, else 1e-8."""
    adamw = updated_by("AdamW", [1]).optimizer
    peer = torch.optim.AdamW([torch.nn.Parameter(torch.zeros(1))]).defaults

    found = [adamw.weight_decay, adamw.beta_1, adamw.beta_2, adamw.epsilon]
    judge.equal(found, [0.004, 0.9, 0.999, 1e-7], what="Keras")
    judge.close(adamw.learning_rate, 0.001, operations=1, what="rate")
    found = [peer["weight_decay"], *peer["betas"], peer["eps"], peer["lr"]]
    judge.equal(found, [0.01, 0.9, 0.999, 1e-8, 0.001], what="torch")


torch_l2_row = claim(
    "weight-decay.torch-l2-row",
    says="The weight_decay of a torch optimizer does what kernel_regularizer=L2(lam) "
    "does in Keras.",
    sources=[lab[13:14]],
    verdict=QUALIFIED,
    why="L2(lam) adds 2 lam w to the gradient; torch's SGD and Adam add weight_decay * "
    "w, so weight_decay has to be 2 lam. AdamW is decoupled.",
    explained_by=[faults.L2, "torch.optim.sgd:SGD", "torch.optim.adam:Adam"],
    faults=[
        faults.l2_is_halved,
        faults.l2_5_percent_high,
        faults.momentum_5_percent_low,
        faults.nesterov_is_ignored,
        faults.without_bias_correction,
    ],
)

KINDS = {
    "sgd": ("SGD", torch.optim.SGD, {}),
    "momentum": ("SGD", torch.optim.SGD, {"momentum": 0.9}),
    "nesterov": ("SGD", torch.optim.SGD, {"momentum": 0.8, "nesterov": True}),
    "adam": ("Adam", torch.optim.Adam, {}),
}


@torch_l2_row.holds_when(
    "torch's optimizer is SGD or Adam, its weight_decay is 2 * lam, and it gets the "
    "weights that the regularizer is for, and no biases"
)
@given(kind=st.sampled_from([*KINDS]), lr=rates(), lam=penalties(), seed=seeds())
@example(kind="momentum", lr=0.1, lam=0.05, seed=0)
@example(kind="nesterov", lr=0.1, lam=0.05, seed=0)
@example(kind="adam", lr=0.1, lam=0.05, seed=0)
def test_twice_the_factor_gives_the_same_path(kind, lr, lam, seed):
    """L2(lam) in Keras and weight_decay = 2 lam in torch take the same 2 steps.

    Gradients have the signs of the weights: where data and penalty cancel, Adam's step
    is ruled by its epsilon, which the libraries put in different places.
    """
    start, gradients = problem(steps=2)
    gradients = np.copysign(gradients, start)
    ours, theirs, options = KINDS[kind]
    adam = {"epsilon": 1e-10} if kind == "adam" else {}
    rule = rules.adam if adam else rules.sgd

    weights = updated_by(ours, learning_rate=lr, **options, **adam)
    found = stepped(weights, start, gradients, keras.regularizers.L2(lam))

    options = {"lr": lr, **options}
    peer = of_torch(theirs, start, gradients, weight_decay=2 * lam, **options)
    oracle = both_formats(rule, start, gradients, coupled=2 * lam, **options, **adam)
    judge.trajectory(found, **oracle, what="NumPy")
    judge.trajectory(peer, **oracle, what="torch")


@torch_l2_row.fails_throughout("weight_decay and lam are the same number")
@given(kind=st.sampled_from(["sgd", "momentum"]), lr=rates(), lam=penalties())
def test_the_same_number_decays_half_as_much_in_torch(kind, lr, lam):
    """After one step the weights are lr * lam * w apart."""
    start, gradients = problem(steps=1)
    ours, theirs, options = KINDS[kind]

    weights = updated_by(ours, learning_rate=lr, **options)
    found = stepped(weights, start, gradients, keras.regularizers.L2(lam))

    peer = of_torch(theirs, start, gradients, lr=lr, weight_decay=lam, **options)
    judge.apart(found, peer, by=0.9 * lr * lam * np.max(np.abs(start)))


@torch_l2_row.fails_throughout("torch's optimizer is AdamW")
@given(lr=rates(), lam=penalties(), seed=seeds())
def test_the_penalty_in_adam_is_not_the_decay_of_adamw(lr, lam, seed):
    """With twice the factor too, Adam with L2(lam) leaves AdamW's path at once."""
    start, gradients = problem(steps=1)
    gradients = np.copysign(gradients, start)

    weights = updated_by("Adam", learning_rate=lr, epsilon=1e-10)
    found = stepped(weights, start, gradients, keras.regularizers.L2(lam))

    peer = of_torch(torch.optim.AdamW, start, gradients, lr=lr, weight_decay=2 * lam)
    judge.apart(found, peer, by=lr * lam)
