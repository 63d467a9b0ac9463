"""Metrics against losses: which of the two the penalty is mixed into."""

import numpy as np

from claims.common.penalty_models import (
    OPERATIONS,
    classification,
    cross_entropy,
    cross_entropy_magnitude,
    factors,
    kernel,
    kinds,
    logistic_model,
    penalty,
    regularizer,
    strengths,
)
from claims.documents import article, day7, tutorial
from claims.losses import faults as broken
from harness import UPHELD, claim, contradiction, given, judge, seed_training, side

COMPUTE_LOSS = "keras.src.trainers.trainer:Trainer.compute_loss"
BOTH_LOOPS = [broken.no_penalty_outside_training, broken.penalty_too_large]

metrics_exclude_penalty = claim(
    "losses.metrics-exclude-penalty",
    says="A compiled cross-entropy metric contains no part of the penalty, unlike the "
    "loss, so it shows the fit to the data.",
    sources=[tutorial[663]],
    verdict=UPHELD,
    why="CompileMetrics updates metrics with targets and outputs, and not with the "
    "loss.",
    explained_by="keras.src.trainers.compile_utils:CompileMetrics.update_state",
    faults=[broken.metrics_pay_the_penalty, broken.penalty_too_large],
)


@metrics_exclude_penalty.as_worded
@given(kind=kinds, strength=strengths)
def test_a_metric_is_the_cross_entropy_alone(kind, strength):
    """The metric is the cross-entropy; the loss is higher by the penalty."""
    problem = classification()
    model = logistic_model(problem, regularizer(kind, strength))

    loss, metric = model.test_on_batch(problem.x, problem.y)

    expected, size = cross_entropy(problem), cross_entropy_magnitude(problem)
    paid = penalty(problem.w, **factors(kind, strength))
    judge.close(metric, expected, magnitude=size, operations=OPERATIONS, what="metric")
    judge.close(
        loss, expected + paid, magnitude=size + paid, operations=OPERATIONS, what="loss"
    )


val_bce_differs_from_val_loss = claim(
    "losses.val-bce-differs-from-val-loss",
    says="For a regularized model, monitoring the cross-entropy on validation data is "
    "not the same as monitoring the validation loss.",
    sources=[tutorial[270]],
    verdict=UPHELD,
    why="val_loss is the cross-entropy plus the penalty of the weights at the end of "
    "the epoch.",
    explained_by=COMPUTE_LOSS,
    faults=BOTH_LOOPS,
)


@val_bce_differs_from_val_loss.as_worded
def test_the_two_monitors_differ_by_the_penalty():
    """val_loss minus the validation cross-entropy is the penalty after the epoch."""
    problem = classification()
    model = logistic_model(problem, regularizer("L1L2", 1 / 4))
    data = (problem.x, problem.y)
    seed_training("monitors")

    logs = model.fit(*data, validation_data=data, verbose=0).history

    problem.w = kernel(model)
    paid = penalty(problem.w, **factors("L1L2", 1 / 4))
    judge.close(
        logs["val_loss"][0] - logs["val_bce"][0],
        paid,
        operations=2 * OPERATIONS,
        magnitude=cross_entropy_magnitude(problem) + paid,
        what="difference",
    )
    judge.at_least(paid, 1 / 64, what="penalty")


validation_passages_agree = contradiction(
    "losses.validation-passages-agree",
    says="day-7 says that the validation loss leaves the penalty out, the article that "
    "evaluation does; the tutorial watches the cross-entropy, since the penalty is "
    "not mixed into that.",
    sides=[
        side("losses.metrics-exclude-penalty", tutorial[663]),
        side("losses.val-loss-without-penalty", day7[96]),
        side("losses.evaluate-without-penalty", article[88]),
    ],
    right="losses.metrics-exclude-penalty",
    instead="val_loss and the loss from evaluate contain the penalty; the compiled "
    "cross-entropy metric does not, so monitor that one.",
    why="Validation and evaluate() add the penalty to the loss, and not to the "
    "metric: the document that monitors the metric for this reason is right.",
    explained_by=COMPUTE_LOSS,
    faults=[broken.penalty_too_large, broken.metrics_pay_the_penalty],
)


def judge_test_batch(kind, strength, *, in_loss):
    """test_on_batch: `in_loss` of the penalty in the loss; returns what is left."""
    problem = classification()
    model = logistic_model(problem, regularizer(kind, strength))
    loss, metric = model.test_on_batch(problem.x, problem.y)
    size = cross_entropy_magnitude(problem)
    paid = penalty(problem.w, **factors(kind, strength))
    judge.close(
        [loss, metric],
        cross_entropy(problem) + np.array([in_loss * paid, 0.0]),
        magnitude=size + paid,
        operations=OPERATIONS,
        what="loss and metric",
    )
    judge.close(
        loss - metric,
        paid,
        magnitude=size + paid,
        operations=2 * OPERATIONS,
        what="difference",
    )


@validation_passages_agree.all_sides
@given(kind=kinds, strength=strengths)
def test_both_passages_hold_at_once(kind, strength):
    """The loss is the cross-entropy, and yet differs from it by the penalty."""
    judge_test_batch(kind, strength, in_loss=0)


@validation_passages_agree.right_side
@given(kind=kinds, strength=strengths)
def test_the_loss_alone_contains_the_penalty(kind, strength):
    """The loss is the cross-entropy plus penalty, the metric the cross-entropy."""
    judge_test_batch(kind, strength, in_loss=1)
