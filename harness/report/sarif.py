"""The findings as SARIF 2.1.0, so that code-scanning views annotate the documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from harness.documents.corrections import Copy
from harness.evidence import record
from harness.evidence import verdict as v
from harness.evidence.lines import (
    Audited,
    JudgedClaim,
    JudgedContradiction,
    SideEntry,
    SourceEntry,
)
from harness.report import changes
from harness.report.changes import Change, Region
from harness.report.text import printable

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {"lesson": "error", "number": "warning", "wording": "note", None: "warning"}


def sarif(
    audited: Audited, copies: Mapping[str, Copy] | None = None
) -> dict[str, object]:
    """A SARIF log with one result per finding, located at each of its sources.

    copies: with those of the reader, by document id, places are theirs, and each result
    has a fix that puts its corrections there.
    """
    found = copies or {}
    made = changes.changes(audited, found)
    findings = [
        c
        for c in audited["claims"]
        if c["verdict"] in v.FINDINGS
        and any("lines" in source for source in c["sources"])
    ]
    places = _Places({d["id"]: d["file"] for d in audited["documents"]}, found, made)
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
        *(_result(claim, at, places) for at, claim in enumerate(findings)),
        *(
            _contradiction(found, at, places)
            for at, found in enumerate(contradictions, start=len(findings))
        ),
    ]
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "results": results,
            }
        ],
    }


@dataclass(frozen=True)
class _Places:
    """File names by document id, the reader's copies, and the changes to make."""

    files: dict[str, str]
    copies: Mapping[str, Copy]
    made: dict[str, list[Change]]

    def file(self, document: str) -> dict[str, object]:
        return {"uri": quote(printable(self.files[document]))}

    def location(self, source: SourceEntry | SideEntry) -> dict[str, object]:
        copy = self.copies.get(source["document"])
        first, last = copy.moved(source["lines"]) if copy else source["lines"]
        return {
            "physicalLocation": {
                "artifactLocation": self.file(source["document"]),
                "region": {"startLine": first, "endLine": last},
            }
        }

    def fixes(self, found: JudgedClaim | JudgedContradiction) -> dict[str, object]:
        """`{"fixes": [...]}`: one fix, with all that the finding needs; or nothing."""
        parts = []
        for document, listed in self.made.items():
            regions = [c.region for c in listed if c.region and found["id"] in c.claims]
            if regions:
                file = self.file(document)
                replaced = [_replacement(region) for region in regions]
                parts.append({"artifactLocation": file, "replacements": replaced})
        said = _text(f"Correct what {found['id']} is about.")
        fix = {"description": {"text": said}, "artifactChanges": parts}
        return {"fixes": [fix]} if parts else {}


def _replacement(region: Region) -> dict[str, object]:
    (first, column), (last, end) = region.first, region.last
    return {
        "deletedRegion": {
            "startLine": first,
            "startColumn": column,
            "endLine": last,
            "endColumn": end,
        },
        "insertedContent": {"text": printable(region.text)},
    }


def _rule(claim: JudgedClaim) -> dict[str, object]:
    return {
        "id": claim["id"],
        "shortDescription": {"text": _text(claim["says"])},
        "fullDescription": {"text": _text(claim["why"] or claim["says"])},
        "defaultConfiguration": {"level": LEVELS[claim["severity"]]},
    }


def _result(claim: JudgedClaim, index: int, places: _Places) -> dict[str, object]:
    true = claim["instead"] or f"It {claim['scope']}."
    said = _text(f"{claim['verdict']}: {claim['says']} True: {true}")
    return {
        "ruleId": claim["id"],
        "ruleIndex": index,
        "level": LEVELS[claim["severity"]],
        "message": {"text": said},
        "locations": [places.location(s) for s in claim["sources"] if "lines" in s],
        "partialFingerprints": {"claim/v1": claim["id"]},
        **places.fixes(claim),
    }


def _contradiction_rule(found: JudgedContradiction) -> dict[str, object]:
    return {
        "id": found["id"],
        "shortDescription": {"text": _text(found["says"])},
        "fullDescription": {"text": _text(found["why"] or found["says"])},
        "defaultConfiguration": {"level": "note"},
    }


def _contradiction(
    found: JudgedContradiction, index: int, places: _Places
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
        "locations": [places.location(side) for side in wrong],
        "relatedLocations": [places.location(side) for side in others],
        "partialFingerprints": {"contradiction/v1": found["id"]},
        **places.fixes(found),
    }


def _text(value: str) -> str:
    """A message without a link: SARIF 2.1.0, section 3.11.6, reads `[text](target)`."""
    return printable(value).replace("](", "] (")
