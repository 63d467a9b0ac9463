"""The numbers that day 7 prints or computes for its schedule."""

import numpy as np
from hypothesis import strategies as st

from claims.common.day7_schedule import (
    ALPHA,
    DECAY,
    EPOCHS,
    LAST,
    PEAK,
    STEPS,
    WARMUP,
    closed_form,
    cosine,
    rates,
)
from claims.documents import day7
from claims.documents.day7_figures import RATES
from claims.schedules import faults
from harness import REFUTED, UPHELD, claim, contradiction, given, judge, side
from harness.evidence import pictures

CALL = "keras.src.optimizers.schedules.learning_rate_schedule:CosineDecay.__call__"

print_step_0 = claim(
    "schedules.print-step-0",
    says="The warm-up schedule of day 7 prints 0.000000 for step 0.",
    sources=[day7[113]],
    verdict=UPHELD,
    why="The rate is exactly 0.",
    explained_by=faults.WARMUP,
    faults=[faults.warmup_one_step_ahead, faults.called_one_step_ahead],
)


@print_step_0.as_worded
def test_step_0_prints_zero():
    """The rate at step 0 is exactly zero."""
    found = float(cosine()(0))

    judge.printed(found, RATES["step 0"])
    judge.equal(found, 0.0)


print_step_1053 = claim(
    "schedules.print-step-1053",
    says="At the end of the warm-up, step 1053, the schedule prints 0.001000.",
    sources=[day7[114]],
    verdict=UPHELD,
    explained_by=CALL,
    faults=[faults.decay_5_percent_high, faults.decay_counts_from_step_zero],
)


@print_step_1053.as_worded
def test_step_1053_prints_the_peak():
    """The rate at step 3 * 351 is the warm-up target."""
    found = float(cosine()(3 * STEPS))

    judge.printed(found, RATES["step 1053"])
    judge.close(found, PEAK, operations=8)


def with_printed(at):
    """The schedule's curve through 60 of its steps, and the rates printed at some."""
    steps = np.union1d(np.linspace(0, LAST, 60), WARMUP)
    return pictures.lines(
        {"CosineDecay of day 7": (steps, rates(cosine(), steps))},
        points={"printed in the text": (at, [float(RATES[f"step {k}"]) for k in at])},
        x="step",
        y="learning rate",
    )


print_step_5265 = claim(
    "schedules.print-step-5265",
    says="At step 5265, in epoch 15, the schedule prints 0.000541.",
    sources=[day7[115]],
    verdict=REFUTED,
    severity="number",
    instead="step 5265 → lr = 0.000595",
    why="0.02e-3 + 0.49e-3 * (1 + cos(pi * 4212 / 9477)) = 5.95e-4; 0.000541 is the "
    "rate of step 5600.",
    explained_by=faults.DECAY,
    faults=[faults.decays_to_the_text_at_5265, faults.decay_lasts_5_percent_longer],
)


@print_step_5265.as_worded
def test_step_5265_prints_541():
    """The rate at step 15 * 351 rounds to 0.000541."""
    judge.printed(cosine()(15 * STEPS), RATES["step 5265"], what="learning rate")


@print_step_5265.instead
def test_step_5265_prints_595():
    """The rate at step 15 * 351 rounds to 0.000595, as the closed form does."""
    judge.picture(
        "The learning rate over the training, and the four rates that the text prints. "
        "Those at steps 5265 and 10179 do not lie on the curve.",
        lambda: with_printed([0, 1053, 5265, 10179]),
    )
    found = float(cosine()(15 * STEPS))

    expected = closed_form(12 * STEPS, peak=PEAK, alpha=ALPHA, decay=DECAY)
    judge.printed(found, "0.000595", what="learning rate, printed")
    judge.printed(cosine()(5600), RATES["step 5265"], what="step 5600")
    judge.close(found, expected, operations=16, magnitude=PEAK, what="learning rate")


print_step_10179 = claim(
    "schedules.print-step-10179",
    says="At step 10179, in epoch 29, the schedule prints 0.000029.",
    sources=[day7[116]],
    verdict=REFUTED,
    severity="number",
    instead="step 10179 → lr = 0.000023",
    why="0.02e-3 + 0.49e-3 * (1 + cos(pi * 9126 / 9477)) = 2.33e-5.",
    explained_by=faults.DECAY,
    faults=[faults.decays_to_the_text_at_10179, faults.floor_5_percent_high],
)


@print_step_10179.as_worded
def test_step_10179_prints_29():
    """The rate at step 29 * 351 rounds to 0.000029."""
    judge.printed(cosine()(29 * STEPS), RATES["step 10179"], what="learning rate")


@print_step_10179.instead
def test_step_10179_prints_23():
    """The rate at step 29 * 351 rounds to 0.000023, as the closed form does."""
    found = float(cosine()(29 * STEPS))

    expected = closed_form(26 * STEPS, peak=PEAK, alpha=ALPHA, decay=DECAY)
    judge.printed(found, "0.000023", what="learning rate, printed")
    judge.close(found, expected, operations=16, magnitude=PEAK, what="learning rate")


