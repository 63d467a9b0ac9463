"""The warm-up and cosine schedule of day 7, and how schedules are read here."""

import contextlib

import keras
import numpy as np
from hypothesis import strategies as st

from claims.documents.day7_figures import SCHEDULE

EPOCHS, STEPS = SCHEDULE["training, lesson"], SCHEDULE["in the comment"]
PEAK, ALPHA = SCHEDULE["peak"], SCHEDULE["floor"]
_FIRST, _THEN = SCHEDULE["warm-up, lesson"]
WARMUP, DECAY = _FIRST * STEPS, (EPOCHS - _THEN) * STEPS
LAST = WARMUP + DECAY


def cosine(start=0.0, *, decay=DECAY, alpha=ALPHA, peak=PEAK, warmup=WARMUP):
    """CosineDecay; with the defaults the schedule of day 7."""
    return keras.optimizers.schedules.CosineDecay(
        start, decay, alpha=alpha, warmup_target=peak, warmup_steps=warmup
    )


def rates(schedule, steps):
    """The learning rate at each of the steps, one call a step; float64 array."""
    with _without_compiling():
        return np.array([float(schedule(int(step))) for step in steps])


def _without_compiling():
    """JAX would compile the schedule's condition anew at every call: 0.1 s each."""
    if keras.backend.backend() != "jax":
        return contextlib.nullcontext()
    import jax

    return jax.disable_jit()


def closed_form(t, *, peak, alpha, decay):
    """eta_min + (eta_max - eta_min) / 2 * (1 + cos(pi t / T)), eta_min = alpha peak."""
    low = alpha * peak
    return low + 0.5 * (peak - low) * (1 + np.cos(np.pi * np.asarray(t) / decay))


def peaks():
    """Peak learning rates from 0.001 to 0.5."""
    return st.integers(1, 500).map(lambda k: k / 1_000)


def lengths():
    """Numbers of steps."""
    return st.integers(2, 2_000)


def alphas():
    """Fractions of the peak, 0 among them."""
    return st.integers(0, 60).map(lambda k: k / 100)
