"""Learning-rate schedules in use: who reads them, when, and torch's way."""

import contextlib
import io

import keras
import numpy as np
import torch
from hypothesis import strategies as st

from claims.common.day7_schedule import alphas, closed_form, cosine, peaks, rates
from claims.common.policies import policy
from claims.common.updates import stepped, updated_by
from claims.documents import day7, notebook
from claims.schedules import faults
from harness import (
    QUALIFIED,
    REFUTED,
    UPHELD,
    as_array,
    claim,
    example,
    given,
    judge,
    shared,
)

READ = "keras.src.optimizers.base_optimizer:BaseOptimizer._get_current_learning_rate"

optimizer_queries_each_update = claim(
    "schedules.optimizer-queries-each-update",
    says="At each update the optimizer reads the schedule with its own step count; "
    "nobody has to advance it.",
    sources=[day7[117]],
    verdict=UPHELD,
    why="The count is that of the updates done before: the first update uses step 0. "
    "Afterwards optimizer.learning_rate shows the rate of the next update.",
    explained_by=READ,
    faults=[
        faults.read_one_step_ahead,
        faults.read_at_step_zero,
        faults.inverse_rate_5_percent_high,
    ],
)


def with_schedule(schedule):
    """Two weights, and an SGD that reads this schedule from step 0 on."""
    weights = updated_by("SGD", [2])
    weights.optimizer.learning_rate = schedule
    return weights


@optimizer_queries_each_update.as_worded
@given(rate=st.integers(1, 30), decay=st.integers(1, 9), base=peaks())
def test_update_k_uses_the_rate_of_step_k(rate, decay, base):
    """SGD moves a weight by lr(0), then by lr(1) times the gradient."""
    schedule = keras.optimizers.schedules.InverseTimeDecay(base, decay, rate / 10)
    weights = with_schedule(schedule)

    path = stepped(weights, np.zeros(2), np.array([[1.0, -2.0]] * 2))

    lr = base / (1 + rate / 10 * np.arange(3) / decay)
    expected = -np.cumsum(lr[:2])[:, None] * [1, -2]
    judge.close(path, expected, operations=16, what="weights")
    judge.close(weights.optimizer.learning_rate, lr[2], operations=10, what="shown")
    judge.equal(weights.optimizer.iterations, 2, what="iterations")


@optimizer_queries_each_update.as_worded
def test_fifty_updates_use_the_rates_of_fifty_steps():
    """SGD moves a weight by lr(0), lr(1), ... lr(49) times a gradient of -1."""
    rates = 1 / (1 + 0.5 * np.arange(50) / 5)
    for how, options in (("eager", {}), ("compiled", {"compiled": True})):
        schedule = keras.optimizers.schedules.InverseTimeDecay(1.0, 5, 0.5)
        weights = with_schedule(schedule)

        path = stepped(weights, np.zeros(2), -np.ones((50, 2)), **options)[:, 0]

        judge.close(path, np.cumsum(rates), operations=99, what=how)


decay_steps_are_steps = claim(
    "schedules.decay-steps-are-steps",
    says="decay_steps is counted in optimizer steps and not in epochs.",
    sources=[day7[111], day7[279]],
    verdict=UPHELD,
    explained_by=READ,
    faults=[faults.read_every_third_step, faults.read_one_step_ahead],
)


