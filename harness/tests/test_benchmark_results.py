"""Processes, planned looks, the controls' word: on lines that a worker could print."""

import random

import pytest

from harness.benchmark import controller
from harness.benchmark.configuration import AGAIN, CONTROL, STEP_TIME, TWICE, Ratio
from harness.benchmark.report import lines
from harness.evidence.verdict import FALSIFIED, HELD, INCONCLUSIVE

RATIOS = [
    Ratio("quick", "slow"),
    Ratio(AGAIN, CONTROL, STEP_TIME),
    Ratio(TWICE, CONTROL, STEP_TIME),
]
STEPS = {"quick": 1.0, "slow": 3.0, CONTROL: 1.0, AGAIN: 1.0, TWICE: 2.0}


def measured(*, noise=0.01, seconds=1e9, takes=10.0, shrunk=1, **steps):
    """A run on processes that take `takes` seconds and print blocks with noise."""
    spent, rng = [0.0], random.Random(7)

    def worker(number, share, names):
        spent[0] += takes
        for name, step in (STEPS | steps).items():
            yield {
                "type": "arm",
                "name": name,
                "examples": 1,
                "stable": True,
                "shrunk": shrunk,
            }
            for k in range(5):
                took = step * (1 + rng.gauss(0, noise))
                yield {
                    "type": "block",
                    "name": name,
                    "round": k,
                    "of_rounds": 5,
                    "steps": 1,
                    "seconds": took,
                }
        yield {"type": "end"}

    order = controller.Order(RATIOS, 7, seconds)
    return controller.measure(order, worker=worker, clock=lambda: spent[0])


def test_a_quiet_machine_needs_eight_processes():
    """All ratios are narrow enough at the first look."""
    found = measured(noise=0.005)

    assert found.processes == 8
    assert found.trouble() is None
    assert found.judged("quick", "slow", 1.5, 3.2) == (HELD, "")
    assert found.judged("quick", "slow", 1.5, 2.0)[0] == FALSIFIED
    assert found.judged("quick", "slow", 1.5, 3.0)[0] == INCONCLUSIVE


def test_a_noisy_machine_goes_on_to_the_later_looks():
    """14 and 22 processes, as planned; never a number in between."""
    assert measured(noise=0.10).processes == 22
    assert measured(noise=0.10, seconds=150).processes == 14
    assert measured(noise=0.10, seconds=130).processes == 8


def test_a_budget_for_fewer_than_eight_processes_settles_nothing():
    """The reason says how many there were, and how long it should take."""
    found = measured(seconds=45)

    outcome, reason = found.judged("quick", "slow", 1.0, 9.0)

    assert outcome == INCONCLUSIVE
    assert "of 8 processes: more time suggested" in reason


@pytest.mark.parametrize("steps", [{AGAIN: 1.2}, {TWICE: 2.5}])
def test_failed_controls_make_everything_inconclusive(steps):
    """A/A must contain 1.00 and twice the work 2.0."""
    found = measured(**steps)

    outcome, reason = found.judged("quick", "slow", 1.5, 9.0)

    assert outcome == INCONCLUSIVE
    assert reason.startswith("machine too noisy")
    assert found.reading("quick", "slow") == "unsettled"


def test_readings_of_ratios_without_a_claim():
    """More, less, the same; the rest is unsettled."""
    found = measured(noise=0.005)

    assert found.reading("quick", "slow") == "more"
    assert found.reading(TWICE, CONTROL) == "as it must"
    assert found.reading(AGAIN, CONTROL) == "as it must"


def test_a_process_that_ends_early_is_an_error(tmp_path):
    """With the last line of what it said."""
    order = controller.Order(RATIOS, 7, 5.0, module="no.such.module", folder=tmp_path)

    with pytest.raises(controller.WorkerFailed, match="No module named 'no'"):
        controller.measure(order)


def test_batches_that_did_not_fit_are_named():
    """A note, and no failure."""
    found = measured(noise=0.005, shrunk=4)

    assert found.shrunk["quick"] == 4
    assert "quick was measured with 1/4 of its batch: out of memory" in lines(found)


def test_what_the_budget_left_out_is_named():
    """A row like the others, since it was asked for."""
    found = measured(noise=0.005)
    found.left_out.append("eager over control, step time")

    told = [" ".join(line.split()) for line in lines(found)]

    assert (
        "not measured left out eager over control, step time: the budget is spent"
        in told
    )


def test_memory_is_compared_at_equal_batches_only():
    """The peak is what stays and what a step adds."""
    found = measured(noise=0.005)
    told = {"counter": "bytes", "examples": 8, "model": 100, "activations": 300}
    found.memory = {"quick": told, "slow": told | {"activations": 700}}

    assert found.memory_ratio("quick", "slow") == {
        "peak": 0.5,
        "model": 1.0,
        "activations": 300 / 700,
    }
    found.memory["slow"]["examples"] = 4
    assert found.memory_ratio("quick", "slow") is None
