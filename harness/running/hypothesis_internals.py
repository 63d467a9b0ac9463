"""What Hypothesis has no setting for; each piece says what it spares.

These names are not part of Hypothesis' interface. `harness/tests/test_internals.py`
fails when one of them is gone.
"""

from __future__ import annotations

from typing import Any

import hypothesis
from hypothesis.internal import entropy
from hypothesis.internal.conjecture import providers


def draw_no_constants_of_our_code() -> None:
    """Hypothesis draws one value in twenty from the constants that stand in the local
    modules imported so far (hypothesis.internal.constants_ast): an edit anywhere would
    change the draws everywhere, and a check alone would not replay its run."""
    providers._get_local_constants = lambda: providers._local_constants


def leave_generators_alone() -> None:
    """Hypothesis seeds Python's and NumPy's generators around each example and sets
    them back, which `given` does again with the example's own seed."""
    entropy.get_seeder_and_restorer = lambda seed=0: (_nothing, _nothing)


def without_database_key(test: Any) -> None:
    """The key is a digest of the test's source, and there is no data base to use it."""
    test._hypothesis_internal_database_key = None


def use(test: Any, settings: hypothesis.settings) -> None:
    """From now on the test runs with these settings."""
    test._hypothesis_internal_use_settings = settings


def _nothing() -> None:
    pass
