"""Callbacks that set the rate, beside a schedule and beside each other."""

import math

import keras
import numpy as np
from hypothesis import strategies as st

from claims.schedules import faults
from harness import (
    QUALIFIED,
    REFUTED,
    UPHELD,
    as_array,
    claim,
    given,
    judge,
    public,
    shared,
)
from harness.stack.keras_internals import rate_in

SETTER = "keras.src.optimizers.base_optimizer:BaseOptimizer"
Cosine = keras.optimizers.schedules.CosineDecay

plateau_fails_on_a_schedule = claim(
    "schedules.plateau-fails-on-a-schedule",
    says="ReduceLROnPlateau fails when the optimizer's learning rate is a schedule.",
    sources=[
        public(
            "https://github.com/tensorflow/tensorflow/issues/36612",
            "ReduceLROnPlateau crashes where the optimizer has a schedule",
        )
    ],
    verdict=QUALIFIED,
    why="The TypeError comes with the first reduction, when patience has run out. "
    "Until then the training runs and logs the schedule's rate.",
    explained_by=[f"{faults.PLATEAU}._reduce_optimizer_lr", f"{SETTER}.learning_rate"],
    faults=[faults.rate_of_a_schedule_is_set, faults.plateau_patience_one_longer],
    differs_on={
        "keras<3": (
            REFUTED,
            "ReduceLROnPlateau.on_epoch_end sets a rate by backend.set_value, which "
            "a schedule's optimizer takes (callbacks.py, Keras 2)",
        ),
    },
)


def scheduled():
    """A new small model, compiled with an SGD that has a cosine schedule of ten steps;
    Keras 2 puts a number in the schedule's place."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Activation("linear")])
    model.compile(keras.optimizers.SGD(Cosine(0.1, 10)), "mse", run_eagerly=True)
    return model


def epochs_without_progress(count, patience, **options):
    """The callback at the end of so many epochs with the same loss; their logs."""
    callback = keras.callbacks.ReduceLROnPlateau("loss", patience=patience, **options)
    callback.set_model(scheduled())
    callback.on_train_begin()
    logs = [{"loss": 1.0} for _ in range(count)]
    for epoch, log in enumerate(logs):
        callback.on_epoch_end(epoch, log)
    return logs


@plateau_fails_on_a_schedule.holds_when(
    "a plateau is reached within the training, with a rate above `min_lr`"
)
@given(patience=st.integers(1, 5))
def test_the_first_reduction_is_refused(patience):
    """The epoch in which `patience` others are over raises a TypeError."""
    epochs_without_progress(patience, patience)
    judge.raises(
        TypeError, lambda: epochs_without_progress(patience + 1, patience), what="fit"
    )


@plateau_fails_on_a_schedule.fails_throughout(
    "no plateau is reached within the training"
)
@given(patience=st.integers(1, 5))
def test_the_epochs_before_it_run_and_log_the_rate(patience):
    """As many epochs as the patience: no error, and the schedule's first rate."""
    logs = judge.runs(lambda: epochs_without_progress(patience, patience), what="fit")

    found = [rate_in(log) for log in logs]
    judge.close(found, np.full(patience, 0.1), operations=4, what="logged")


@plateau_fails_on_a_schedule.fails_throughout("the rate is at `min_lr` or below it")
@given(patience=st.integers(1, 5), least=st.sampled_from([0.1, 0.2]))
def test_no_reduction_below_the_least_rate_is_tried(patience, least):
    """The schedule's rate is 0.1: plateaus pass without an error."""
    judge.runs(
        lambda: epochs_without_progress(2 * patience + 1, patience, min_lr=least),
        what="fit",
    )


rate_of_a_schedule_cannot_be_set = claim(
    "schedules.rate-of-a-schedule-cannot-be-set",
    says="The learning rate of an optimizer that was made with a schedule cannot be "
    "set to a number.",
    sources=[
        public(
            "https://github.com/tensorflow/tensorflow/issues/51399",
            "Setting the learning rate fails where it is a schedule, and works where "
            "it is a number",
        )
    ],
    verdict=UPHELD,
    why="Only the number is refused: a schedule can replace a schedule, and a number "
    "can replace a number.",
    explained_by=f"{SETTER}.learning_rate",
    faults=[faults.rate_of_a_schedule_is_set],
    differs_on={
        "keras<3": (
            REFUTED,
            "Optimizer.learning_rate is the rate of the last update, also just after "
            "another schedule was set (optimizers/optimizer.py, Keras 2)",
        ),
    },
)


