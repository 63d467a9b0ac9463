"""Learning-rate schedules: formula, warm-up, floor and shape."""

import keras
import numpy as np
from hypothesis import strategies as st

from claims.common.day7_schedule import (
    alphas,
    closed_form,
    cosine,
    lengths,
    peaks,
    rates,
)
from claims.documents import day7, tutorial
from claims.schedules import faults
from harness import REFUTED, UPHELD, as_array, claim, example, given, judge

CALL = f"{faults.COSINE}.__call__"
REFUSAL = (ValueError, TypeError, RuntimeError)
"""Of an array where a condition is due: TensorFlow's, JAX's, torch's."""


cosine_closed_form = claim(
    "schedules.cosine-closed-form",
    says="Cosine decay is eta_min + (eta_max - eta_min) / 2 * (1 + cos(pi t / T)).",
    sources=[day7[98:99]],
    verdict=UPHELD,
    why="eta_min is alpha times the peak, t counts from the end of the warm-up, and T "
    "is decay_steps. After T the formula would rise again; Keras stays at eta_min.",
    explained_by=faults.DECAY,
    faults=[
        faults.floor_is_alpha_itself,
        faults.decay_counts_from_step_zero,
        faults.decay_one_step_ahead,
        faults.decay_lasts_one_step_longer,
        faults.decays_linearly,
    ],
)


