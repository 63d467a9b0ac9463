"""Evaluation losses: where the penalty stands outside of training, and where not."""

import keras
import numpy as np

from claims.common import compiled
from claims.common.penalty_models import (
    OPERATIONS,
    RATE,
    factors,
    kernel,
    kinds,
    linear_model,
    penalty,
    regression,
    regularizer,
    strengths,
)
from claims.documents import article, day7
from claims.losses import faults as broken
from claims.losses import pictures
from harness import REFUTED, UPHELD, claim, given, judge, seed_training, shared

COMPUTE_LOSS = "keras.src.trainers.trainer:Trainer.compute_loss"
PREDICT = "keras.src.models.model:Model.predict"
BOTH_LOOPS = [broken.no_penalty_outside_training, broken.penalty_too_large]


@shared
def validated(rate):
    """A fit that is validated on its own data: its logs, data and final weights, and
    their penalty, which is that of L1L2. rate: of learning."""
    problem = regression()
    model = linear_model(problem, regularizer("L1L2", 1 / 4))
    model.optimizer.learning_rate = rate
    data = (problem.x, problem.y)
    seed_training("validated")
    # four rows and two: each row counts as much
    history = model.fit(*data, batch_size=4, validation_data=data, verbose=0).history
    problem.w = kernel(model).copy()
    paid = penalty(problem.w, **factors("L1L2", 1 / 4))
    return {key: value[0] for key, value in history.items()}, problem, paid


@shared
def evaluated():
    """Loss and metric from evaluate, the problem, and the penalty of its weights."""
    problem = regression()
    model = linear_model(problem, regularizer("L1L2", 1 / 4))
    loss, metric = model.evaluate(problem.x, problem.y, batch_size=4, verbose=0)
    return loss, metric, problem, penalty(problem.w, **factors("L1L2", 1 / 4))


def judge_predictions():
    """Outputs are the same with and without a regularizer."""
    problem = regression()
    without = linear_model(problem).predict_on_batch(problem.x).copy()
    model = linear_model(problem, regularizer("L1L2", 1 / 4))

    judge.equal(model.predict_on_batch(problem.x), without, what="predictions")


AVERAGED_OVER_BATCHES = {
    "keras>=3,<3.2": (
        REFUTED,
        "the loss is averaged over batches, not over rows: "
        "TensorFlowTrainer.test_step updates its tracker without a weight "
        "(backend/tensorflow/trainer.py, Keras 3.0 and 3.1)",
    ),
}


def judge_loss(found, problem, paid, *, what):
    """`found` is mse plus `paid` up to the rounding of float32."""
    judge.close(
        found,
        problem.astype("float64").mse() + paid,
        magnitude=np.mean(problem.reach**2) + paid,
        operations=OPERATIONS,
        what=what,
    )


val_loss_without_penalty = claim(
    "losses.val-loss-without-penalty",
    says="The validation loss of fit is the data loss alone, free of the penalty.",
    sources=[day7[96]],
    verdict=REFUTED,
    severity="lesson",
    instead="The penalty is part of val_loss as well; compiled metrics, such as a "
    "cross-entropy metric, leave it out.",
    why="test_step calls Trainer.compute_loss, as train_step does. It adds self.losses "
    "whatever `training` is (Keras 3.15).",
    explained_by=COMPUTE_LOSS,
    faults=BOTH_LOOPS,
    differs_on=AVERAGED_OVER_BATCHES,
)


@val_loss_without_penalty.as_worded
def test_val_loss_is_the_data_loss():
    """val_loss is the mse of the final weights."""
    logs, problem, _ = validated(RATE)

    judge_loss(logs["val_loss"], problem, 0, what="val_loss")


@val_loss_without_penalty.instead
def test_val_loss_contains_the_penalty():
    """val_loss is the mse of the final weights plus their penalty."""
    pictures.losses_by_step()
    logs, problem, paid = validated(RATE)

    judge_loss(logs["val_loss"], problem, paid, what="val_loss")
    judge_loss(logs["val_mse"], problem, 0, what="metric")


def judge_compiled(found, kernel, *, what):
    """A loss that holds nothing but the penalty, of a training that is compiled."""
    exact = compiled.STRENGTH * np.sum(kernel.astype("float64") ** 2)
    judge.close(found, exact, operations=8 * compiled.UNITS, magnitude=1, what=what)


@val_loss_without_penalty.instead
def test_a_compiled_validation_pays_the_penalty():
    """val_loss of a compiled fit is the penalty where the data cost nothing."""
    run = compiled.training()

    judge_compiled(run.loss_of_validation, run.kernels[2], what="val_loss")


evaluate_without_penalty = claim(
    "losses.evaluate-without-penalty",
    says="The penalty belongs to training only: evaluate neither computes it nor adds "
    "it to the loss.",
    sources=[article[88]],
    verdict=REFUTED,
    severity="lesson",
    instead="evaluate and val_loss add the same penalty to the loss; predictions and "
    "compiled metrics are the same with and without it.",
    why="evaluate and test_on_batch call Trainer.compute_loss, which ignores its "
    "`training` argument.",
    explained_by=COMPUTE_LOSS,
    faults=BOTH_LOOPS,
    differs_on=AVERAGED_OVER_BATCHES,
)


@evaluate_without_penalty.as_worded
def test_evaluate_reports_the_data_loss():
    """The loss from evaluate is the mse."""
    loss, _, problem, _ = evaluated()

    judge_loss(loss, problem, 0, what="loss")


