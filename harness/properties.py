"""Property checks: Hypothesis draws the configuration, the run's seed the rest."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import random
import sys
from collections.abc import Callable, Iterator
from typing import Any

import hypothesis
import numpy as np
from hypothesis import HealthCheck, Phase
from hypothesis.internal.conjecture import providers

from harness.evidence import FIRST, SHRINK, Falsified, current

EXAMPLES = 21
EXPLORING = (Phase.explicit, Phase.generate)
SHRINKING = (Phase.explicit, Phase.generate, Phase.shrink)

example = hypothesis.example


def load_profile(*, examples: int = EXAMPLES) -> None:
    """Our profile, also where Hypothesis would load its own (CI): no data base, no
    deadline, the seed from us, and no shrinking until a verdict changes."""
    _draw_no_constants_of_our_code()
    hypothesis.settings.register_profile(
        "audit",
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=False,
        report_multiple_bugs=False,
        print_blob=False,
        phases=EXPLORING,
        suppress_health_check=list(HealthCheck),
    )
    hypothesis.settings.load_profile("audit")


def _draw_no_constants_of_our_code() -> None:
    """Hypothesis draws one value in twenty from the constants that stand in the local
    modules imported so far (hypothesis.internal.constants_ast): an edit anywhere would
    change the draws everywhere, and a check alone would not replay its run."""
    providers._get_local_constants = lambda: providers._local_constants


def given(**strategies: Any) -> Callable[[Callable], Callable]:
    """Hypothesis' `given`, with every random generator seeded for each example.

    The seed follows from the run's seed, the check and the drawn values, so that an
    example replays alone, in any order, in any process. Hypothesis sees a falsification
    only when the measurement asks to shrink: its own handling of a failure (replay,
    traceback, report) takes a second, and refuted claims are falsified in every run.
    """

    def decorate(test: Callable) -> Callable:
        @functools.wraps(test)
        def one_example(**drawn: Any) -> None:
            measurement = current()
            if measurement.falsified_at and measurement.mode == FIRST:
                return
            key = measurement.begin_example(drawn)
            seed_example(derive(measurement.seed, measurement.check, key))
            try:
                test(**drawn)
            except Falsified:
                if measurement.mode == SHRINK:
                    raise

        return hypothesis.given(**strategies)(one_example)

    return decorate


def derive(seed: int, *names: str) -> int:
    """A 31-bit seed for a part of the run, the same in every process."""
    text = "\x1f".join((str(seed), *names)).encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:4], "big") >> 1


@contextlib.contextmanager
def own_seed(*names: str) -> Iterator[None]:
    """A seed derived from the run's and `names`; afterwards the generators go on as
    if nothing had been drawn."""
    python, numpy_state = random.getstate(), np.random.get_state()
    torch = sys.modules.get("torch")
    torch_state = torch.get_rng_state() if torch else None
    seed_example(derive(current().seed, *names))
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy_state)
        if torch and torch_state is not None:
            torch.set_rng_state(torch_state)


def seed_tensorflow(seed: int) -> None:
    """TensorFlow's global seed, which serves tf.random, tf.image and tf.data alone."""
    if "tensorflow" in sys.modules:
        sys.modules["tensorflow"].random.set_seed(seed)


def seed_training(*names: str) -> None:
    """All generators, from the run's seed and `names`: TensorFlow's too, which draws
    the order of rows that `fit` shuffles."""
    seed = derive(current().seed, *names)
    seed_example(seed)
    seed_tensorflow(seed)


def seed_example(seed: int) -> None:
    """Python's generator, from which Keras draws its seeds, NumPy's and torch's.

    TensorFlow's global seed stays: Keras does not use it, and setting it drops every
    cached kernel (tensorflow.python.eager.context:Context._clear_caches), which makes
    each later call ten times as slow. `torch.manual_seed` would queue a call for every
    kind of accelerator each time; the CPU's generator is the one that checks use. JAX
    has no global generator.
    """
    random.seed(seed)
    np.random.seed(seed)
    if "torch" in sys.modules:
        sys.modules["torch"].default_generator.manual_seed(seed)
    if "keras" in sys.modules:
        from keras.src.backend.common import global_state

        global_state.set_global_attribute("global_seed_generator", None)