@rate_of_a_schedule_cannot_be_set.as_worded
@given(rate=st.integers(1, 99).map(lambda k: k / 100))
def test_a_number_is_refused_for_a_schedule_only(rate):
    """A TypeError; a schedule is taken, and a number where there was one."""
    optimizer = keras.optimizers.SGD(Cosine(0.5, 10))

    def set_to(value):
        optimizer.learning_rate = value

    judge.raises(TypeError, lambda: set_to(rate), what="number for a schedule")
    judge.runs(lambda: set_to(Cosine(rate, 10)), what="schedule for a schedule")
    judge.close(optimizer.learning_rate, rate, operations=8, what="rate")
    optimizer = keras.optimizers.SGD(0.5)
    judge.runs(lambda: set_to(rate), what="number for a number")
    judge.close(optimizer.learning_rate, rate, operations=1, what="rate")


scheduler_overrides_plateau = claim(
    "schedules.scheduler-overrides-plateau",
    says="LearningRateScheduler always overrides what ReduceLROnPlateau has set.",
    sources=[
        public(
            "https://github.com/keras-team/keras/pull/8829",
            "LearningRateScheduler always overrides ReduceLROnPlateau, with no obvious "
            "way around it",
        )
    ],
    verdict=QUALIFIED,
    why="At the beginning of each epoch the scheduler sets the rate that its function "
    "returns. A function of epoch and rate can return the rate that it is given, which "
    "keeps the reductions.",
    explained_by=(
        "keras.src.callbacks.learning_rate_scheduler:"
        "LearningRateScheduler._update_optimizer_lr"
    ),
    faults=[
        faults.scheduler_never_raises_the_rate,
        faults.scheduler_forgets_reductions,
        faults.plateau_factor_5_percent_high,
    ],
)


def rates_of_epochs(function):
    """The rate of each of four epochs, all of them without progress after the first."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), "mse", run_eagerly=True)
    scheduler = keras.callbacks.LearningRateScheduler(function)
    plateau = keras.callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=1)
    for callback in (scheduler, plateau):
        callback.set_model(model)
        callback.on_train_begin()
    rates = []
    for epoch in range(4):
        scheduler.on_epoch_begin(epoch)
        rates.append(float(as_array(model.optimizer.learning_rate)))
        plateau.on_epoch_end(epoch, {"loss": 1.0})
    return rates, float(as_array(model.optimizer.learning_rate))


@scheduler_overrides_plateau.holds_when(
    "the scheduler's function returns rates of its own"
)
def test_each_epoch_has_the_functions_rate():
    """0.1 in each epoch, although each but the first ends with a reduction to 0.05."""
    rates, last = rates_of_epochs(lambda epoch: 0.1)

    judge.close(rates, [0.1] * 4, operations=2, what="rates")
    judge.close(last, 0.05, operations=4, what="after the last epoch")


def given_rate(epoch, rate):
    """The function that leaves the rate as it is."""
    return rate


@scheduler_overrides_plateau.fails_throughout(
    "the scheduler's function returns the rate that it is given"
)
def test_reductions_are_kept():
    """0.1, 0.1, 0.05, 0.025."""
    rates, last = rates_of_epochs(given_rate)

    judge.close(rates, [0.1, 0.1, 0.05, 0.025], operations=8, what="rates")
    judge.close(last, 0.0125, operations=8, what="after the last epoch")


integer_rate_is_cast = claim(
    "schedules.integer-rate-is-cast",
    says="With the integer 1 as learning rate, ReduceLROnPlateau casts the rate that "
    "it sets to an integer: half of 1 is 0.",
    sources=[
        public(
            "https://github.com/tensorflow/tensorflow/issues/45261",
            "ReduceLROnPlateau casts its rate to an integer if the first was one",
        )
    ],
    verdict=REFUTED,
    severity="wording",
    instead="Keras 3 refuses learning_rate=1, an integer, with a ValueError; 1.0, "
    "halved by ReduceLROnPlateau, is 0.5.",
    explained_by=f"{SETTER}.__init__",
    faults=[faults.integer_rates_are_taken, faults.plateau_factor_5_percent_high],
    differs_on={
        "keras<3": (
            REFUTED,
            "Optimizer._build_learning_rate makes a float variable of an integer "
            "(optimizers/optimizer.py, Keras 2)",
        ),
    },
)


def halved(rate):
    """The rate that the callback sets at the end of the second epoch."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(rate), "mse", run_eagerly=True)
    plateau = keras.callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=1)
    plateau.set_model(model)
    plateau.on_train_begin()
    for epoch in range(2):
        plateau.on_epoch_end(epoch, {"loss": 1.0})
    return float(as_array(model.optimizer.learning_rate))


