"""Literal outcomes in, literal verdicts out: every row of the table."""

import pytest

from harness.verdict import form, predicted

A, I, H, F = "as worded", "instead", "holds when", "fails when"


@pytest.mark.parametrize(
    ("checks", "verdict"),
    [
        ([(A, "held")], "upheld"),
        ([(A, "held"), (A, "held")], "upheld"),
        ([(A, "falsified"), (I, "held")], "refuted"),
        ([(A, "falsified")], "refuted"),
        ([(A, "held"), (A, "falsified")], "refuted"),
        ([(A, "falsified"), (I, "falsified")], "broken"),
        ([(A, "held"), (I, "held")], "broken"),
        ([(A, "held"), (I, "falsified")], "upheld"),
        ([(I, "held")], "broken"),
        ([(H, "held"), (F, "falsified")], "qualified"),
        ([(H, "held"), (F, "held")], "upheld"),
        ([(H, "falsified"), (F, "falsified")], "refuted"),
        ([(H, "falsified"), (F, "held")], "broken"),
        ([(H, "held"), (F, "falsified"), (F, "held")], "upheld"),
        ([(H, "held")], "broken"),
        ([(F, "falsified")], "broken"),
        ([(A, "inconclusive")], "inconclusive"),
        ([(A, "falsified"), (I, "inconclusive")], "inconclusive"),
        ([(H, "held"), (F, "inconclusive")], "inconclusive"),
        ([(A, "broken"), (I, "held")], "broken"),
        ([(A, "not run"), (I, "held")], "not run"),
        ([(A, "not run"), (I, "broken")], "broken"),
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
        ("refuted", I, "held"),
        ("qualified", H, "held"),
        ("qualified", F, "falsified"),
        ("inconclusive", A, None),
        (None, A, None),
    ],
)
def test_what_a_role_predicts(recorded, role, outcome):
    """A recorded verdict says what each check of each role must measure."""
    assert predicted(recorded, role) == outcome


def test_the_reason_of_a_broken_check_is_kept():
    """The first broken check's reason becomes the claim's."""
    checks = [(A, "held", ""), (I, "broken", "ValueError: shapes")]

    assert form(checks) == ("broken", "ValueError: shapes")