@evaluate_without_penalty.instead
def test_evaluate_adds_the_penalty():
    """The loss from evaluate is mse plus penalty, the compiled mse is mse alone."""
    loss, metric, problem, paid = evaluated()

    judge_loss(loss, problem, paid, what="loss")
    judge_loss(metric, problem, 0, what="metric")
    logs, problem, paid = validated(RATE)
    judge_loss(logs["val_loss"], problem, paid, what="val_loss")
    judge_predictions()


@evaluate_without_penalty.instead
def test_a_compiled_evaluation_pays_the_penalty():
    """The loss of a compiled evaluate is the penalty where the data cost nothing."""
    run = compiled.training()

    judge_compiled(run.loss_of_evaluate, run.kernels[1], what="loss")


@evaluate_without_penalty.instead
@given(kind=kinds, strength=strengths)
def test_a_test_batch_pays_the_penalty(kind, strength):
    """The loss from test_on_batch is mse plus penalty."""
    problem = regression()
    model = linear_model(problem, regularizer(kind, strength))

    loss, _ = model.test_on_batch(problem.x, problem.y)

    judge_loss(loss, problem, penalty(problem.w, **factors(kind, strength)), what="")


predict_ignores_penalty = claim(
    "losses.predict-ignores-penalty",
    says="predict computes no penalty, and its outputs do not depend on one.",
    sources=[article[88]],
    verdict=UPHELD,
    why="predict_step returns the forward pass and computes no loss.",
    explained_by=PREDICT,
    faults=[broken.predict_computes_penalty, broken.predictions_pay_the_penalty],
)


class Counted(keras.regularizers.Regularizer):
    """L1 plus L2, with a list of its calls."""

    def __init__(self):
        self.penalty, self.calls = regularizer("L1L2", 1 / 4), []

    def __call__(self, w):
        self.calls.append(w)
        return self.penalty(w)


@predict_ignores_penalty.as_worded
def test_predict_never_calls_a_regularizer():
    """No regularizer is called, and outputs are those of the linear map alone."""
    problem = regression()
    counted = Counted()
    model = linear_model(problem, counted)

    wide = problem.astype("float64")

    for _ in range(2):
        found = model.predict(problem.x, verbose=0)

        judge.equal(len(counted.calls), 0, what="calls of the regularizer")
        judge.close(found, wide.x @ wide.w, magnitude=problem.reach, operations=5)


penalty_would_degrade_performance = claim(
    "losses.penalty-would-degrade-performance",
    says="A penalty that evaluation counted would make the model's performance worse.",
    sources=[article[88]],
    verdict=REFUTED,
    severity="wording",
    instead="The loss of an evaluation is larger by the penalty, but outputs and "
    "compiled metrics do not depend on it.",
    why="evaluate does count the penalty. Outputs and metrics are the same with and "
    "without it.",
    explained_by=COMPUTE_LOSS,
    faults=[broken.metrics_pay_the_penalty, broken.no_penalty_outside_training],
)


@penalty_would_degrade_performance.as_worded
@given(kind=kinds, strength=strengths)
def test_the_metric_is_worse_with_a_penalty(kind, strength):
    """The compiled mse of a batch is higher with the regularizer than without."""
    problem = regression()
    without = linear_model(problem).test_on_batch(problem.x, problem.y)

    model = linear_model(problem, regularizer(kind, strength))
    counted = model.test_on_batch(problem.x, problem.y)

    judge.at_least(counted[1], without[1] + 2.0**-20, what="mse with the penalty")


@penalty_would_degrade_performance.instead
@given(kind=kinds, strength=strengths)
def test_only_the_loss_has_the_penalty(kind, strength):
    """The metric is the one without a regularizer, the loss higher by the penalty."""
    problem = regression()
    _, without = linear_model(problem).test_on_batch(problem.x, problem.y)

    model = linear_model(problem, regularizer(kind, strength))
    loss, metric = model.test_on_batch(problem.x, problem.y)

    judge_predictions()
    judge.equal(metric, without, what="metric")
    judge_loss(loss, problem, penalty(problem.w, **factors(kind, strength)), what="")


gap_is_the_penalty = claim(
    "losses.gap-is-the-penalty",
    says="A training loss slightly above the validation loss comes from the penalty, "
    "which is counted in training alone.",
    sources=[day7[96]],
    verdict=REFUTED,
    severity="lesson",
    instead="The penalty is in both losses: with equal data and weights it makes no "
    "gap between them.",
    why="With equal data and a learning rate of 0, loss and val_loss of a "
    "regularized model agree.",
    explained_by=COMPUTE_LOSS,
    faults=BOTH_LOOPS[:1],
    differs_on=AVERAGED_OVER_BATCHES,
)


@gap_is_the_penalty.as_worded
def test_the_gap_on_equal_data_is_the_penalty():
    """On equal data and weights, loss minus val_loss is the penalty."""
    logs, problem, paid = validated(0.0)

    judge_loss(logs["loss"], problem, paid, what="loss")
    judge_loss(logs["val_loss"] + paid, problem, paid, what="val_loss plus penalty")


@gap_is_the_penalty.instead
def test_there_is_no_gap_on_equal_data():
    """On equal data and weights, loss and val_loss are mse plus penalty, both."""
    logs, problem, paid = validated(0.0)

    judge_loss(logs["loss"], problem, paid, what="loss")
    judge_loss(logs["val_loss"], problem, paid, what="val_loss")
