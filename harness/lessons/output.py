"""Findings as the terminal, other tools and code forges read them."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import quote

from harness.lessons.lint import ERROR, NOTE, WARNING, Finding, Linted
from harness.report.text import printable


def text(linted: Linted) -> str:
    """A line for each finding, as ruff prints it, and the library's words below."""
    lines = []
    for found in linted["findings"]:
        lines.append(
            f"{_place(found)}: {found['severity']}: {_said(found)} [{found['rule']}]"
        )
        if found["instead"]:
            lines.append(
                f"    instead: {' '.join(printable(found['instead']).split())}"
            )
        lines += [f"    {part}" for part in _words(found)]
    count = len(linted["findings"])
    files = len(linted["files"])
    unparsed = sum(entry["unparsed"] for entry in linted["files"])
    told = f"{count} finding{'' if count == 1 else 's'} in {files} "
    told += "lesson" if files == 1 else "lessons"
    other = sum(entry["written_for"] is not None for entry in linted["files"])
    if other:
        told += f"; {other} written for other versions, and not judged"
    if unparsed:
        told += f"; {unparsed} code blocks could not be parsed"
    if linted["silenced"]:
        told += f"; {linted['silenced']} silenced by comments"
    if linted["known"]:
        told += f"; {linted['known']} known to the baseline"
    if linted["agreements"]:
        told += f"; {len(linted['agreements'])} statements say what was measured"
    return "\n".join([*lines, told]) + "\n"


def as_json(linted: Linted) -> str:
    return json.dumps(linted, indent=1, ensure_ascii=False) + "\n"


def github(linted: Linted) -> str:
    """Workflow commands, which GitHub shows at the lines of a change."""
    words = {ERROR: "error", WARNING: "warning", NOTE: "notice"}
    lines = [
        f"::{words[f['severity']]} file={_escaped(f['file'])},line={f['line']},"
        f"title={_escaped(f['rule'])}::{_escaped(_said(f))}"
        for f in linted["findings"]
    ]
    return "".join(f"{line}\n" for line in lines)


def sarif(linted: Linted) -> str:
    """A SARIF 2.1.0 log."""
    rules = sorted({found["rule"] for found in linted["findings"]})
    results = [
        {
            "ruleId": found["rule"],
            "ruleIndex": rules.index(found["rule"]),
            "level": found["severity"],
            "message": {"text": _said(found).replace("](", "] (")},
            "partialFingerprints": {"finding/v1": found["fingerprint"]},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": quote(printable(found["file"]))},
                        "region": {
                            "startLine": found["line"],
                            "startColumn": found["column"] or 1,
                        },
                    }
                }
            ],
            **_fixes(found),
        }
        for found in linted["findings"]
    ]
    driver = {
        "name": "regularization-audit-lint",
        "semanticVersion": "0.1.0",
        "rules": [_rule(rule) for rule in rules],
    }
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "results": results,
            }
        ],
    }
    return json.dumps(log, indent=1, ensure_ascii=False) + "\n"


def _fixes(found: Finding) -> dict[str, object]:
    """What can be put in place; lines of a notebook's cell are none of its file."""
    fix = found["fix"]
    if fix is None or found["cell"] is not None:
        return {}
    region = {
        "startLine": fix["line"],
        "startColumn": fix["column"],
        "endColumn": fix["column"] + len(fix["word"]),
    }
    change = {
        "artifactLocation": {"uri": quote(printable(found["file"]))},
        "replacements": [
            {"deletedRegion": region, "insertedContent": {"text": fix["becomes"]}}
        ],
    }
    return {"fixes": [{"artifactChanges": [change]}]}


def _rule(rule: str) -> dict[str, object]:
    said = _RULES.get(rule, "A statement that the audit judged.")
    return {"id": rule, "shortDescription": {"text": said}}


_RULES = {
    "name": "A name that the installed library does not have.",
    "call": "A call that the installed library refuses or warns of.",
}
FORMATS: dict[str, Callable[[Linted], str]] = {
    "text": text,
    "json": as_json,
    "sarif": sarif,
    "github": github,
}


def _place(found: Finding) -> str:
    cell = "" if found["cell"] is None else f":cell {found['cell']}"
    return printable(f"{found['file']}{cell}:{found['line']}:{found['column'] or 1}")


def _said(found: Finding) -> str:
    return " ".join(printable(found["message"]).split())


def _words(found: Finding) -> list[str]:
    return [line for line in printable(found["evidence"] or "").split("\n") if line][:4]


def _escaped(value: str) -> str:
    """As GitHub's workflow commands want it."""
    clean = printable(value).replace("%", "%25").replace("\n", "%0A")
    return clean.replace(":", "%3A").replace(",", "%2C")
