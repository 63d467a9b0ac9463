"""Losses in training: fit adds `model.losses`, a custom training loop does not."""

import numpy as np

from claims.common import compiled
from claims.common.penalty_models import (
    DTYPES,
    OPERATIONS,
    RATE,
    STEP,
    custom_step,
    descent,
    factors,
    gradient_in_fit,
    judge_step,
    kernel,
    kinds,
    linear_model,
    penalty,
    regression,
    regularizer,
    strengths,
)
from claims.documents import article, day7, lab, tutorial
from claims.losses import faults as broken
from harness import QUALIFIED, UPHELD, claim, given, judge

COMPUTE_LOSS = "keras.src.trainers.trainer:Trainer.compute_loss"
LOSSES = "keras.src.layers.layer:Layer.losses"
fit_adds_penalty = claim(
    "losses.fit-adds-penalty",
    says="fit minimizes the compiled loss plus every penalty of the model, and the "
    "user has to do nothing for it.",
    sources=[day7[88], day7[95], day7[279], lab[40], tutorial[692]],
    verdict=UPHELD,
    why="Trainer.compute_loss adds each entry of self.losses to the compiled loss, and "
    "train_step differentiates the sum (Keras 3.15).",
    explained_by=COMPUTE_LOSS,
    faults=[broken.penalty_too_large, broken.penalty_without_gradient],
)


@fit_adds_penalty.as_worded
@given(kind=kinds, strength=strengths)
def test_the_objective_of_fit_is_loss_plus_penalty(kind, strength):
    """Its gradient is that of mse plus the penalty's gradient."""
    problem = regression()
    model = linear_model(problem, regularizer(kind, strength))

    gradient = gradient_in_fit(model, problem)

    wide, strength = problem.astype("float64"), factors(kind, strength)
    judge.close(
        RATE * gradient,
        wide.w - wide.step(**strength).w,
        operations=STEP,
        magnitude=problem.step_magnitude(**strength),
        what="rate times gradient",
    )


@fit_adds_penalty.as_worded
@given(kind=kinds)
def test_weighted_samples_leave_the_penalty(kind):
    """A step with sample weights of 1 is the step without them."""
    problem = regression()
    model = linear_model(problem, regularizer(kind, 1 / 4))

    weights = np.ones(len(problem.x), "float32")
    model.train_on_batch(problem.x, problem.y, sample_weight=weights)

    judge_step(model, problem, **factors(kind, 1 / 4))


@fit_adds_penalty.as_worded
def test_fit_descends_on_loss_plus_penalty():
    """Two epochs of fit on batches follow gradient descent on mse plus L2."""
    problem = regression()
    model = linear_model(problem, regularizer("L2", 1 / 4))

    model.fit(problem.x, problem.y, batch_size=3, epochs=2, shuffle=False, verbose=0)

    narrow, wide = (descent(problem.astype(d), l2=1 / 4) for d in DTYPES)
    judge.trajectory(kernel(model), narrow=narrow[0], wide=wide[0], what="kernel")


@fit_adds_penalty.as_worded
def test_the_penalty_pulls_in_each_update_of_a_training():
    """In sixty updates of a compiled fit without a gradient of the data, each keeps
    1 - 2 * rate * strength of the kernel."""
    before, found, _ = compiled.training().kernels

    kept = (1 - 2 * compiled.LEARNING_RATE * compiled.STRENGTH) ** compiled.UPDATES
    judge.close(found, kept * before, operations=4 * compiled.UPDATES, what="kernel")


train_loss_includes_penalty = claim(
    "losses.train-loss-includes-penalty",
    says="The loss that fit reports for training contains the weight penalty.",
    sources=[day7[95:96], tutorial[661:663]],
    verdict=UPHELD,
    why="The reported loss is the average, over the batches of an epoch, of what "
    "Trainer.compute_loss returned, penalties included.",
    explained_by=COMPUTE_LOSS,
    faults=[broken.penalty_too_large, broken.no_penalty_in_training],
)


@train_loss_includes_penalty.as_worded
@given(kind=kinds)
def test_the_reported_loss_is_data_loss_plus_penalty(kind):
    """train_on_batch reports mse plus the penalty of the weights before the step."""
    problem = regression()
    model = linear_model(problem, regularizer(kind, 1 / 4))

    logs = model.train_on_batch(problem.x, problem.y, return_dict=True)

    paid = penalty(problem.w, **factors(kind, 1 / 4))
    judge.close(
        logs["loss"],
        problem.astype("float64").mse() + paid,
        magnitude=np.mean(problem.reach**2) + paid,
        operations=OPERATIONS,
        what="loss",
    )


@train_loss_includes_penalty.as_worded
def test_the_history_of_fit_contains_the_penalty():
    """The loss in fit's history averages mse plus penalty over the epoch's batches."""
    problem = regression()
    model = linear_model(problem, regularizer("L2", 1 / 4))

    history = model.fit(
        problem.x, problem.y, batch_size=3, epochs=2, shuffle=False, verbose=0
    ).history

    narrow, wide = (descent(problem.astype(d), l2=1 / 4) for d in DTYPES)
    judge.trajectory(history["loss"], narrow=narrow[1], wide=wide[1], what="loss")


@train_loss_includes_penalty.as_worded
def test_the_loss_of_a_compiled_training_contains_the_penalty():
    """Each epoch's loss, beside that of the data, is the penalty before its updates."""
    run, kept = compiled.training(), 1 - 2 * compiled.LEARNING_RATE * compiled.STRENGTH

    squares = np.sum(run.kernels[0] ** 2) * kept ** (2 * np.arange(compiled.UPDATES))
    paid = compiled.STRENGTH * squares.reshape(compiled.EPOCHS, compiled.BATCHES)
    operations = compiled.UNITS + compiled.BATCHES + 8 * compiled.UPDATES
    n = {"operations": operations, "magnitude": 1}
    judge.close(run.loss, paid.mean(axis=1), what="penalty", **n)


automatic_in_training = claim(
    "losses.automatic-in-training",
    says="The penalty enters the objective by itself whenever a model is trained.",
    sources=[article[86]],
    verdict=QUALIFIED,
    why="Trainer.compute_loss adds the penalty, and the built-in loops call it. A "
    "custom training loop that does not add model.losses trains without "
    "regularization.",
    explained_by=[COMPUTE_LOSS, LOSSES],
    faults=[
        broken.penalty_too_large,
        broken.penalty_without_gradient,
        broken.optimizer_adds_penalty_everywhere,
    ],
)


@automatic_in_training.holds_when(
    "the model is trained by fit or train_on_batch, with the train_step of Keras"
)
@given(kind=kinds)
def test_the_built_in_loop_adds_the_penalty(kind):
    """train_on_batch steps along the gradient of mse plus penalty."""
    problem = regression()
    model = linear_model(problem, regularizer(kind, 1 / 4))

    model.train_on_batch(problem.x, problem.y)

    judge_step(model, problem, **factors(kind, 1 / 4))


@automatic_in_training.fails_throughout(
    "a custom training loop does not add model.losses"
)
@given(kind=kinds, strength=strengths)
def test_a_loop_of_ones_own_ignores_the_penalty(kind, strength):
    """A custom step moves the kernel by the gradient of mse alone."""
    problem = regression()
    model = linear_model(problem, regularizer(kind, strength))

    custom_step(model, problem.x, problem.y, add=False)

    judge_step(model, problem)