def fitted_rate_sum(schedule, *, epochs, batches):
    """Sum of the rates that SGD used in two calls of fit, of so many epochs each: minus
    the weight, whose gradient is 1."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.set_weights([np.zeros((1, 1), "float32")])
    model.compile(
        keras.optimizers.SGD(schedule),
        lambda y, prediction: keras.ops.mean(prediction),
        run_eagerly=True,
        jit_compile=False,
    )
    ones = np.ones((batches, 1), "float32")
    for _ in range(2):
        model.fit(ones, ones, batch_size=1, epochs=epochs, verbose=0)
    return -float(model.get_weights()[0][0, 0])


@decay_steps_are_steps.as_worded
def test_fit_reads_the_schedule_at_every_batch():
    """In 2 epochs of 2 batches, fit uses the rates of the steps 0 to 3, and a second
    fit those of the steps 4 to 7."""
    schedule = keras.optimizers.schedules.CosineDecay(0.5, 7)

    used = fitted_rate_sum(schedule, epochs=2, batches=2)
    expected = closed_form(np.arange(8), peak=0.5, alpha=0, decay=7).sum()
    judge.close(used, expected, operations=48, magnitude=3)


@decay_steps_are_steps.as_worded
@given(decay=st.integers(1, 2), peak=peaks())
def test_after_decay_steps_updates_nothing_moves(decay, peak):
    """The weight follows the cosine over decay_steps updates, then rests."""
    schedule = keras.optimizers.schedules.CosineDecay(peak, decay)
    path = stepped(with_schedule(schedule), np.zeros(2), np.ones((decay + 1, 2)))

    t = np.arange(decay + 1)
    expected = -np.cumsum(closed_form(t, peak=peak, alpha=0, decay=decay))
    judge.close(path[:, 0], expected, operations=24, magnitude=6 * peak)


torch_needs_scheduler_step = claim(
    "schedules.torch-needs-scheduler-step",
    says="In PyTorch the rate changes only when scheduler.step() is called.",
    sources=[day7[117]],
    verdict=UPHELD,
    why="T_max counts the calls of scheduler.step().",
    explained_by="torch.optim.lr_scheduler:LRScheduler.step",
    faults=[faults.torch_optimizer_steps_its_scheduler, faults.torch_one_step_longer],
)


def torch_rates(scheduled, updates, *, calls):
    """Rates of `updates` optimizer steps; calls: scheduler steps after each of them."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = scheduled(optimizer)
    used = []
    for _ in range(updates):
        used.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        for _ in range(calls):
            scheduler.step()
    return np.array(used)


@torch_needs_scheduler_step.as_worded
@given(length=st.integers(3, 20), low=alphas())
@example(length=80, low=0.0)
def test_torch_needs_a_call_for_every_step(length, low):
    """Without the call the rate stays; with one a step it is the cosine."""

    def scheduled(optimizer):
        return torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, length, low)

    judge.equal(torch_rates(scheduled, 5, calls=0), [1.0] * 5, what="no call")
    found = torch_rates(scheduled, length, calls=1)
    expected = closed_form(np.arange(length), peak=1, alpha=low, decay=length)
    judge.close(found, expected, operations=40 * length, dtype="float64", magnitude=1)


torch_cosine_plus_warmup_equivalent = claim(
    "schedules.torch-cosine-plus-warmup-equivalent",
    says="CosineAnnealingLR with a separate warm-up scheduler is the PyTorch form of "
    "this schedule.",
    sources=[day7[117]],
    verdict=QUALIFIED,
    why="SequentialLR runs one scheduler after the other. If both are stepped from the "
    "start, the rate leaves the schedule by more than a tenth of the peak.",
    explained_by="torch.optim.lr_scheduler:CosineAnnealingLR.get_lr",
    faults=[
        faults.torch_one_step_longer,
        faults.torch_minimum_5_percent_high,
        faults.torch_cosine_waits_for_the_warmup,
    ],
)


def chained(optimizer, warmup, decay, low):
    """The two schedulers, in the order in which one would step them."""
    schedulers = torch.optim.lr_scheduler
    first = schedulers.LambdaLR(optimizer, lambda step: min(1, step / warmup))
    return first, schedulers.CosineAnnealingLR(optimizer, decay, low)


@torch_cosine_plus_warmup_equivalent.holds_when(
    "SequentialLR runs the cosine after the warm-up, and eta_min is set"
)
@given(
    warmup=st.integers(2, 5),
    decay=st.integers(2, 20),
    low=st.integers(1, 60),
    at=st.floats(0, 1),
)
def test_one_after_the_other_is_the_schedule_of_keras(warmup, decay, low, at):
    """At a step of warm-up and decay both libraries use the same rate."""

    def scheduled(optimizer):
        both = chained(optimizer, warmup, decay, low / 100)
        return torch.optim.lr_scheduler.SequentialLR(optimizer, both, [warmup])

    keras_schedule = cosine(decay=decay, alpha=low / 100, peak=1.0, warmup=warmup)
    steps = np.array([1, warmup + round(at * decay)])
    found = torch_rates(scheduled, warmup + decay + 1, calls=1)[steps]
    judge.close(
        rates(keras_schedule, steps),
        found,
        operations=24,
        magnitude=1,
        what="learning rate",
    )


