"""Literal outcomes in, literal verdicts out: every row of the table."""

import pytest

from harness.evidence.verdict import form, predicted
from harness.running import terminal

A, N, H, F = "as worded", "instead", "holds when", "fails when"


@pytest.mark.parametrize(
    ("checks", "verdict"),
    [
        ([(A, "held")], "upheld"),
        ([(A, "held"), (A, "held")], "upheld"),
        ([(A, "falsified"), (N, "held")], "refuted"),
        ([(A, "falsified")], "refuted"),
        ([(A, "held"), (A, "falsified")], "refuted"),
        ([(A, "falsified"), (N, "falsified")], "broken"),
        ([(A, "held"), (N, "held")], "broken"),
        ([(A, "held"), (N, "falsified")], "upheld"),
        ([(N, "held")], "broken"),
        ([(H, "held"), (F, "falsified")], "qualified"),
        ([(H, "held"), (F, "held")], "upheld"),
        ([(H, "falsified"), (F, "falsified")], "refuted"),
        ([(H, "falsified"), (F, "held")], "broken"),
        ([(H, "held"), (F, "falsified"), (F, "held")], "upheld"),
        ([(H, "held")], "broken"),
        ([(F, "falsified")], "broken"),
        ([(A, "inconclusive")], "inconclusive"),
        ([(A, "falsified"), (N, "inconclusive")], "inconclusive"),
        ([(H, "held"), (F, "inconclusive")], "inconclusive"),
        ([(A, "broken"), (N, "held")], "broken"),
        ([(A, "not run"), (N, "held")], "not run"),
        ([(A, "not run"), (N, "broken")], "broken"),
        ([], "not run"),
    ],
)
def test_the_table(checks, verdict):
    """Each combination of outcomes has the verdict of the design's table."""
    assert form([(role, outcome, "") for role, outcome in checks])[0] == verdict


@pytest.mark.parametrize(
    ("recorded", "role", "outcome"),
    [
        ("upheld", A, "held"),
        ("refuted", A, "falsified"),
        ("refuted", N, "held"),
        ("qualified", H, "held"),
        ("qualified", F, "falsified"),
        ("inconclusive", A, None),
        (None, A, None),
    ],
)
def test_what_a_role_predicts(recorded, role, outcome):
    """A recorded verdict says what each check of each role must measure."""
    assert predicted(recorded, role) == outcome


@pytest.mark.parametrize(
    ("checks", "verdict"),
    [
        ([(A, "falsified"), (N, "falsified")], "refuted"),
        ([(A, "held"), (N, "held")], "upheld"),
        ([(A, "held"), (N, "falsified")], "upheld"),
        ([(H, "falsified"), (F, "held")], "qualified"),
        ([(H, "falsified"), (F, "falsified")], "refuted"),
        ([(A, "broken"), (N, "held")], "broken"),
    ],
)
def test_no_correction_speaks_for_versions_with_a_record_of_their_own(checks, verdict):
    """The record there has a reason, which says what is true."""
    triples = [(role, outcome, "") for role, outcome in checks]

    assert form(triples, elsewhere=True)[0] == verdict


@pytest.mark.parametrize(
    ("recorded", "role", "outcome"),
    [
        ("upheld", A, "held"),
        ("upheld", F, None),
        ("upheld", N, None),
        ("refuted", A, None),
        ("qualified", H, None),
    ],
)
def test_what_a_role_predicts_there(recorded, role, outcome):
    """One of several checks is enough to refute, or to see no failure."""
    assert predicted(recorded, role, elsewhere=True) == outcome


def test_the_reason_of_a_broken_check_is_kept():
    """The first broken check's reason becomes the claim's."""
    checks = [(A, "held", ""), (N, "broken", "ValueError: shapes")]

    assert form(checks) == ("broken", "ValueError: shapes")


@pytest.mark.parametrize(
    ("whole", "measured", "said"),
    [
        (1e-9, 0.0, "chance of any false change: at most 1.0e-09"),
        (0.0, 0.02, "chance of any false ratio or outcome: at most 2.0e-02"),
        (
            1e-9,
            0.02,
            "chance of any false change: at most 1.0e-09, of any false ratio or "
            "outcome: at most 2.0e-02",
        ),
    ],
)
def test_what_is_measured_has_a_bound_of_its_own(whole, measured, said):
    """Ratios of time and outcomes of training err more often than the audit's checks,
    which the promise of one in a million is about."""
    told = {"false_alarm_bound": whole, "measured_bound": measured}

    assert terminal.chances(told) == said
