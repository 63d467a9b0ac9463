"""From the outcomes of a claim's checks to its verdict: the table, and nothing else."""

from collections.abc import Iterable

UPHELD = "upheld"
REFUTED = "refuted"
QUALIFIED = "qualified"
INCONCLUSIVE = "inconclusive"
NOT_RUN = "not run"
BROKEN = "broken"
VERDICTS = (UPHELD, REFUTED, QUALIFIED, INCONCLUSIVE, NOT_RUN, BROKEN)
CORRECTED = "corrected"
"""A refuted claim that the reader's own copies no longer make (`--material`)."""
RECORDABLE = (UPHELD, REFUTED, QUALIFIED, INCONCLUSIVE)
FINDINGS = (REFUTED, QUALIFIED)
STANDS = "stands"
DISSOLVED = "dissolved"
"""What a contradiction between passages does; it is no claim and has no verdict."""
SEVERITIES = ("wording", "number", "lesson")

AS_WORDED = "as worded"
INSTEAD = "instead"
HOLDS_WHEN = "holds when"
FAILS_WHEN = "fails when"
TOGETHER = "all sides"
RIGHT = "right side"
ROLES = (AS_WORDED, INSTEAD, HOLDS_WHEN, FAILS_WHEN, TOGETHER, RIGHT)

HELD = "held"
FALSIFIED = "falsified"

_Table = dict[tuple[str | None, str | None], tuple[str, str]]
_TABLE: _Table = {
    (HELD, None): (UPHELD, ""),
    (FALSIFIED, None): (REFUTED, ""),
    (FALSIFIED, HELD): (REFUTED, ""),
    (HELD, FALSIFIED): (UPHELD, ""),
    (FALSIFIED, FALSIFIED): (BROKEN, "neither the text nor the correction holds"),
    (HELD, HELD): (BROKEN, "the correction does not contradict the text"),
}
_QUALIFIED_TABLE: _Table = {
    (HELD, FALSIFIED): (QUALIFIED, ""),
    (HELD, HELD): (UPHELD, ""),
    (FALSIFIED, FALSIFIED): (REFUTED, ""),
    (FALSIFIED, HELD): (BROKEN, "the two sides of the qualification are swapped"),
}
_ELSEWHERE: _Table = {
    (FALSIFIED, FALSIFIED): (REFUTED, "the correction is for other versions"),
    (HELD, HELD): (UPHELD, ""),
}
_QUALIFIED_ELSEWHERE: _Table = {
    (FALSIFIED, HELD): (QUALIFIED, "the other way round than in other versions"),
}
"""Where versions have a record of their own: its reason says what is true there."""
_CONTRADICTION_TABLE: _Table = {
    (FALSIFIED, HELD): (STANDS, ""),
    (HELD, HELD): (DISSOLVED, "all sides hold at once"),
    (FALSIFIED, FALSIFIED): (BROKEN, "the side that is named as right does not hold"),
    (HELD, FALSIFIED): (BROKEN, "the sides hold, and the one named as right does not"),
}


def predicted(recorded: str | None, role: str, elsewhere: bool = False) -> str | None:
    """The outcome that a check of `role` must have for `recorded` to stand.

    elsewhere: on versions with a record of their own. No correction is written for
    them, and of several checks one is enough to refute, or to see no failure: none is
    predicted then.
    """
    if recorded in (None, INCONCLUSIVE):
        return None
    if elsewhere and (role in (INSTEAD, FAILS_WHEN) or recorded != UPHELD):
        return None
    if role == FAILS_WHEN:
        return HELD if recorded == UPHELD else FALSIFIED
    if role == TOGETHER or (role == AS_WORDED and recorded == REFUTED):
        return FALSIFIED
    return HELD


def form(
    checks: Iterable[tuple[str, str, str]], elsewhere: bool = False
) -> tuple[str, str]:
    """The verdict on `(role, outcome, reason)` triples, and why if it needs saying.

    Broken beats not run beats the table. Several checks of one role are joined: a
    statement falls with one falsification, a named failure needs every one of them.
    elsewhere: on versions with a record of their own, for which no correction speaks.
    """
    triples = list(checks)
    for unusable in (BROKEN, NOT_RUN):
        reasons = [reason for _, outcome, reason in triples if outcome == unusable]
        if reasons:
            return unusable, reasons[0]
    if not triples:
        return NOT_RUN, "no check"
    sides = {role: _joined(role, triples) for role in ROLES}
    if sides[HOLDS_WHEN] or sides[FAILS_WHEN]:
        table, pair = _QUALIFIED_TABLE, (sides[HOLDS_WHEN], sides[FAILS_WHEN])
        other = _QUALIFIED_ELSEWHERE
        missing = "one side of the qualification has no check"
    elif sides[TOGETHER] or sides[RIGHT]:
        table, pair = _CONTRADICTION_TABLE, (sides[TOGETHER], sides[RIGHT])
        other = {}
        missing = "a contradiction needs a check of all sides and one of the right side"
    else:
        table, pair = _TABLE, (sides[AS_WORDED], sides[INSTEAD])
        other = _ELSEWHERE
        missing = "no check as worded"
    if INCONCLUSIVE in pair:
        return INCONCLUSIVE, "an interval settles neither side"
    if elsewhere:
        table = table | other
    return table.get(pair, (BROKEN, missing))


def _joined(role: str, triples: list[tuple[str, str, str]]) -> str | None:
    """One outcome for all checks of a role; None if there is none."""
    outcomes = [outcome for r, outcome, _ in triples if r == role]
    order = (FALSIFIED, INCONCLUSIVE, HELD)
    if role == FAILS_WHEN:
        order = (HELD, INCONCLUSIVE, FALSIFIED)
    return next((outcome for outcome in order if outcome in outcomes), None)