@torch_cosine_plus_warmup_equivalent.fails_throughout(
    "both schedulers are stepped from the start"
)
@given(warmup=st.integers(3, 6), decay=st.integers(8, 20), low=st.integers(1, 30))
def test_side_by_side_is_another_schedule(warmup, decay, low):
    """Somewhere the rate is off by more than a tenth of the peak."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    both, found = chained(optimizer, warmup, decay, low / 100), []
    for _ in range(warmup + decay):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        for scheduler in both:
            scheduler.step()

    t = np.arange(warmup + decay)
    late = closed_form(t - warmup, peak=1, alpha=low / 100, decay=decay)
    expected = np.where(t < warmup, t / warmup, late)
    judge.apart(found, expected, by=0.1, what="rate, with a peak of 1")


reduce_on_plateau = claim(
    "schedules.reduce-on-plateau",
    says="The callback halves the rate after 3 epochs without a better val_loss, and "
    "never goes below 1e-5.",
    sources=[notebook[298:305]],
    verdict=UPHELD,
    why="The rate never falls below min_lr: half of 1.56e-5 would be 7.8e-6, and the "
    "rate becomes 1e-5.",
    explained_by=f"{faults.PLATEAU}.on_epoch_end",
    faults=[
        faults.plateau_factor_5_percent_high,
        faults.plateau_patience_one_longer,
        faults.plateau_without_minimum,
    ],
    differs_on={
        "keras>=3.11,<3.15": (
            REFUTED,
            "ReduceLROnPlateau._reset keeps `best` of an earlier training "
            "(callbacks/reduce_lr_on_plateau.py, Keras 3.11 to 3.14)",
        ),
    },
)


@shared
def model_with_sgd():
    """A dense layer, compiled with SGD."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def plateau_run(losses, *, start=1e-3, factor=0.5, patience=3, min_lr=1e-5):
    """Learning rate after each epoch with these validation losses, and its logs.

    Those of a second training with the same callback, which begins anew.
    """
    model = model_with_sgd()
    callback = keras.callbacks.ReduceLROnPlateau(
        monitor="val_loss", factor=factor, patience=patience, min_lr=min_lr
    )
    callback.set_model(model)
    for _ in range(2):
        model.optimizer.learning_rate = start
        callback.on_train_begin()
        after, logs = [], [{"val_loss": loss} for loss in losses]
        for epoch, log in enumerate(logs):
            callback.on_epoch_end(epoch, log)
            after.append(float(as_array(model.optimizer.learning_rate)))
    return np.array(after), logs


@reduce_on_plateau.as_worded
@given(better=st.integers(1, 4), patience=st.integers(2, 4), factor=st.integers(3, 6))
@example(better=1, patience=3, factor=5)
def test_each_plateau_multiplies_the_rate_by_the_factor(better, patience, factor):
    """After `better` improving epochs every `patience` others cut the rate."""
    losses = [9.0 - k for k in range(better)] + [9.0] * (2 * patience)
    options = {"start": 2.5e-5, "factor": factor / 10, "patience": patience}
    found, _ = plateau_run(losses, **options)

    cuts = np.maximum(np.arange(len(losses)) + 1 - better, 0) // patience
    expected = np.maximum(2.5e-5 * (factor / 10.0) ** cuts, 1e-5)
    judge.close(found, expected, operations=32)


