"""The measuring code itself, on machines with invented time."""

import gc
import random

import pytest

from harness.benchmark import calibrate, trials
from harness.benchmark.simulation import KINDS, RATIOS, Machine

RUNS = 500


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ratio", RATIOS)
def test_the_interval_covers_the_truth(kind, ratio):
    """At least 98.2 % of the simulated runs, under each disturbance."""
    assert calibrate.coverage(kind, ratio, RUNS) >= calibrate.PROMISED


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_the_same_configuration_is_rarely_told_apart(kind):
    """A/A is falsified in at most 1 % of the runs, plus the binomial bound."""
    false = calibrate.false_verdicts(kind, RUNS)

    assert false <= calibrate.most_false(RUNS)


def planned(*steps, kind="calm"):
    machine = Machine(kind, 7)
    arms = [
        trials.Arm(f"arm {n}", "group", machine.arm(s)) for n, s in enumerate(steps)
    ]
    return machine, arms, trials.prepare(arms, clock=machine.clock)


def test_blocks_of_compared_arms_last_equally_long():
    """A disturbance weighs the same in both."""
    _, _, plan = planned(0.001, 0.004)

    assert plan.steps["arm 0"] * 0.001 == pytest.approx(trials.SHORTEST, rel=0.15)
    assert plan.steps["arm 1"] * 0.004 == pytest.approx(trials.SHORTEST, rel=0.15)


def test_a_dear_synchronization_makes_blocks_longer():
    """Clock and wait stay under 0.5 % of a block."""
    now = [0.0]

    def run(steps):
        now[0] += steps * 0.001 + 0.002

    plan = trials.prepare([trials.Arm("a", "g", run)], clock=lambda: now[0])

    assert trials.OVERHEAD * plan.steps["a"] * plan.step_seconds["a"] >= 0.002


def test_warm_up_goes_on_until_the_steps_are_flat():
    """A step that begins ten times as long and settles is measured when settled."""
    now, count = [0.0], [0]

    def run(steps):
        for _ in range(steps):
            count[0] += 1
            now[0] += 0.02 * (1 + 9 * 0.5 ** count[0])

    plan = trials.prepare([trials.Arm("a", "g", run)], clock=lambda: now[0])

    assert plan.stable["a"]
    assert plan.step_seconds["a"] == pytest.approx(0.02, rel=0.05)


def test_each_round_runs_every_arm_once_in_a_new_order():
    """Randomized multiple interleaved trials."""
    machine, arms, plan = planned(0.001, 0.002, 0.003)
    rng = random.Random(7)

    blocks = list(trials.rounds(arms, plan, count=20, clock=machine.clock, rng=rng))

    orders = [tuple(b.name for b in blocks if b.round == n) for n in range(20)]
    assert all(sorted(order) == ["arm 0", "arm 1", "arm 2"] for order in orders)
    assert len(set(orders)) > 3


def test_the_controls_have_a_round_of_their_own():
    """Behind each round, numbered from the count on; the others are paired as ever."""
    arms = [trials.Arm(name, "g", lambda steps: None) for name in "abc"]
    plan = trials.Plan(*(dict.fromkeys("abc", 1) for _ in range(4)))
    blocks = list(
        trials.rounds(
            arms,
            plan,
            count=3,
            clock=lambda: 0.0,
            rng=random.Random(7),
            collector=False,
            again="ab",
        )
    )

    numbers = {
        name: sorted(b.round for b in blocks if b.name == name) for name in "abc"
    }
    assert numbers == {"a": [0, 1, 2, 3, 4, 5], "b": [0, 1, 2, 3, 4, 5], "c": [0, 1, 2]}


def test_the_garbage_collector_rests_while_blocks_are_timed():
    """And works again afterwards, also when a step raises."""
    seen = []
    arm = trials.Arm("a", "g", lambda steps: seen.append(gc.isenabled()))
    plan = trials.Plan({"a": 1}, {"a": 1.0}, {"a": True}, {"a": 1})

    list(trials.rounds([arm], plan, count=2, clock=lambda: 0.0, rng=random.Random(7)))

    assert seen == [False, False]
    assert gc.isenabled()


def test_one_hiccup_does_not_move_the_ratio():
    """The median over rounds: one block of ten times the length is no matter."""
    blocks = [
        trials.Block(n, name, 1, seconds)
        for n in range(9)
        for name, seconds in (("a", 2.0 if n else 20.0), ("b", 1.0))
    ]

    assert trials.log_ratio(blocks, "a", "b") == pytest.approx(0.6931, abs=1e-4)
