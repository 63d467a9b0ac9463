"""From lines of evidence to the audit: verdicts, totals and the error bound.

Pure functions on plain data: no library of the audit is imported, no model is run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, TypeVar, cast

from harness.evidence import verdict as v
from harness.evidence.lines import (
    Audited,
    CheckLine,
    ClaimLine,
    ContradictionLine,
    Declared,
    DocumentEntry,
    FaultSeen,
    Judged,
    JudgedCheck,
    JudgedClaim,
    JudgedContradiction,
    JudgedFault,
    Line,
)
from harness.evidence.measurement import DEFAULT_ALPHA
from harness.stack.stacks import of_other_versions

Found = TypeVar("Found", JudgedClaim, JudgedContradiction)
PROMISED_BOUND = 1e-6
NOT_SELECTED = "not selected"
_TYPES = (
    "run",
    "document",
    "claim",
    "contradiction",
    "check",
    "power",
    "matrix",
    "end",
)
_RANK = {type_: rank for rank, type_ in enumerate(_TYPES)}
_CHECK_KEYS = (
    "test",
    "role",
    "outcome",
    "measured",
    "expected",
    "tolerance",
    "examples",
    "false_alarm",
    "resolves",
    "seconds",
    "picture",
)


def in_order(lines: Sequence[Line]) -> list[Line]:
    """Evidence in its final order: run, claims by id, checks by claim and test, end."""
    return sorted(lines, key=_place)


def _place(line: Line) -> tuple[int, str, str, str]:
    keys = cast("Mapping[str, Any]", line)
    return (
        _RANK.get(keys["type"], len(_RANK)),
        keys.get("claim") or keys.get("id") or "",
        keys.get("test") or "",
        keys.get("backend") or "",
    )


def audit(lines: Sequence[Line]) -> Audited:
    """The audit of one run, or of merged runs, as `audit.json` holds it.

    With several backends the verdicts are those of the first one that `backends`
    names; each claim tells the others' under `by_backend`.
    """
    names = backends(lines)
    claims_on = {name: _claims_on(name, lines) for name in names}
    contradictions_on = {name: _contradictions_on(name, lines) for name in names}
    unmeasured = {
        line["backend"]: line.get("unmeasured") or []
        for line in lines
        if line["type"] == "run"
    }
    for name in names:
        if unmeasured[name]:
            _take_differences_as_new(claims_on[name], contradictions_on[name])
    run: Mapping[str, Any] = next((e for e in lines if e["type"] == "run"), {})
    ends = [e for e in lines if e["type"] == "end"]
    every: list[JudgedClaim | JudgedContradiction] = [
        *(claim for on in claims_on.values() for claim in on.values()),
        *(found for on in contradictions_on.values() for found in on.values()),
    ]
    claims = _first_told(claims_on)
    aside = {entry["claim"]: entry for entry in run.get("triage") or []}
    for claim in claims:
        claim["triage"] = aside.get(claim["id"])
    return {
        "schema": 1,
        "run": {
            "started": run.get("started"),
            "seconds": round(sum(e["seconds"] for e in ends), 2) if ends else None,
            "seed": run.get("seed"),
            "alpha": run.get("alpha"),
            "command": run.get("command"),
            "complete": bool(ends) and all(e["complete"] for e in ends),
            "stack": run.get("stack", {}),
            "backends": names,
            "parts": [
                {
                    "backend": e["backend"],
                    "started": e["started"],
                    "seed": e["seed"],
                    "stack": e["stack"],
                    "unmeasured": unmeasured[e["backend"]],
                }
                for e in lines
                if e["type"] == "run"
            ],
        },
        "totals": totals(claims),
        "false_alarm_bound": false_alarm_bound(c for c in every if not _timed(c)),
        "measured_bound": false_alarm_bound(filter(_timed, every)),
        "documents": _documents(lines),
        "power": next((e for e in lines if e["type"] == "power"), None),
        "matrix": next((e for e in lines if e["type"] == "matrix"), None),
        "claims": claims,
        "contradictions": _first_told(contradictions_on),
    }


def _take_differences_as_new(
    claims: dict[str, JudgedClaim], contradictions: dict[str, JudgedContradiction]
) -> None:
    """On versions that nobody has measured another verdict is no change; one that is
    broken speaks of the audit, and stays a failure."""
    for claim in claims.values():
        if claim["changed"] and claim["verdict"] != v.BROKEN:
            claim["changed"], claim["new"] = False, True
    for found in contradictions.values():
        found["changed"] = found["changed"] and found["verdict"] == v.BROKEN


def _first_told(on: dict[str, dict[str, Found]]) -> list[Found]:
    """By id, as the first backend tells it, with the verdicts of all of them."""
    first: dict[str, Found] = {}
    for name in reversed(list(on)):
        first |= on[name]
    for id, found in first.items():
        found["by_backend"] = {
            name: judged_there[id]["verdict"]
            for name, judged_there in on.items()
            if id in judged_there
        }
    return sorted(first.values(), key=lambda found: found["id"])


def judged_in(audited: Audited) -> list[JudgedClaim | JudgedContradiction]:
    """Claims and contradictions: all that has checks and faults."""
    return [*audited["claims"], *audited["contradictions"]]


def backends(lines: Sequence[Line]) -> list[str]:
    """The backends that ran, TensorFlow first."""
    ran = sorted({line["backend"] for line in lines if line["type"] == "run"})
    return sorted(ran, key=lambda name: name != "tensorflow")


def totals(claims: Sequence[Judged]) -> dict[str, int]:
    """How many claims have each verdict; "corrected" is there in copies only."""
    words = [claim["verdict"] for claim in claims]
    found = {word: words.count(word) for word in v.VERDICTS}
    if v.CORRECTED in words:
        found[v.CORRECTED] = words.count(v.CORRECTED)
    return found


def _claims_on(backend: str, lines: Sequence[Line]) -> dict[str, JudgedClaim]:
    """The claims with their verdicts from the evidence of one backend."""
    checks = _checks_on(backend, lines)
    return {
        line["id"]: judged(line, checks.get(line["id"], []))
        for line in lines
        if line["type"] == "claim" and line.get("backend") == backend
    }


def _contradictions_on(
    backend: str, lines: Sequence[Line]
) -> dict[str, JudgedContradiction]:
    """The contradictions with what the checks of one backend show."""
    checks = _checks_on(backend, lines)
    return {
        line["id"]: contradiction(line, checks.get(line["id"], []))
        for line in lines
        if line["type"] == "contradiction" and line.get("backend") == backend
    }


def _checks_on(backend: str, lines: Sequence[Line]) -> dict[str, list[CheckLine]]:
    """By claim, the last evidence of each of its checks."""
    checks: dict[str, dict[str, CheckLine]] = {}
    for line in lines:
        if line["type"] == "check" and line.get("backend") == backend:
            checks.setdefault(line["claim"], {})[line["test"]] = line
    return {id: list(of_claim.values()) for id, of_claim in checks.items()}


def _documents(lines: Sequence[Line]) -> list[DocumentEntry]:
    found = {e["id"]: e for e in lines if e["type"] == "document"}
    return [
        cast("DocumentEntry", {k: value for k, value in e.items() if k != "type"})
        for e in sorted(found.values(), key=lambda e: e["file"])
    ]


def judged(claim: ClaimLine, checks: Sequence[CheckLine]) -> JudgedClaim:
    """A claim with its verdict, formed from the evidence of its checks."""
    checks = sorted(checks, key=lambda c: (v.ROLES.index(c["role"]), c["test"]))
    verdict, reason = _verdict(claim, checks)
    off = _off(checks) if verdict == v.NOT_RUN else ""
    open_ended = (v.NOT_RUN, v.INCONCLUSIVE) if claim.get("timed") else (v.NOT_RUN,)
    settled = verdict not in open_ended or bool(off)
    return {
        "id": claim["id"],
        "topic": claim["topic"],
        "says": claim["says"],
        "verdict": verdict,
        "recorded": claim["recorded"],
        "changed": claim["recorded"] is not None
        and settled
        and verdict != claim["recorded"],
        "new": claim["recorded"] is None and verdict != v.NOT_RUN,
        "severity": claim["severity"],
        "instead": claim["instead"],
        "scope": claim["scope"],
        "reason": off or reason or None,
        "differs_on": claim.get("differs_on") or {},
        "on": claim.get("on"),
        "why": claim["why"] or None,
        "explained_by": claim["explained_by"],
        "sources": claim["sources"],
        "timed": bool(claim.get("timed")),
        "evidence": claim.get("evidence", []),
        "checks": [_told(check) for check in checks],
        "faults": _faults(claim, checks),
    }


def _off(checks: Sequence[CheckLine]) -> str:
    """What a check measured that the recorded verdict rules out; "" if none did.

    Part of a claim's checks form no verdict, but one of them can show that it changed;
    not where the library lacks what the others need.
    """
    if any(check.get("absent") for check in checks):
        return ""
    settled = (v.HELD, v.FALSIFIED, v.INCONCLUSIVE)
    for check in checks:
        predicted = check.get("predicted")
        if predicted and check["outcome"] in settled and check["outcome"] != predicted:
            return (
                f"part of its checks ran: {check['test']} must be {predicted}, and was "
                f"{check['outcome']}"
            )
    return ""


def contradiction(
    line: ContradictionLine, checks: Sequence[CheckLine]
) -> JudgedContradiction:
    """A contradiction with what the evidence of its checks shows."""
    checks = sorted(checks, key=lambda c: (v.ROLES.index(c["role"]), c["test"]))
    verdict, reason = _verdict(line, checks)
    return {
        "id": line["id"],
        "topic": line["topic"],
        "says": line["says"],
        "verdict": verdict,
        "recorded": line["recorded"],
        "changed": verdict not in (v.NOT_RUN, line["recorded"]),
        "sides": line["sides"],
        "right": line["right"],
        "instead": line["instead"],
        "reason": reason or None,
        "why": line["why"] or None,
        "explained_by": line["explained_by"],
        "checks": [_told(check) for check in checks],
        "faults": _faults(line, checks),
    }


def _faults(line: Declared, checks: Sequence[CheckLine]) -> list[JudgedFault]:
    return [
        {"name": f["name"], "does": f["does"], **under_fault(line, checks, f["name"])}
        for f in line["faults"]
    ]


def _told(check: CheckLine) -> JudgedCheck:
    keys: Mapping[str, object] = check
    first = {key: keys.get(key) for key in _CHECK_KEYS}
    others = {k: x for k, x in keys.items() if k not in (*_CHECK_KEYS, "type")}
    return cast("JudgedCheck", first | others)


def _verdict(claim: Declared, checks: Sequence[CheckLine]) -> tuple[str, str]:
    measured = {check["test"] for check in checks}
    missing = [c["test"] for c in claim["checks"] if c["test"] not in measured]
    triples = [(c["role"], c["outcome"], c.get("reason") or "") for c in checks]
    if missing and not any(c["outcome"] == v.BROKEN for c in checks):
        some = "part of its checks selected" if checks else NOT_SELECTED
        return v.NOT_RUN, some
    return v.form(triples, elsewhere=_elsewhere(claim))


def _elsewhere(claim: Declared) -> bool:
    """Whether the run's versions have a record of their own."""
    on = claim.get("on")
    return isinstance(on, str) and of_other_versions(on)