epochs_for_steps_first_30_batches = claim(
    "schedules.epochs-for-steps-first-30-batches",
    says="If the number of epochs is passed as decay_steps, the rate is at the floor "
    "within the first 30 batches.",
    sources=[day7[111]],
    verdict=REFUTED,
    severity="number",
    instead="With decay_steps=EPOCHS the rate still climbs to its peak and then falls "
    "to the floor in the 30 batches after the warm-up (steps 1053 to 1083).",
    why="The sentence before says that the decay starts after the warm-up.",
    explained_by=CALL,
    faults=[faults.warmup_is_skipped, faults.decay_lasts_one_step_longer],
)


@epochs_for_steps_first_30_batches.as_worded
@given(epochs=st.integers(10, 60), steps=st.integers(100, 500))
def test_the_floor_is_reached_within_as_many_batches_as_epochs(epochs, steps):
    """At batch `epochs` the rate is alpha times the peak."""
    schedule = cosine(decay=epochs, warmup=3 * steps)

    judge.close(
        rates(schedule, [epochs]),
        [ALPHA * PEAK],
        operations=16,
        magnitude=PEAK,
        what="learning rate",
    )


@epochs_for_steps_first_30_batches.instead
@given(epochs=st.integers(10, 60), steps=st.integers(100, 500))
def test_the_collapse_comes_after_the_warm_up(epochs, steps):
    """The rate peaks at 3 * steps and is at the floor `epochs` batches later."""
    schedule = cosine(decay=epochs, warmup=3 * steps)

    warmup = 3 * steps
    peak, floor = rates(schedule, [warmup, warmup + epochs])
    judge.close(peak, PEAK, operations=16, what="peak")
    judge.close(floor, ALPHA * PEAK, operations=16, magnitude=PEAK, what="floor")


collapse_passages_agree = contradiction(
    "schedules.collapse-passages-agree",
    says="The decay starts when the warm-up ends; yet a decay of EPOCHS steps is "
    "said to be over in the first 30 batches, when the warm-up has just "
    "begun.",
    sides=[
        side("schedules.decay-starts-after-warmup", day7[108]),
        side("schedules.epochs-for-steps-first-30-batches", day7[111]),
    ],
    right="schedules.decay-starts-after-warmup",
    instead="Since the decay starts after the warm-up of 1053 steps, such a schedule "
    "is at its floor 30 batches later, from step 1083 on.",
    why="In batch 30 the rate is on its way up, at 30 / 1053 of the peak.",
    explained_by=CALL,
    faults=[faults.warmup_is_skipped, faults.decay_lasts_one_step_longer],
)


@collapse_passages_agree.all_sides
def test_the_decay_starts_after_the_warm_up_and_ends_in_batch_30():
    """The peak is at step 1053, and the floor is reached at step 30."""
    peak, floor = rates(cosine(decay=EPOCHS), [WARMUP, EPOCHS])

    judge.close(peak, PEAK, operations=16, what="step 1053")
    judge.close(floor, ALPHA * PEAK, operations=16, magnitude=PEAK, what="step 30")


@collapse_passages_agree.right_side
def test_batch_30_lies_in_the_warm_up():
    """The rate climbs at step 30; the peak is at step 1053, the floor at step 1083."""
    schedule = cosine(decay=EPOCHS)
    climbing, peak, above, floor = rates(
        schedule, [EPOCHS, WARMUP, WARMUP + EPOCHS - 1, WARMUP + EPOCHS]
    )

    n = {"operations": 16, "magnitude": PEAK}
    judge.close(climbing, PEAK * EPOCHS / WARMUP, what="step 30", **n)
    judge.close(peak, PEAK, what="step 1053", **n)
    last = closed_form(EPOCHS - 1, peak=PEAK, alpha=ALPHA, decay=EPOCHS)
    judge.close(above, last, what="step 1082", **n)
    judge.close(floor, ALPHA * PEAK, what="step 1083", **n)


remaining_epochs_at_floor = claim(
    "schedules.remaining-epochs-at-floor",
    says="After that mistake 29.9 of the 30 epochs are trained at the floor.",
    sources=[day7[111]],
    verdict=REFUTED,
    severity="number",
    instead="After that mistake about 26.9 of the 30 epochs are trained at the floor, "
    "since the three epochs of warm-up come first.",
    why="(10530 - 1083) / 351 = 26.91; 29.9 leaves the warm-up out.",
    explained_by=CALL,
    faults=[faults.warmup_is_skipped, faults.called_five_percent_ahead],
)


def epochs_at_floor():
    """Epochs of STEPS batches that follow the first rate at the floor, of 30."""
    schedule = cosine(decay=EPOCHS)
    grid = np.linspace(0, WARMUP, 4)
    above, below = int(grid[np.argmax(rates(schedule, grid))]), LAST
    while below - above > 1:
        middle = (above + below) // 2
        at_floor = rates(schedule, [middle])[0] < 1.0001 * ALPHA * PEAK
        above, below = (above, middle) if at_floor else (middle, below)
    return (LAST - below) / STEPS


@remaining_epochs_at_floor.as_worded
def test_29_9_epochs_are_at_the_floor():
    """The share of the training at the floor rounds to 29.9 epochs."""
    judge.printed(epochs_at_floor(), RATES["epochs at the floor"], what="epochs")


@remaining_epochs_at_floor.instead
def test_26_9_epochs_are_at_the_floor():
    """The share of the training at the floor is (10530 - 1083) / 351 epochs."""
    found = epochs_at_floor()

    judge.printed(found, "26.9", what="epochs, printed")
    judge.equal(found, (LAST - WARMUP - EPOCHS) / STEPS, what="epochs")