@cosine_closed_form.as_worded
@given(peak=peaks(), alpha=alphas(), decay=lengths(), at=st.floats(0, 1))
@example(peak=1e-3, alpha=0.02, decay=9_477, at=0.5)
def test_the_decay_follows_the_formula(peak, alpha, decay, at):
    """Without warm-up and with one, the rate at t is that of the formula."""
    t = np.array([round(at * decay), 0, decay // 2, decay - 1, decay])
    plain = keras.optimizers.schedules.CosineDecay(peak, decay, alpha)
    warm = cosine(decay=decay, alpha=alpha, peak=peak, warmup=7)

    expected = closed_form(t, peak=peak, alpha=alpha, decay=decay)
    judge.close(plain(t), expected, operations=16, magnitude=peak, what="plain")
    later = rates(warm, 7 + t[:1])
    judge.close(later, expected[:1], operations=16, magnitude=peak, what="warm")


@cosine_closed_form.as_worded
@given(decay=lengths(), peak=peaks(), beyond=st.integers(1, 5_000))
def test_without_alpha_the_minimum_is_zero(decay, peak, beyond):
    """alpha is 0 by default: from step T on, the rate is zero."""
    schedule = keras.optimizers.schedules.CosineDecay(peak, decay)

    found = schedule(np.array([decay, decay + beyond]))
    judge.close(found, [0, 0], operations=16, magnitude=peak)


linear_warmup = claim(
    "schedules.linear-warmup",
    says="In the warm-up the rate climbs linearly from the initial rate to the target.",
    sources=[day7[100], day7[105:107]],
    verdict=UPHELD,
    explained_by=faults.WARMUP,
    faults=[
        faults.warmup_one_step_ahead,
        faults.warmup_starts_at_zero,
        faults.warmup_target_5_percent_high,
    ],
)


@linear_warmup.as_worded
@given(start=alphas(), peak=peaks(), warmup=lengths(), at=st.floats(0, 1))
@example(start=0.0, peak=1e-3, warmup=1_053, at=0.5)
def test_the_warm_up_is_a_straight_line(start, peak, warmup, at):
    """At step t the rate is start + (target - start) * t / warmup_steps."""
    t = np.array([0, round(at * (warmup - 1))])

    found = rates(cosine(start, peak=peak, warmup=warmup, decay=5), t)
    expected = start + (peak - start) * t / warmup
    judge.close(found, expected, operations=8, magnitude=start + peak)


warmup_in_one_object = claim(
    "schedules.warmup-in-one-object",
    says="The warm-up is part of CosineDecay in Keras 3: no second schedule is needed.",
    sources=[day7[101], day7[279]],
    verdict=UPHELD,
    explained_by=f"{faults.COSINE}.__init__",
    faults=[faults.warmup_target_is_ignored, faults.warmup_target_5_percent_high],
)


@warmup_in_one_object.as_worded
@given(peak=peaks(), warmup=st.integers(2, 9), decay=st.integers(2, 9))
def test_one_object_warms_up_and_decays(peak, warmup, decay):
    """One schedule climbs to the target and is back near zero at the end."""
    schedule = cosine(decay=decay, alpha=0.0, peak=peak, warmup=warmup)

    found = rates(schedule, [1, warmup, warmup + decay])
    expected = [peak / warmup, peak, 0]
    judge.close(found, expected, operations=16, magnitude=peak)


floor_is_alpha_times_target = claim(
    "schedules.floor-is-alpha-times-target",
    says="The final rate is alpha times the warm-up target, and stays there.",
    sources=[day7[109], day7[111], day7[264]],
    verdict=UPHELD,
    explained_by=CALL,
    faults=[
        faults.floor_is_alpha_itself,
        faults.floor_5_percent_high,
        faults.rises_again_after_the_end,
    ],
)


@floor_is_alpha_times_target.as_worded
@given(peak=peaks(), alpha=st.integers(1, 60), decay=lengths(), beyond=lengths())
@example(peak=1e-3, alpha=2, decay=9_477, beyond=30)
def test_after_the_decay_the_rate_is_alpha_times_the_peak(peak, alpha, decay, beyond):
    """At the last step of the decay, and any later one, the rate is alpha * peak."""
    schedule = cosine(decay=decay, alpha=alpha / 100, peak=peak, warmup=11)

    found = rates(schedule, [11 + decay, 11 + decay + beyond])
    judge.close(found, [alpha / 100 * peak] * 2, operations=16, magnitude=peak)


decay_starts_after_warmup = claim(
    "schedules.decay-starts-after-warmup",
    says="decay_steps counts from the end of the warm-up.",
    sources=[day7[111], day7[108]],
    verdict=UPHELD,
    why="At step warmup_steps the rate is at its peak; decay_steps / 2 later it is "
    "half way down to the floor.",
    explained_by=CALL,
    faults=[faults.decay_counts_from_step_zero, faults.decay_lasts_5_percent_longer],
)


@decay_starts_after_warmup.as_worded
@given(warmup=lengths(), decay=lengths(), peak=peaks())
@example(warmup=1_053, decay=9_477, peak=1e-3)
def test_the_peak_is_at_the_end_of_the_warm_up(warmup, decay, peak):
    """The rate peaks at warmup_steps and is half way down decay_steps / 2 later."""
    schedule = cosine(decay=decay, alpha=0.1, peak=peak, warmup=warmup)

    t = np.array([0, decay // 2])
    expected = closed_form(t, peak=peak, alpha=0.1, decay=decay)
    found = rates(schedule, warmup + t)
    judge.close(found, expected, operations=16, magnitude=peak)


high_early_smooth_no_cliffs = claim(
    "schedules.high-early-smooth-no-cliffs",
    says="The cosine stays high at first, ends near zero, and has no sudden drop.",
    sources=[day7[100]],
    verdict=UPHELD,
    why="This is read as: above 85 % of the peak in the first quarter, at the floor at "
    "the end, never rising, and no step falls by more than pi / 2 * (peak - floor) / "
    "T.",
    explained_by=faults.DECAY,
    faults=[faults.decays_linearly, faults.decays_in_stairs],
)


@high_early_smooth_no_cliffs.as_worded
@given(peak=peaks(), decay=st.integers(40, 400), alpha=st.integers(0, 5))
def test_the_cosine_is_high_early_and_never_drops(peak, decay, alpha):
    """All rates of the decay obey the four bounds."""
    alpha = alpha / 100
    schedule = keras.optimizers.schedules.CosineDecay(peak, decay, alpha)
    rate = as_array(schedule(np.arange(decay + 1))).astype("float64")

    rounding = 1e-6 * peak  # 16 roundings of float32
    judge.at_least(rate[: decay // 4 + 1], 0.85 * peak, what="first quarter")
    judge.at_most(rate[-1], alpha * peak + rounding, what="end")
    judge.at_most(np.diff(rate), rounding, what="rise")
    steepest = np.pi / 2 * (1 - alpha) * peak / decay
    judge.at_most(-np.diff(rate), steepest + rounding, what="drop")


peak_is_warmup_target = claim(
    "schedules.peak-is-warmup-target",
    says="The rate that the search found becomes the schedule's peak as warmup_target.",
    sources=[day7[181:191], day7[259:265]],
    verdict=UPHELD,
    explained_by=CALL,
    faults=[faults.peak_5_percent_high, faults.warmup_target_is_ignored],
)


@peak_is_warmup_target.as_worded
@given(k=st.integers(1, 100), seed=st.integers(0, 10**6))
@example(k=21, seed=0)
@example(k=18, seed=0)
def test_the_target_is_the_largest_rate(k, seed):
    """At the end of the warm-up the rate is the target; no step exceeds it."""
    schedule = cosine(peak=k * 1e-4)

    top, other = rates(schedule, [1_053, seed % 10_600])
    judge.close(top, k * 1e-4, operations=16, what="peak")
    judge.at_most(other, top, what="other step")


callable_like_function = claim(
    "schedules.callable-like-function",
    says="A schedule is called like a function: CosineDecay with warm-up with a step, "
    "InverseTimeDecay with an array of steps.",
    sources=[day7[111:113], tutorial[254:255]],
    verdict=UPHELD,
    why="Day 7 calls its schedule with whole steps, the tutorial calls its own with an "
    "array. Day 7's takes no array: warm-up or decay is chosen by ops.cond, which "
    "needs a single step (Keras 3.15).",
    explained_by=[CALL, f"{faults.INVERSE}.__call__"],
    faults=[faults.called_one_step_ahead, faults.inverse_rate_5_percent_high],
    differs_on={
        "keras>=3,<3.1": (
            REFUTED,
            "CosineDecay with warm-up takes an array: Cond.__call__ answers a "
            "condition that is refused with a symbolic tensor (ops/core.py, Keras "
            "3.0)",
        ),
    },
)


@callable_like_function.as_worded
@given(step=st.integers(0, 10_600), last=st.integers(1_000, 200_000))
@example(step=5_265, last=100_000)
def test_each_schedule_is_called_as_its_document_calls_it(step, last):
    """Both calls return the closed form's rates; with warm-up an array is refused."""
    steps = np.linspace(0, last)
    found = keras.optimizers.schedules.InverseTimeDecay(0.001, 20_000, 1)(steps)
    judge.close(found, 0.001 / (1 + steps / 20_000), operations=10, what="array")

    warm, t = step / 1_053 * 1e-3, step - 1_053
    late = closed_form(min(t, 9_477), peak=1e-3, alpha=0.02, decay=9_477)
    expected = warm if t < 0 else late
    found = judge.runs(lambda: float(cosine()(step)))
    judge.close(found, expected, operations=16, magnitude=1e-3, what="one step")
    judge.raises(REFUSAL, lambda: cosine()(steps), what="array, with warm-up")


inverse_time_half_third = claim(
    "schedules.inverse-time-half-third",
    says="InverseTimeDecay falls hyperbolically: to a half after 1000 epochs, to a "
    "third after 2000, and so on.",
    sources=[tutorial[241:251]],
    verdict=UPHELD,
    why="The rate is 0.001 / (1 + step / (1000 * steps per epoch)). It is continuous, "
    "since staircase is False.",
    explained_by=f"{faults.INVERSE}.__call__",
    faults=[
        faults.inverse_time_is_exponential,
        faults.inverse_rate_5_percent_high,
        faults.inverse_in_stairs,
        faults.inverse_one_step_ahead,
    ],
)


@inverse_time_half_third.as_worded
@given(thousands=st.integers(1, 9), steps=st.integers(1, 40), base=peaks())
@example(thousands=2, steps=20, base=0.001)
def test_after_n_thousand_epochs_one_part_in_n_plus_one_is_left(thousands, steps, base):
    """After n * 1000 epochs the rate is base / (n + 1)."""
    schedule = keras.optimizers.schedules.InverseTimeDecay(
        base, decay_steps=steps * 1_000, decay_rate=1, staircase=False
    )

    found = schedule(thousands * 1_000 * steps)
    judge.close(found, base / (thousands + 1), operations=8)


@inverse_time_half_third.as_worded
@given(
    rate=st.integers(1, 40), decay=lengths(), base=peaks(), step=st.integers(0, 9_999)
)
def test_between_them_the_rate_is_a_hyperbola(rate, decay, base, step):
    """At every step the rate is base / (1 + decay_rate * step / decay_steps)."""
    schedule = keras.optimizers.schedules.InverseTimeDecay(base, decay, rate / 10)

    expected = base / (1 + rate / 10 * step / decay)
    judge.close(schedule(step), expected, operations=10)