def under_fault(claim: Declared, checks: Sequence[CheckLine], name: str) -> FaultSeen:
    """The claim's verdict under a fault, and whether it differs from the one without;
    `detected` is None if the fault was not tried."""
    seen = [
        (check["role"], entry)
        for check in checks
        for entry in check.get("under_faults") or []
        if entry["fault"] == name
    ]
    plain, _ = _verdict(claim, checks)
    if not seen or plain == v.NOT_RUN:
        return {"detected": None}
    under, reason = v.form(
        [(role, e["outcome"], e.get("reason") or "") for role, e in seen],
        elsewhere=_elsewhere(claim),
    )
    crashed = any(e["outcome"] == v.BROKEN for _, e in seen)
    detected = under != plain and not crashed and under != v.NOT_RUN
    return {"verdict": under, "reason": reason or None, "detected": detected}


def faults_tried(checks: Sequence[CheckLine]) -> list[str]:
    """The names of all faults that these checks ran under."""
    entries = (entry for check in checks for entry in check.get("under_faults") or [])
    return list(dict.fromkeys(entry["fault"] for entry in entries))


def _timed(claim: JudgedClaim | JudgedContradiction) -> bool:
    """Whether it is judged by ratios or by trainings, which state rates of their own:
    `false_alarm_bound` is that of all others, `measured_bound` that of these."""
    return bool(claim.get("timed"))


