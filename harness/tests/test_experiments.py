"""Outcomes of training: the test that judges them, their units, a budget."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from harness.evidence.verdict import FALSIFIED, HELD, INCONCLUSIVE
from harness.experiments import (
    campaign,
    cluster,
    declaration,
    engine,
    ruling,
    units,
)
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
ROOT = Path(__file__).parents[2]


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
    noise = np.random.default_rng([seed, settings.get("stream", 0)]).normal()
    return {"score": settings["gain"] + noise, "lost": float("nan")}


def dies(settings, seed):
    """A trainer whose process ends in the middle, the first time."""
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
    made.run(made.plan(), lambda line: None)

    assert made.rulings["three"].outcome == HELD and made.rulings["three"].seeds == 16
    files = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert len(files) == 32
    lost = sorted(tmp_path.iterdir())[7]
    lost.unlink()
    assert made.plan().stored == 31
    made.run(made.plan(), lambda line: None)
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
    made.run(made.plan(), lambda line: None)

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


def seconds(seeds, conditions=2):
    """A budget for trainings of 0.1 s each on two cores."""
    trained = campaign.RESERVE * 0.1 * conditions * seeds / 2
    return campaign.START + trained + 0.01


def planned(comparisons, folder, budget):
    return Campaign(comparisons, folder, STACK, first=0, budget=budget)


@pytest.fixture
def two_cores(monkeypatch):
    """And no controls, which a budget has to pay for as well."""
    monkeypatch.setattr(engine, "cores", lambda: 2)
    monkeypatch.setattr(campaign, "CONTROLS", {})


def test_a_budget_is_planned_without_a_clock(compared, tmp_path, two_cores):
    """What it pays for, and what that can show, is said before anything runs."""
    plan = planned([compared], tmp_path, seconds(24)).plan()
    assert plan.looks == (16, 24) and plan.units == 48
    said = plan.sentences()[0]
    assert "1 comparison at 16, 24 seeds, and at more where it is open: up" in said
    assert "48 trainings (0 are stored)" in said
    none = planned([compared], tmp_path, 1.0).plan()
    assert none.looks == () and "pays for no comparison" in none.sentences()[0]


def test_a_small_budget_leaves_comparisons_out(compared, tmp_path, two_cores):
    """The first ones are judged, and the number of the others is said."""
    worse = condition(learned, seconds=0.1, gain=-3.0)
    other = replace(compared, name="other", of=worse)

    plan = planned([compared, other], tmp_path, seconds(16)).plan()

    assert [one.name for one in plan.comparisons] == ["three"] and plan.left_out == 1
    assert "; 1 left out: up to 32 trainings" in plan.sentences()[0]


@pytest.mark.slow
def test_what_is_decided_leaves_its_budget_to_the_others(compared, tmp_path, two_cores):
    """Two comparisons at 16 seeds are paid for, or one of them at 24."""
    even = condition(learned, seconds=0.1, gain=0.5, stream=1)
    open_ = replace(compared, name="open", of=even)
    made = planned(
        [compared, open_], tmp_path, seconds(16, 3) + seconds(8) - campaign.START
    )

    made.run(made.plan(), lambda line: None)

    assert made.rulings["three"].seeds == 16
    assert made.rulings["open"].seeds == 24


@pytest.mark.slow
def test_a_ray_cluster_brings_the_same_results(compared, tmp_path):
    """Byte for byte, also when a worker is killed in the middle."""
    dying = condition(dies, seconds=0.1, mark=str(tmp_path / "mark"))
    wanted = [units.Unit(c, s) for c in (compared.of, dying) for s in range(8)]
    here, there = tmp_path / "here", tmp_path / "there"

    def train(folder, **given):
        engine.run(wanted, folder, STACK, progress=lambda done, all_: None, **given)
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    local = train(here)
    (tmp_path / "mark").unlink()
    assert train(there, workers=cluster.on(ROOT)) == local
    assert (tmp_path / "mark").exists() and len(local) == 16


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
