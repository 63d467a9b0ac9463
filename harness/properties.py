"""Property checks: Hypothesis draws the configuration, the run's seed the rest."""

from __future__ import annotations

import functools
import hashlib
import random
import sys
from collections.abc import Callable
from typing import Any

import hypothesis
import numpy as np
from hypothesis import HealthCheck, Phase

from harness.evidence import current

EXAMPLES = 25
EXPLORE = (Phase.explicit, Phase.generate)
SHRINK = (Phase.explicit, Phase.generate, Phase.shrink)

example = hypothesis.example


def load_profile(*, examples: int = EXAMPLES) -> None:
    """Our profile, also where Hypothesis would load its own (CI): no data base, no
    deadline, the seed from us, and no shrinking until a verdict changes."""
    hypothesis.settings.register_profile(
        "audit",
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=False,
        report_multiple_bugs=False,
        print_blob=False,
        phases=EXPLORE,
        suppress_health_check=list(HealthCheck),
    )
    hypothesis.settings.load_profile("audit")


def given(**strategies: Any) -> Callable[[Callable], Callable]:
    """Hypothesis' `given`, with every random generator seeded for each example.

    The seed follows from the run's seed, the check and the drawn values, so that an
    example replays alone, in any order, in any process.
    """

    def decorate(test: Callable) -> Callable:
        @functools.wraps(test)
        def one_example(**drawn: Any) -> None:
            measurement = current()
            key = measurement.begin_example(drawn)
            seed_everything(derive(measurement.seed, measurement.check, key))
            test(**drawn)

        return hypothesis.given(**strategies)(one_example)

    return decorate


def derive(seed: int, *names: str) -> int:
    """A 31-bit seed for a part of the run, the same in every process."""
    text = "\x1f".join((str(seed), *names)).encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:4], "big") >> 1


def seed_everything(seed: int) -> None:
    """Python, NumPy, and those of Keras, its backend, TensorFlow and torch that are in.

    JAX has no global generator; Keras' own follows `set_random_seed`.
    """
    random.seed(seed)
    np.random.seed(seed)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(seed)
    if "tensorflow" in sys.modules:
        sys.modules["tensorflow"].random.set_seed(seed)
    if "keras" in sys.modules:
        sys.modules["keras"].utils.set_random_seed(seed)
