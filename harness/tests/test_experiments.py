"""Outcomes of training: the test that judges them, their units, a budget."""

import json
import math

import numpy as np
import pytest

from harness.evidence.verdict import FALSIFIED, HELD, INCONCLUSIVE
from harness.experiments import campaign, declaration, engine, ruling, units
from harness.experiments.campaign import Campaign
from harness.experiments.declaration import (
    COMPARISONS,
    Comparison,
    Control,
    condition,
)
from harness.experiments.ruling import LOOKS

CAMPAIGNS = 2_000
MATTERS = 1.0
STACK = {"python": "3"}
DATA_SHA256 = "none"


def sequence(differences):
    """The outcome of the looks at these differences, one after another."""
    for n in LOOKS:
        found = ruling.rule(differences[:n], MATTERS)
        if found.outcome != INCONCLUSIVE:
            break
    return found.outcome


LAWS = {
    "normal": lambda rng: rng.normal(size=LOOKS[-1]),
    "skewed": lambda rng: rng.exponential(size=LOOKS[-1]) - math.log(2),
    "tied": lambda rng: rng.integers(-1, 2, size=LOOKS[-1]).astype(float),
    "diverging": lambda rng: rng.choice([-math.inf, math.inf], size=LOOKS[-1]),
}
"""Differences whose median is 0."""


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize(("shift", "wrong"), [(0.0, HELD), (MATTERS, FALSIFIED)])
def test_false_verdicts_are_as_rare_as_promised(law, shift, wrong):
    """Of 2,000 campaigns of one comparison at either edge; one allowed by chance.

    Each may err with 4 looks * ALPHA, so that two errors come by chance with a
    probability of 1.4 %, and three with 0.1 %.
    """
    rng = np.random.default_rng(20261128)

    outcomes = [sequence(LAWS[law](rng) + shift) for _ in range(CAMPAIGNS)]

    assert outcomes.count(wrong) <= 2


def test_power_is_as_promised():
    """Of 2,000 campaigns whose differences are positive in 85 of 100 seeds."""
    rng = np.random.default_rng(20261128)
    draws = np.where(rng.random((CAMPAIGNS, LOOKS[-1])) < 0.85, 9.0, -9.0)

    decided = np.mean([sequence(one) == HELD for one in draws])

    exact = ruling.power(0.85, LOOKS)
    assert abs(decided - exact) < 5 * math.sqrt(exact * (1 - exact) / CAMPAIGNS) + 1e-3


def test_a_difference_that_is_real_and_too_small_is_refuted():
    """All 16 are positive, and all below what would matter."""
    assert ruling.rule([0.5] * 16, MATTERS).outcome == FALSIFIED
    assert ruling.rule([1.5] * 16, MATTERS).outcome == HELD
    assert ruling.rule([1.5] * 15, MATTERS).outcome == INCONCLUSIVE


def test_a_run_that_diverges_is_the_worst_of_all():
    """And no difference, if both do."""
    losses = [None, 1.0, None, 2.0], [1.0, None, None, 5.0]

    found = ruling.differences(*losses, lower=True)

    assert found == [-math.inf, math.inf, 0.0, 3.0]


def learned(settings, seed):
    """A trainer: the gain of these settings, and some noise of the seed."""
    noise = np.random.default_rng(seed).normal()
    return {"score": settings["gain"] + noise, "lost": float("nan")}


def dies(settings, seed):
    """A trainer whose process ends in the middle, the first time."""
    from pathlib import Path

    mark = Path(settings["mark"])
    if seed == 3 and not mark.exists():
        mark.write_text("")
        raise SystemExit if settings.get("gently") else _killed()
    return {"score": float(seed)}


def _killed():
    import os
    import signal

    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture
def compared(tmp_path):
    """Three points better, in every seed."""
    better = condition(learned, seconds=0.1, gain=3.0)
    plain = condition(learned, seconds=0.1, gain=0.0)
    return Comparison("three", better, plain, "score", False, 1.0, "", "")


@pytest.mark.slow
def test_a_campaign_stops_where_it_is_decided_and_is_resumed(compared, tmp_path):
    """After 16 seeds; a second run trains nothing, and a lost unit alone again."""
    made = Campaign([compared], tmp_path, STACK, first=5)
    made.run(lambda line: None)

    assert made.rulings["three"].outcome == HELD and made.rulings["three"].seeds == 16
    files = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert len(files) == 32
    lost = sorted(tmp_path.iterdir())[7]
    lost.unlink()
    assert made.plan().stored == 31
    made.run(lambda line: None)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == files
    assert json.loads(lost.read_text())["metrics"]["lost"] is None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("gain", "differs", "trouble"),
    [
        (0.0, False, ""),
        (9.0, True, ""),
        (9.0, False, "showed a difference"),
        (0.0, True, "showed no difference"),
    ],
)
def test_a_control_that_comes_out_wrong_is_told(
    compared, tmp_path, monkeypatch, gain, differs, trouble
):
    """The seed's noise is in both, so that only the gain can differ."""
    moved = condition(learned, seconds=0.1, gain=gain)
    known = Control(moved, compared.against, "score", differs)
    monkeypatch.setattr(campaign, "CONTROLS", {"known": known})

    made = Campaign([compared], tmp_path, STACK, first=5)
    made.run(lambda line: None)

    assert trouble in made.trouble and bool(trouble) == bool(made.trouble)


@pytest.mark.slow
def test_a_killed_process_costs_its_unit_only(tmp_path):
    """The others go on, and no result is missing at the end."""
    results = tmp_path / "results"
    results.mkdir()
    wanted = [
        units.Unit(condition(dies, seconds=0.1, mark=str(tmp_path / "mark")), seed)
        for seed in range(8)
    ]

    engine.run(wanted, results, STACK, progress=lambda done, all_: None)

    scores = [units.read(unit.file(results, STACK))["score"] for unit in wanted]
    assert scores == list(range(8))


def test_a_trainer_that_raises_is_one_sentence(tmp_path):
    wanted = [units.Unit(condition(learned, seconds=0.1, loss=0.0), 1)]

    with pytest.raises(engine.TrainingFailed, match="seed 1 raised KeyError: 'gain'"):
        engine.run(wanted, tmp_path, STACK, progress=lambda done, all_: None)


def test_a_budget_is_planned_without_a_clock(compared, tmp_path, monkeypatch):
    """What it pays for, and what that can show, is said before anything runs."""
    monkeypatch.setattr(engine, "cores", lambda: 2)
    seconds = campaign.START + campaign.RESERVE * 0.1 * 2 * 24 / 2

    plan = Campaign([compared], tmp_path, STACK, first=0, budget=seconds).plan()
    assert plan.looks == (16, 24) and plan.units == 48
    assert "at 16, 24 seeds: up to 48 trainings (0 are stored)" in plan.sentences(1)[0]
    none = Campaign([compared], tmp_path, STACK, first=0, budget=1.0).plan()
    assert none.looks == () and "pays for no comparison" in none.sentences(1)[0]


@pytest.mark.parametrize(
    ("change", "says"),
    [({"name": "a"}, "is declared twice"), ({"matters": 0.0}, "has to be above 0")],
)
def test_a_wrong_comparison_is_one_sentence(compared, monkeypatch, change, says):
    monkeypatch.setattr(declaration, "COMPARISONS", {"a": compared})
    given = {
        "name": "b",
        "of": compared.of,
        "against": compared.against,
        "metric": "score",
        "matters": 1.0,
        "because": "",
        "scope": "",
    }

    with pytest.raises(declaration.Undeclared, match=says):
        declaration.comparison(**given | change)
    assert "b" not in COMPARISONS