@reduce_on_plateau.as_worded
def test_the_rate_falls_under_loss_scaling_too():
    """As in the notebook, whose policy is mixed_float16: the wrapped optimizer's."""
    with policy("mixed_float16"):
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    inner = keras.optimizers.SGD(1e-3)
    model.compile(keras.optimizers.LossScaleOptimizer(inner), "mse")
    callback = keras.callbacks.ReduceLROnPlateau(factor=0.5, patience=3, min_lr=1e-5)
    callback.set_model(model)
    callback.on_train_begin()

    for epoch in range(4):
        callback.on_epoch_end(epoch, {"val_loss": 1.0})

    judge.close(inner.learning_rate, 5e-4, operations=2, what="wrapped optimizer's")


plateau_log = claim(
    "schedules.plateau-log",
    says="A training prints learning_rate: 1.0000e-03 in each of its first 4 epochs.",
    sources=[notebook[337], notebook[341], notebook[345], notebook[349]],
    verdict=REFUTED,
    severity="wording",
    instead="learning_rate: 0.0010",
    why="Printed output is judged against the installed library. Keras 3.15 prints "
    "0.001 in powers of ten, but not the float32 above it, 0.00100000005. The rate is "
    "this float32 in all four epochs: val_loss falls, and no plateau begins.",
    explained_by=[f"{faults.PLATEAU}.on_epoch_end", faults.PRINTED],
    faults=[
        faults.plateau_takes_increase_for_progress,
        faults.plateau_logs_under_an_old_name,
        faults.small_figures_in_powers_of_ten,
        faults.figures_5_percent_high,
    ],
    differs_on={
        "keras<3": (
            REFUTED,
            "ReduceLROnPlateau.on_epoch_end logs the rate as lr (callbacks.py, Keras "
            "2)",
        ),
        "keras>=3.11,<3.15": (
            REFUTED,
            "ReduceLROnPlateau._reset keeps `best` of an earlier training, so that "
            "the rate falls at once in a second one "
            "(callbacks/reduce_lr_on_plateau.py, Keras 3.11 to 3.14)",
        ),
        "numpy<2": (
            REFUTED,
            "Progbar.update compares the float32 of 0.001 with 1e-3; NumPy 1, which "
            "TensorFlow 2.16 asks for, does so in double precision "
            "(utils/progbar.py)",
        ),
        "keras<3.11": (
            UPHELD,
            "Progbar.update compares the float32 of 0.001 with 1e-3 in float32 under "
            "NumPy 2, and finds it no larger (utils/progbar.py, until Keras 3.11)",
        ),
    },
)


def printed_rates():
    """What each row of the log says of the rate, if its losses are those logged."""
    losses = [3.1700, 1.2118, 1.1253, 0.9799]
    _, logs = plateau_run(losses)
    found = []
    for log in logs:
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            bar = keras.utils.Progbar(target=1, verbose=2, unit_name="step")
            bar.update(1, list(log.items()), finalize=True)
        found.append(printed.getvalue().strip().rpartition(" - ")[2])
    return found


@plateau_log.as_worded
def test_four_rows_print_the_rate_in_powers_of_ten():
    """Fed with the four logged losses, the rows end as in the document."""
    judge.equal(printed_rates(), ["learning_rate: 1.0000e-03"] * 4, what="logged")


@plateau_log.instead
def test_four_rows_print_the_rate_with_four_decimals():
    """The rate is 0.001 in all four epochs, and printed as 0.0010."""
    after, logs = plateau_run([3.1700, 1.2118, 1.1253, 0.9799])

    judge.equal(after, [float(np.float32(1e-3))] * 4, what="rate")
    shown = [log.get("learning_rate", 0.0) for log in logs]
    judge.equal(shown, after, what="rate in the log")
    judge.equal(printed_rates(), ["learning_rate: 0.0010"] * 4, what="printed")


@plateau_log.instead
def test_up_to_a_thousandth_powers_of_ten_are_printed():
    """0.001 in double precision is printed as 1.0000e-03, the float32 above it not."""
    found = []
    for value in (0.001, float(np.float32(0.001))):
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            bar = keras.utils.Progbar(target=1, verbose=2)
            bar.update(1, [("rate", value)], finalize=True)
        found.append(printed.getvalue().strip().rpartition("rate: ")[2])

    judge.equal(found, ["1.0000e-03", "0.0010"], what="logged")