@integer_rate_is_cast.as_worded
def test_half_of_one_is_zero():
    """SGD(1) is taken, and its rate halved to 0."""
    found = judge.runs(lambda: halved(1), what="SGD(1)")

    judge.equal(found, 0.0, what="rate")


@integer_rate_is_cast.instead
def test_an_integer_is_refused_and_half_of_a_float_is_a_half():
    """SGD(1) raises a ValueError; SGD(1.0) goes to 0.5."""
    judge.raises(ValueError, lambda: keras.optimizers.SGD(1), what="SGD(1)")
    judge.close(halved(1.0), 0.5, operations=2, what="rate")


function_gives_a_tensor = claim(
    "schedules.function-gives-a-tensor",
    says="LearningRateScheduler takes a function that returns `lr * ops.exp(-0.1)`.",
    sources=[
        public(
            "https://keras.io/api/callbacks/learning_rate_scheduler/",
            "The example's function returns the rate times ops.exp(-0.1)",
        )
    ],
    verdict=REFUTED,
    severity="lesson",
    instead="The function has to return a float, as `float(lr * ops.exp(-0.1))` or "
    "`lr * math.exp(-0.1)`: given a tensor, the callback raises a ValueError.",
    why="The callback tests the result with isinstance, against float and NumPy's "
    "floats.",
    explained_by="keras.src.callbacks.learning_rate_scheduler:LearningRateScheduler."
    "_update_optimizer_lr",
    faults=[faults.scheduler_makes_floats, faults.scheduler_rate_5_percent_high],
)


@shared
def with_a_rate_of_a_tenth():
    """A dense layer, compiled with SGD(0.1)."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), "mse", run_eagerly=True)
    return model


def rate_after(function):
    """The rate of the optimizer when an epoch has begun."""
    callback = keras.callbacks.LearningRateScheduler(function)
    callback.set_model(with_a_rate_of_a_tenth())
    callback.on_epoch_begin(10)
    return float(as_array(callback.model.optimizer.learning_rate))


@function_gives_a_tensor.as_worded
def test_a_tensor_becomes_the_rate():
    """0.1 * exp(-0.1) after an epoch has begun."""
    found = judge.runs(
        lambda: rate_after(lambda epoch, lr: lr * keras.ops.exp(-0.1)), what="a tensor"
    )

    judge.close(found, 0.1 * np.exp(-0.1), operations=8, what="rate")


@function_gives_a_tensor.instead
def test_a_float_becomes_the_rate_and_a_tensor_is_refused():
    """Made a float the same value is taken, and so is that of NumPy."""
    expected = 0.1 * np.exp(-0.1)
    for function in (
        lambda epoch, lr: float(lr * keras.ops.exp(-0.1)),
        lambda epoch, lr: lr * math.exp(-0.1),
    ):
        judge.close(rate_after(function), expected, operations=8, what="rate")
    judge.raises(
        ValueError,
        lambda: rate_after(lambda epoch, lr: lr * keras.ops.exp(-0.1)),
        what="a tensor",
    )