def false_alarm_bound(
    claims: Iterable[JudgedClaim | JudgedContradiction],
) -> float:
    """Bound on the probability that chance alone changes any recorded verdict.

    Union bound: for each random decision of a check that must hold, the probability
    that it does not though the statement is true; for each check that must be
    falsified by chance, the probability of missing a violation of `resolves`.
    """
    total = 0.0
    for claim in claims:
        for check in claim["checks"]:
            must_fail = check.get("predicted") == v.FALSIFIED
            key: Literal["miss", "false_alarm"] = (
                "miss" if must_fail and not check.get("negated") else "false_alarm"
            )
            total += check.get(key) or 0.0
    return total


def broken_promise(audited: Audited) -> list[str]:
    """One sentence if chance alone could change a verdict more often than promised.

    Ratios measured by `--benchmark` state rates of their own, and so does a run that
    is told another rate for each decision (`--alpha`).
    """
    if audited["run"]["alpha"] not in (None, DEFAULT_ALPHA):
        return []
    chances = {
        claim["id"]: false_alarm_bound([claim])
        for claim in judged_in(audited)
        if not _timed(claim)
    }
    total = sum(chances.values())
    if total <= PROMISED_BOUND:
        return []
    most = max(chances, key=lambda id: chances[id])
    return [
        f"chance of a false change {total:.1e} exceeds the promised "
        f"{PROMISED_BOUND:.0e}: {most} alone has {chances[most]:.1e}; give its check a "
        "smaller rate or a larger sample"
    ]


