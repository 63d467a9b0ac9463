"""Custom training loops: the penalty is there only if the loop adds it."""

import logging
import warnings

import keras
from hypothesis import strategies as st

from claims.common.penalty_models import (
    custom_step,
    factors,
    judge_step,
    kinds,
    linear_model,
    penalty,
    pull,
    regression,
    regularizer,
    strengths,
    weights_away_from_zero,
)
from claims.documents import day7, tutorial
from claims.losses import faults as broken
from harness import UPHELD, as_array, claim, given, gradients, judge, shared
from harness.stack.keras_internals import regularize

LOSSES = "keras.src.layers.layer:Layer.losses"

custom_loop_must_add = claim(
    "losses.custom-loop-must-add",
    says="A custom training loop is regularized only if it adds model.losses; "
    "without that the penalty has no effect on the weights.",
    sources=[day7[95], day7[279], tutorial[685:690]],
    verdict=UPHELD,
    why="Layer.losses is a list that the loop has to read; a step on the data's loss "
    "alone does not read it.",
    explained_by=LOSSES,
    faults=[broken.optimizer_adds_a_little, broken.entries_too_large],
)


@custom_loop_must_add.as_worded
@given(kind=kinds, strength=strengths)
def test_a_forgotten_penalty_has_no_effect(kind, strength):
    """A step without model.losses is that of the model without a regularizer."""
    problem = regression()
    model = linear_model(problem, regularizer(kind, strength))

    custom_step(model, problem.x, problem.y, add=False)

    judge_step(model, problem)


@custom_loop_must_add.as_worded
@given(kind=kinds, strength=strengths)
def test_an_added_penalty_regularizes(kind, strength):
    """A step with the sum of model.losses descends on mse plus penalty."""
    problem = regression()
    model = linear_model(problem, regularizer(kind, strength))

    custom_step(model, problem.x, problem.y, add=True)

    judge_step(model, problem, **factors(kind, strength))


forgetting_is_silent = claim(
    "losses.forgetting-is-silent",
    says="A custom training loop that omits model.losses raises no error and gives no "
    "warning.",
    sources=[day7[95]],
    verdict=UPHELD,
    explained_by=LOSSES,
    faults=[broken.optimizer_warns, broken.optimizer_logs],
)


class Messages(logging.Handler):
    """Collects warnings and log records while it is entered."""

    def __enter__(self):
        self.records = []
        self._warnings = warnings.catch_warnings(record=True)
        self.warned = self._warnings.__enter__()
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", UserWarning)
        logging.getLogger().addHandler(self)
        return self

    def emit(self, record):
        self.records.append(record)

    def __exit__(self, *raised):
        logging.getLogger().removeHandler(self)
        self._warnings.__exit__(*raised)


@forgetting_is_silent.as_worded
@given(kind=kinds, strength=strengths)
def test_a_forgotten_penalty_is_not_reported(kind, strength):
    """A step without model.losses runs without a warning or a log record."""
    problem = regression()
    model = linear_model(problem, regularizer(kind, strength))

    with Messages() as seen:
        judge.runs(lambda: custom_step(model, problem.x, problem.y, add=False))

    judge.equal(len(seen.warned), 0, what="warnings")
    judge.equal(len(seen.records), 0, what="log records")


add_n_adds_the_penalty = claim(
    "losses.add-n-adds-the-penalty",
    says="The sum that tf.add_n makes of model.losses, added to the loss of a custom "
    "training loop, is the whole penalty of a regularized model.",
    sources=[day7[95], tutorial[687:690]],
    verdict=UPHELD,
    needs="tensorflow",
    why="model.losses has one scalar per regularized weight (see "
    "penalties.one-scalar-per-layer).",
    explained_by=LOSSES,
    faults=[broken.entries_too_large, broken.last_entry_lost, broken.first_entry_twice],
)


@shared
def deep_model(width):
    """Four regularized layers and a plain output, as in the cited text."""
    model = keras.Sequential([keras.Input((width,))])
    for _ in range(4):
        model.add(keras.layers.Dense(width, "elu", False, kernel_regularizer="l2"))
    model.add(keras.layers.Dense(1, use_bias=False))
    return model


@add_n_adds_the_penalty.as_worded
@given(strength=strengths, width=st.sampled_from((2, 3)))
def test_add_n_is_the_penalty_of_all_layers(strength, width):
    """Value and gradient are those of L2 on the four kernels, and on nothing else."""
    import tensorflow as tf

    model = deep_model(width)
    weights = [weights_away_from_zero(*v.shape) for v in model.variables]
    model.set_weights(weights)
    for layer in model.layers[:4]:
        regularize(layer, "kernel", keras.regularizers.L2(strength))

    total = as_array(tf.add_n(model.losses))
    found = gradients(lambda: tf.add_n(model.losses), model.trainable_variables)

    paid = sum(penalty(w, l2=strength) for w in weights[:4])
    judge.close(total, paid, operations=width**2 + 6, what="value")
    for at, (w, gradient) in enumerate(zip(weights, found)):
        on = strength if at < 4 else 0.0
        judge.close(gradient, pull(w, l2=on), operations=3, what="gradient")


@add_n_adds_the_penalty.as_worded
@given(kind=kinds, strength=strengths)
def test_a_step_with_add_n_is_regularized(kind, strength):
    """A tape step on mse plus tf.add_n(model.losses) descends on mse plus penalty."""
    import tensorflow as tf

    problem = regression()
    model = linear_model(problem, regularizer(kind, strength))

    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((model(problem.x, training=True) - problem.y) ** 2)
        loss += tf.add_n(model.losses)
    found = tape.gradient(loss, model.trainable_variables)
    model.optimizer.apply_gradients(zip(found, model.trainable_variables))

    judge_step(model, problem, **factors(kind, strength))
