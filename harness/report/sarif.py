"""The findings as SARIF 2.1.0, so that code-scanning views annotate the documents."""

from __future__ import annotations

from urllib.parse import quote

from harness.evidence import verdict as v
from harness.evidence.lines import Audited, JudgedClaim, SourceEntry
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
    driver = {
        "name": "regularization-audit",
        "semanticVersion": "0.1.0",
        "rules": [_rule(claim) for claim in findings],
    }
    results = [_result(claim, at, files) for at, claim in enumerate(findings)]
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


def _location(source: SourceEntry, files: dict[str, str]) -> dict[str, object]:
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
