"""The findings as SARIF 2.1.0, so that code-scanning views annotate the documents."""

from __future__ import annotations

from urllib.parse import quote

from harness.evidence import record
from harness.evidence import verdict as v
from harness.evidence.lines import (
    Audited,
    JudgedClaim,
    JudgedContradiction,
    SideEntry,
    SourceEntry,
)
from harness.report.text import printable

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {"lesson": "error", "number": "warning", "wording": "note", None: "warning"}


def sarif(audited: Audited) -> dict[str, object]:
    """A SARIF log with one result per finding, located at each of its sources."""
    findings = [
        c
        for c in audited["claims"]
        if c["verdict"] in (v.REFUTED, v.QUALIFIED)
        and any("lines" in source for source in c["sources"])
    ]
    files = {d["id"]: d["file"] for d in audited["documents"]}
    contradictions = record.standing(audited)
    driver = {
        "name": "teaching-material-audit",
        "semanticVersion": "0.1.0",
        "rules": [
            *(_rule(claim) for claim in findings),
            *(_contradiction_rule(found) for found in contradictions),
        ],
    }
    results = [
        *(_result(claim, at, files) for at, claim in enumerate(findings)),
        *(
            _contradiction(found, at, files)
            for at, found in enumerate(contradictions, start=len(findings))
        ),
    ]
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }


def _rule(claim: JudgedClaim) -> dict[str, object]:
    return {
        "id": claim["id"],
        "shortDescription": {"text": _text(claim["says"])},
        "fullDescription": {"text": _text(claim["why"] or claim["says"])},
        "defaultConfiguration": {"level": LEVELS[claim["severity"]]},
    }


def _result(claim: JudgedClaim, index: int, files: dict[str, str]) -> dict[str, object]:
    true = claim["instead"] or f"It {claim['scope']}."
    said = _text(f"{claim['verdict']}: {claim['says']} True: {true}")
    return {
        "ruleId": claim["id"],
        "ruleIndex": index,
        "level": LEVELS[claim["severity"]],
        "message": {"text": said},
        "locations": [
            _location(source, files) for source in claim["sources"] if "lines" in source
        ],
        "partialFingerprints": {"claim/v1": claim["id"]},
    }


def _contradiction_rule(found: JudgedContradiction) -> dict[str, object]:
    return {
        "id": found["id"],
        "shortDescription": {"text": _text(found["says"])},
        "fullDescription": {"text": _text(found["why"] or found["says"])},
        "defaultConfiguration": {"level": "note"},
    }


def _contradiction(
    found: JudgedContradiction, index: int, files: dict[str, str]
) -> dict[str, object]:
    """A note at the passages that are not right; at all of them if each is."""
    right = found["right"]
    wrong = [side for side in found["sides"] if right is None or side["claim"] != right]
    others = [side for side in found["sides"] if side not in wrong]
    said = _text(f"contradiction: {found['says']} True: {found['instead']}")
    return {
        "ruleId": found["id"],
        "ruleIndex": index,
        "level": "note",
        "message": {"text": said},
        "locations": [_location(side, files) for side in wrong],
        "relatedLocations": [_location(side, files) for side in others],
        "partialFingerprints": {"contradiction/v1": found["id"]},
    }


def _location(
    source: SourceEntry | SideEntry, files: dict[str, str]
) -> dict[str, object]:
    first, last = source["lines"]
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(printable(files[source["document"]]))},
            "region": {"startLine": first, "endLine": last},
        }
    }


def _text(value: str) -> str:
    """A message without a link: SARIF 2.1.0, section 3.11.6, reads `[text](target)`."""
    return printable(value).replace("](", "] (")
