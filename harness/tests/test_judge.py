"""Each verb with one passing and two failing cases."""

import numpy as np
import pytest

from harness.evidence import judge
from harness.evidence.judge import Falsified
from harness.evidence.measurement import Measurement, measuring

ONE = np.ones(3, "float32")
RNG = np.random.default_rng(0)
COIN = RNG.random(4_096) < 0.5
OTHER = RNG.random(4_096) < 0.5


@pytest.fixture(autouse=True)
def measured():
    """The verbs work inside of a check only."""
    with measuring(Measurement()):
        yield


@pytest.mark.parametrize(
    ("passes", "fails", "fails_too"),
    [
        (
            lambda: judge.close(ONE, 1 + 2.0**-24, operations=2),
            lambda: judge.close(ONE, 1.000001, operations=2),
            lambda: judge.close(ONE * np.nan, 1, operations=2),
        ),
        (
            lambda: judge.equal([1, 2], [1, 2]),
            lambda: judge.equal([1, 2], [1, 3]),
            lambda: judge.equal("float16", "float32"),
        ),
        (
            lambda: judge.equal(ONE, np.ones(3)),
            lambda: judge.equal(ONE, np.ones(2)),
            lambda: judge.equal(ONE, 0),
        ),
        (
            lambda: judge.true([True, True], what="so"),
            lambda: judge.true([True, False], what="so"),
            lambda: judge.true(False, what="so"),
        ),
        (
            lambda: judge.false([False, False], what="so"),
            lambda: judge.false([True, False], what="so"),
            lambda: judge.false(True, what="so"),
        ),
        (
            lambda: judge.contains({"loss": 1}, "loss", what="logs"),
            lambda: judge.contains({"loss": 1}, "accuracy", what="logs"),
            lambda: judge.contains([], 1, what="logs"),
        ),
        (
            lambda: judge.printed(0.0005412, "0.000541"),
            lambda: judge.printed(0.0005416, "0.000541"),
            lambda: judge.printed(float("nan"), "0.000541"),
        ),
        (
            lambda: judge.within([0.2, 0.3], 0.1, 0.4),
            lambda: judge.within([0.2, 0.5], 0.1, 0.4),
            lambda: judge.within([np.nan], 0.1, 0.4),
        ),
        (
            lambda: judge.at_most(ONE, 1),
            lambda: judge.at_most(ONE, 0.9),
            lambda: judge.at_most([np.nan], 1),
        ),
        (
            lambda: judge.at_least(ONE, 1),
            lambda: judge.at_least(ONE, 1.1),
            lambda: judge.at_least([np.nan], 1),
        ),
        (
            lambda: judge.apart(ONE, [1, 1, 2], by=0.5),
            lambda: judge.apart(ONE, [1, 1, 1.4], by=0.5),
            lambda: judge.apart(ONE, ONE, by=0.5),
        ),
        (
            lambda: judge.runs(lambda: 1),
            lambda: judge.runs(lambda: 1 / 0),
            lambda: judge.runs(lambda: [].pop()),
        ),
        (
            lambda: judge.raises(KeyError, lambda: {}["a"]),
            lambda: judge.raises(KeyError, lambda: 1),
            lambda: judge.raises((KeyError, TypeError), lambda: None),
        ),
        (
            lambda: judge.proportion(2048, of=4096, claimed=0.5, resolves=0.2),
            lambda: judge.proportion(3000, of=4096, claimed=0.5, resolves=0.2),
            lambda: judge.proportion(1000, of=4096, claimed=0.5, resolves=0.2),
        ),
        (
            lambda: judge.independent(COIN, OTHER, resolves=0.1),
            lambda: judge.independent(COIN, COIN, resolves=0.1),
            lambda: judge.independent(COIN, ~COIN, resolves=0.1),
        ),
    ],
)
def test_a_verb_passes_what_is_so_and_falsifies_what_is_not(passes, fails, fails_too):
    """What holds returns; what does not raises a falsification, NaN included."""
    passes()

    with pytest.raises(Falsified):
        fails()
    with pytest.raises(Falsified):
        fails_too()


def test_another_exception_than_the_expected_one_is_not_judged():
    """A call refused for another reason is an error of ours, not a finding."""
    with pytest.raises(ZeroDivisionError):
        judge.raises(KeyError, lambda: 1 / 0)
