"""Printed logs: loss against cross-entropy, row by row, and what sets them apart."""

import keras
import numpy as np

from claims.common.penalty_models import (
    OPERATIONS,
    classification,
    cross_entropy_magnitude,
    logistic_model,
    seeds,
)
from claims.common.tutorial_logs import cell, column
from claims.documents import tutorial
from claims.documents.tutorial_figures import PIPELINE, REGULARIZED
from harness import UPHELD, claim, given, judge
from harness.running.faults import output_times

L2_CALL = "keras.src.regularizers.regularizers:L2.__call__"
LAYERS = ((28, 512), (512, 512), (512, 512), (512, 512))
STEPS = PIPELINE["training"][1] // PIPELINE["batch"]


def differences(log):
    """Loss minus cross-entropy of each row; each errs by 1e-4 at most."""
    return np.array(column(log, "loss")) - np.array(column(log, "cross_entropy"))


def initial_penalty(strength):
    """Keras' penalty of kernels with the variance of glorot_uniform, 2 / (in + out)."""
    l2 = keras.regularizers.l2(strength)
    kernels = (np.full(s, np.sqrt(2 / sum(s)), "float32") for s in LAYERS)
    return sum(float(l2(keras.ops.convert_to_tensor(w))) for w in kernels)


def spread(strength, *, alpha=1e-10):
    """Hoeffding's radius of the penalty of drawn kernels around its mean."""
    squared_widths = sum(i * o * (6 / (i + o)) ** 2 for i, o in LAYERS)
    return strength * np.sqrt(squared_widths * np.log(2 / alpha) / 2)


def kept_by_adam(*, rate=1e-3, beta_1=0.9, beta_2=0.999):
    """The least share of the penalty that is left, on average over the first epoch.

    By Cauchy and Schwarz step t moves a weight by at most rate * sqrt(sum a^2 / b), a
    and b being the averages' weights on past gradients. If all |w| shrink by d, sum
    w^2 of uniform weights in [-l, l] keeps (1 - d / l)^3.
    """
    moved, kept = 0.0, []
    limit = np.sqrt(6 / sum(LAYERS[-1]))
    for t in range(1, STEPS + 1):
        kept.append((1 - moved / limit) ** 3)
        ages = np.arange(t)
        a = (1 - beta_1) * beta_1**ages / (1 - beta_1**t)
        b = (1 - beta_2) * beta_2**ages / (1 - beta_2**t)
        moved += rate * np.sqrt(np.sum(a**2 / b))
    return np.mean(kept)


def judge_log(log, strength):
    """Each row has a positive difference, and the first one is the penalty's size."""
    found, start = differences(log), initial_penalty(strength)
    noise = spread(strength) + 1e-4

    judge.at_least(found, 2e-4, what="loss minus cross-entropy")
    judge.within(
        found[0],
        kept_by_adam() * start - noise,
        start + noise,
        what="first row",
        oracle="variance of the initializer, bound on the steps of Adam",
    )


log_l2_difference_is_penalty = claim(
    "losses.log-l2-difference-is-penalty",
    says="In the printed log of the L2 model the loss exceeds the cross-entropy by a "
    "penalty of a plausible size for strength 0.001, in every row.",
    sources=[tutorial[639:656], tutorial[661]],
    evidence=[tutorial[601:614]],
    verdict=UPHELD,
    why="In closed form the initial penalty of the four kernels is 1.589. The first "
    "row shows 1.5073; it is an average over 20 steps of Adam, which can shrink the "
    "penalty that far.",
    explained_by=L2_CALL,
    faults=[
        cell("l2", 0, loss=2.3995),
        cell("l2", 300, loss=0.5747),
        output_times(L2_CALL, 0.5),
    ],
)


@log_l2_difference_is_penalty.as_worded
def test_the_l2_log_shows_its_penalty():
    """Differences are positive; the first is below and near the initial penalty."""
    judge_log("l2", REGULARIZED["L2, regularized"][0])


log_combined_difference_is_penalty = claim(
    "losses.log-combined-difference-is-penalty",
    says="In the printed log of the combined model the loss exceeds the cross-entropy "
    "by a penalty of a plausible size for strength 0.0001, in every row.",
    sources=[tutorial[808:824]],
    evidence=[tutorial[768:784]],
    verdict=UPHELD,
    why="In closed form the initial penalty of the four kernels is 0.1589; the first "
    "row shows 0.1583.",
    explained_by=L2_CALL,
    faults=[cell("combined", 0, loss=0.9672), output_times(L2_CALL, 0.95)],
)


@log_combined_difference_is_penalty.as_worded
def test_the_combined_log_shows_its_penalty():
    """Differences are positive; the first is below and near the initial penalty."""
    judge_log("combined", REGULARIZED["L2, combined"][0])


log_no_penalty_equal = claim(
    "losses.log-no-penalty-equal",
    says="Without a regularizer, the logged loss and the logged cross-entropy are the "
    "same number.",
    sources=[
        tutorial[360:378],
        tutorial[424:444],
        tutorial[479:481],
        tutorial[516:518],
        tutorial[745:748],
    ],
    verdict=UPHELD,
    why="If model.losses is empty, compute_loss is the compiled loss alone, and the "
    "metric averages the same values.",
    explained_by="keras.src.trainers.trainer:Trainer.compute_loss",
    faults=[
        cell("small", 400, loss=0.5692),
        output_times("keras.src.trainers.trainer:Trainer.compute_loss", 1.001),
    ],
)


@log_no_penalty_equal.as_worded
def test_unregularized_logs_show_no_difference():
    """In 30 printed rows of five models both columns are equal."""
    for log in ("tiny", "small", "medium", "large", "dropout"):
        metrics, losses = column(log, "cross_entropy"), column(log, "loss")
        judge.equal(losses, metrics, what=f"{log} log", oracle="the log itself")


@log_no_penalty_equal.as_worded
@given(seed=seeds)
def test_without_a_penalty_loss_and_metric_agree(seed):
    """Loss and cross-entropy metric of an unregularized step agree."""
    problem = classification()
    model = logistic_model(problem, None)

    loss, metric = model.test_on_batch(problem.x, problem.y)

    judge.close(
        loss,
        metric,
        magnitude=cross_entropy_magnitude(problem),
        operations=OPERATIONS,
        oracle="the metric",
    )
