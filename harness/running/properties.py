"""Property checks: Hypothesis draws the configuration, the run's seed the rest."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase

from harness.evidence.measurement import FIRST, SHRINK, Falsified, current
from harness.evidence.seeds import derive, seed_example
from harness.running import hypothesis_internals

EXAMPLES = 21
EXPLORING = (Phase.explicit, Phase.generate)
SHRINKING = (Phase.explicit, Phase.generate, Phase.shrink)
Test = Callable[..., Any]

example = hypothesis.example


def load_profile(*, examples: int = EXAMPLES) -> None:
    """Our profile, also where Hypothesis would load its own (CI): no data base, no
    deadline, the seed from us, and no shrinking until a verdict changes."""
    hypothesis_internals.draw_no_constants_of_our_code()
    hypothesis_internals.leave_generators_alone()
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


def given(**strategies: Any) -> Callable[[Test], Test]:
    """Hypothesis' `given`, with every random generator seeded for each example.

    The seed follows from the run's seed, the check and the drawn values, so that an
    example replays alone, in any order, in any process. Hypothesis sees a falsification
    only when the measurement asks to shrink: its own handling of a failure (replay,
    traceback, report) takes a second, and refuted claims are falsified in every run.
    """

    def decorate(test: Test) -> Test:
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

        drawing = hypothesis.given(**strategies)(one_example)
        hypothesis_internals.without_database_key(drawing)
        return drawing

    return decorate
