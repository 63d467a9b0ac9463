"""What is wrong with the declarations of a project, once all of them are collected."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterable, Iterator

from harness.documents.ledger import Ledgers, Row, Source
from harness.evidence import verdict as v
from harness.running.claim import Claim, Statement
from harness.stack.places import owner_and_name


def refused(claims: Iterable[Statement], ledgers: Ledgers) -> list[str]:
    """A sentence for each declaration that nobody could trust."""
    told = _Rows(ledgers)
    found: list[str] = []
    for claim in claims:
        if (
            isinstance(claim, Claim)
            and claim.recorded == v.REFUTED
            and not claim.elsewhere
        ):
            found += _without_support(claim)
        found += [
            f"claim {claim.id!r} cites {source}, and no passage of the ledger is "
            "there: a blank line says nothing"
            for source in claim.sources
            if isinstance(source, Source) and told.complete(source.document)
            if not told.at(source)
        ]
    return found


def _without_support(claim: Claim) -> Iterator[str]:
    roles = {check.role for check in claim.checks}
    if v.AS_WORDED in roles and v.INSTEAD not in roles:
        yield (
            f"claim {claim.id!r} is refuted and nothing checks its correction: add a "
            "test with `@claim.instead`"
        )
    if not claim.faults:
        yield (
            f"claim {claim.id!r} is refuted and names no fault, so nobody has seen its "
            "checks fail: add `faults=[...]`"
        )


def notes(claims: Iterable[Statement], ledgers: Ledgers) -> list[str]:
    """What a newcomer has still to do, and what another version lacks."""
    told = _Rows(ledgers)
    found = []
    for claim in claims:
        places = [s for s in claim.sources if isinstance(s, Source)]
        if isinstance(claim, Claim) and any(
            told.complete(s.document)
            and not any(claim.id in row.get("claims", []) for row in told.at(s))
            for s in places
        ):
            found.append(
                f"no passage of a ledger names {claim.id}: "
                "`python -m harness ledger RUN --material DIR --write` puts it there"
            )
        found += [
            f"the fault {fault.name!r} of {claim.id} has no target: {problem}"
            for fault in claim.faults
            if fault.place and (problem := _missing(fault.place))
        ]
        if isinstance(claim, Claim) and claim.recorded and not claim.faults:
            found.append(
                f"{claim.id} names no fault, so nobody has seen its checks fail: add "
                "`faults=[...]`"
            )
        found += [
            f"what explains {claim.id} is not in the library: {problem}"
            for place in claim.explained_by
            if (problem := _missing(place))
        ]
    return found


def _missing(place: str) -> str | None:
    """Why a place does not exist; modules that are not imported yet stay so."""
    module = place.partition(":")[0]
    try:
        if module not in sys.modules:
            return None if importlib.util.find_spec(module) else f"no module {module}"
        owner_and_name(place)
    except (ValueError, ImportError) as error:
        return str(error)
    return None


class _Rows:
    """The ledgers' passages, read once."""

    def __init__(self, ledgers: Ledgers) -> None:
        self._rows = {d.id: d.rows() for d in ledgers.documents()}

    def complete(self, document: str) -> bool:
        """Whether the ledger has a row for every passage."""
        rows = self._rows.get(document, [])
        return bool(rows) and all("kind" in row for row in rows)

    def at(self, source: Source) -> list[Row]:
        """The passages at a source."""
        first, last = source.lines
        return [
            row
            for row in self._rows[source.document]
            if row["lines"][0] <= last and first <= row["lines"][1]
        ]