def standing(audited: Audited) -> list[JudgedContradiction]:
    """The contradictions that the checks confirmed."""
    return [c for c in audited["contradictions"] if c["verdict"] == v.STANDS]


def set_aside(audited: Audited) -> dict[str, int]:
    """How many findings were dismissed, accepted or fixed (`triage.toml`)."""
    states = [
        entry["state"]
        for claim in audited["claims"]
        if (entry := claim.get("triage")) and claim["verdict"] in v.FINDINGS
    ]
    return {word: states.count(word) for word in dict.fromkeys(sorted(states))}


def missed_faults(audited: Audited) -> list[tuple[str, str, str]]:
    """`(claim, fault, reason)` of those that were tried and not detected."""
    return [
        (claim["id"], fault["name"], fault.get("reason") or "")
        for claim in judged_in(audited)
        for fault in claim["faults"]
        if fault["detected"] is False
    ]


def untried_faults(audited: Audited) -> int:
    """How many faults of the claims that ran were not tried."""
    return sum(
        fault["detected"] is None
        for found in judged_in(audited)
        if found["verdict"] != v.NOT_RUN
        for fault in found["faults"]
    )


def counts(totals: Mapping[str, int]) -> str:
    """`118 upheld, 31 refuted, 24 qualified, 9 not run`: claims, zeros left out."""
    said = [f"{count} {word}" for word, count in totals.items() if count]
    return ", ".join(said) or "no claims"
