"""What penalties do to the best weights: smaller, and shared among equal features."""

import numpy as np
from hypothesis import strategies as st

from claims.common.penalty_models import (
    INPUTS,
    RATE,
    ROWS,
    UNITS,
    Regression,
    factors,
    gradient_in_fit,
    judge_step,
    kernel,
    linear_model,
    penalty,
    pull,
    regression,
    regularizer,
    seeds,
    weights_away_from_zero,
)
from claims.documents import article, tutorial
from claims.penalties import faults as broken
from harness import UPHELD, as_array, claim, given, judge

COUNT = ROWS * UNITS
weak = st.floats(1 / 128, 3 / 128, width=32)


def orthogonal():
    """A problem whose loss is sum((w - y) ** 2) / COUNT over the first rows of y."""
    y = np.zeros((ROWS, UNITS), "float32")
    y[:INPUTS] = weights_away_from_zero(INPUTS, UNITS)
    return Regression(np.eye(ROWS, INPUTS, dtype="float32"), y, y[:INPUTS])


optimum_has_smaller_weights = claim(
    "penalties.optimum-has-smaller-weights",
    says="Minimizing loss plus penalty balances the two, which keeps weights small.",
    sources=[article[86], tutorial[591]],
    verdict=UPHELD,
    why="For a squared error with curvature 2 / n, L2 divides the best weight by "
    "1 + n * lam, and L1 moves it n * lam / 2 towards zero.",
    explained_by="keras.src.trainers.trainer:Trainer.compute_loss",
    faults=[broken.l1_too_large, broken.l2_too_large, broken.l2_halved],
)


@optimum_has_smaller_weights.as_worded
@given(kind=st.sampled_from(("L1", "L2")), strength=weak, seed=seeds)
def test_the_gradient_vanishes_at_a_smaller_weight(kind, strength, seed):
    """What fit minimizes is flat at the shrunken weights, and not at the others."""
    problem = orthogonal()
    y = problem.w.astype("float64")
    by_l1 = np.sign(y) * (np.abs(y) - COUNT * strength / 2)
    best = by_l1 if kind == "L1" else y / (1 + COUNT * strength)
    problem.w = best.astype("float32")
    model = linear_model(problem, regularizer(kind, strength))

    gradient = gradient_in_fit(model, problem)

    force = np.abs(pull(best, **factors(kind, strength)))
    terms = 2 / COUNT * (np.abs(best) + np.abs(y)) + force
    judge.close(gradient, 0, operations=30, magnitude=terms, what="gradient")
    judge.at_most(np.abs(best), np.abs(y), what="weights")


larger_weights_cost_more = claim(
    "penalties.larger-weights-cost-more",
    says="The penalty is a cost of large weights: it grows with a weight's absolute "
    "value.",
    sources=[article[52], tutorial[591]],
    verdict=UPHELD,
    why="If an absolute value grows from a to b, the penalty rises by factor * (b - a) "
    "with L1 and by factor * (b ** 2 - a ** 2) with L2.",
    explained_by=[broken.L1, broken.L2],
    faults=[broken.l1_without_absolute_value, broken.l2_too_large, broken.l1_too_large],
)


@larger_weights_cost_more.as_worded
@given(kind=st.sampled_from(("L1", "L2")), strength=weak, growth=st.floats(1.25, 4))
def test_a_growing_weight_costs_more(kind, strength, growth):
    """One weight of twelve times `growth`: the penalty rises by NumPy's difference."""
    small = weights_away_from_zero(INPUTS, UNITS)
    large = small.copy()
    large[1, 2] *= growth
    cost = regularizer(kind, strength)

    rise = float(cost(large)) - float(cost(small))

    size = penalty(large, **factors(kind, strength))
    exact = size - penalty(small, **factors(kind, strength))
    judge.close(rise, exact, operations=40, magnitude=2 * size, what="rise")
    judge.at_least(rise, exact / 2, what="rise")


l2_spreads_weights = claim(
    "penalties.l2-spreads-weights",
    says="L2 leads to smaller weights that are spread more evenly.",
    sources=[article[55]],
    verdict=UPHELD,
    why="Of all ways to split a weight among equal features, the equal split has the "
    "least sum of squares.",
    explained_by=broken.L2,
    faults=[broken.l2_of_absolute_values, broken.l2_too_large, broken.l2_halved],
)


def with_equal_features():
    """A drawn problem whose first two features are the same."""
    problem = regression()
    problem.x[:, 1] = problem.x[:, 0]
    return problem


@l2_spreads_weights.as_worded
@given(strength=weak, seed=seeds)
def test_a_step_evens_out_the_weights_of_equal_features(strength, seed):
    """The difference of the two rows shrinks by 1 - 2 * rate * lam in each step."""
    problem = with_equal_features()
    model = linear_model(problem, regularizer("L2", strength))

    model.train_on_batch(problem.x, problem.y)

    found = as_array(kernel(model)).astype("float64")
    before = problem.w[0].astype("float64") - problem.w[1]
    terms = problem.step_magnitude(l2=strength)[:2].sum(axis=0)
    judge.close(
        found[0] - found[1],
        (1 - 2 * RATE * strength) * before,
        operations=12,
        magnitude=terms,
        what="difference",
    )
    judge_step(model, problem, l2=strength)


@l2_spreads_weights.as_worded
@given(strength=st.sampled_from((0.25, 0.5)), seed=seeds)
def test_the_best_weights_of_equal_features_are_equal(strength, seed):
    """At the ridge solution the gradient vanishes; equal features have equal weights
    there, and the sum of squares is less than without the penalty."""
    problem = with_equal_features()
    x, y = problem.x.astype("float64"), problem.y.astype("float64")
    gram = 2 / COUNT * x.T @ x
    best = np.linalg.solve(gram + 2 * strength * np.eye(INPUTS), 2 / COUNT * x.T @ y)
    problem.w = best.astype("float32")
    model = linear_model(problem, regularizer("L2", strength))

    gradient = gradient_in_fit(model, problem)

    terms = 2 / COUNT * np.abs(x).T @ problem.reach + 2 * strength * np.abs(best)
    judge.close(gradient, 0, operations=40, magnitude=terms, what="gradient")
    judge.close(best[0] - best[1], 0, operations=40, magnitude=1, what="equal weights")
    least = np.linalg.lstsq(x, y, rcond=None)[0]
    judge.at_most(np.sum(best**2), np.sum(least**2), what="sum of squares")
