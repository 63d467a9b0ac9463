"""Findings as the terminal, other tools and code forges read them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from urllib.parse import quote

from harness.lessons import years
from harness.lessons.findings import ERROR, NOTE, WARNING, Finding, Linted
from harness.report.text import printable


def text(linted: Linted) -> str:
    """A line for each finding, as ruff prints it, and the library's words below."""
    lines = []
    paths = _paths(linted)
    for found in linted["findings"]:
        place, severity = _place(found, paths), found["severity"]
        lines.append(f"{place}: {severity}: {_said(found)} [{found['rule']}]")
        lines += [f"    {part}" for part in _right(found)]
    for entry in linted["files"]:
        if entry["written_for"]:
            told = f"{entry['path']}: not judged: it is for {entry['written_for']}"
            lines.append(printable(told))
    for entry in linted["files"]:
        if entry["versions"] and not years.is_newest(entry["versions"][-1]):
            first, last = entry["versions"]
            told = f"{entry['path']}: its names are in Keras {first} to {last}"
            lines.append(printable(told))
    count = len(linted["findings"])
    files = len(linted["files"])
    unparsed = sum(entry["unparsed"] for entry in linted["files"])
    told = f"{count} finding{'' if count == 1 else 's'} in {files} "
    told += "lesson" if files == 1 else "lessons"
    other = sum(entry["written_for"] is not None for entry in linted["files"])
    if other:
        told += f"; {other} written for other versions, and not judged"
    if unparsed:
        told += f"; {unparsed} code block{'' if unparsed == 1 else 's'} could not be "
        told += f"parsed ({_unparsed(linted)})"
    if linted["silenced"]:
        told += f"; {linted['silenced']} silenced by comments"
    if linted["known"]:
        told += f"; {linted['known']} known to the baseline"
    if linted["agreements"]:
        told += f"; {len(linted['agreements'])} statements say what was measured"
    return "\n".join([*lines, told]) + "\n"


MOST_PLACES = 5
"""Blocks that could not be parsed of which the terminal says where they are."""


def _unparsed(linted: Linted) -> str:
    places = [
        _at(entry["path"], where["cell"], where["line"])
        for entry in linted["files"]
        for where in entry["unparsed_at"]
    ]
    more = len(places) - MOST_PLACES
    listed = places[:MOST_PLACES] + ([f"{more} more"] if more > 0 else [])
    return ", ".join(listed)


def _at(path: str, cell: int | None, line: int) -> str:
    return printable(f"{path}{'' if cell is None else f':cell {cell}'}:{line}")


def as_json(linted: Linted) -> str:
    return json.dumps(linted, indent=1, ensure_ascii=False) + "\n"


def github(linted: Linted) -> str:
    """Workflow commands, which GitHub shows at the lines of a change."""
    words = {ERROR: "error", WARNING: "warning", NOTE: "notice"}
    paths = _paths(linted)
    lines = []
    for found in linted["findings"]:
        at = {"file": paths.get(found["file"], found["file"]), **_in_file(found)}
        at["title"] = found["rule"]
        properties = ",".join(f"{key}={_property(at[key])}" for key in at)
        message = _escaped(_whole(found))
        lines.append(f"::{words[found['severity']]} {properties}::{message}\n")
    return "".join(lines)


def _in_file(found: Finding) -> dict[str, object]:
    """Line and column in the file; those of a notebook's cell are no column of it."""
    if found["cell"] is not None or found["column"] is None:
        return {"line": found["file_line"]}
    return {"line": found["file_line"], "col": found["column"]}


def _whole(found: Finding) -> str:
    """What is wrong, what is right, and the evidence; in a notebook, also the cell."""
    cell = "" if found["cell"] is None else f"cell {found['cell']}, "
    at = f"{cell}line {found['line']}: " if cell else ""
    return "\n".join([at + _said(found), *_right(found)])


def sarif(linted: Linted) -> str:
    """A SARIF 2.1.0 log."""
    rules = sorted({found["rule"] for found in linted["findings"]})
    links = {found["rule"]: found["link"] for found in linted["findings"]}
    paths = _paths(linted)
    results = [
        {
            "ruleId": found["rule"],
            "ruleIndex": rules.index(found["rule"]),
            "level": found["severity"],
            "message": {"text": _whole(found).replace("](", "] (")},
            "partialFingerprints": {"finding/v1": found["fingerprint"]},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": _artifact(found, paths),
                        "region": _region(found),
                    }
                }
            ],
            **_fixes(found, paths),
        }
        for found in linted["findings"]
    ]
    driver = {
        "name": "regularization-audit-lint",
        "semanticVersion": "0.1.0",
        "rules": [_rule(rule, links.get(rule)) for rule in rules],
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


def remarks(linted: Linted) -> list[str]:
    """Of each comment that silences nothing, where it is and why."""
    paths = _paths(linted)
    return [
        f"{_at(paths[r['file']], r['cell'], r['line'])}: audit: ignore: "
        f"{printable(r['message'])}"
        for r in linted["remarks"]
    ]


def not_fixed(linted: Linted) -> list[str]:
    """The files that still have a word that could be replaced."""
    paths = _paths(linted)
    counts = Counter(paths[f["file"]] for f in linted["findings"] if f["fix"])
    return [
        f"{printable(path)}: {count} {'place' if count == 1 else 'places'} could not "
        "be edited; edit by hand"
        for path, count in counts.items()
    ]


def _paths(linted: Linted) -> dict[str, str]:
    """By the name of a file, where it is from the current folder."""
    return {entry["file"]: entry["path"] for entry in linted["files"]}


def _artifact(found: Finding, paths: dict[str, str]) -> dict[str, str]:
    return {"uri": quote(printable(paths.get(found["file"], found["file"])))}


def _region(found: Finding) -> dict[str, object]:
    at = _in_file(found)
    column = {"startColumn": at["col"]} if "col" in at else {}
    return {"startLine": at["line"], **column}


def _fixes(found: Finding, paths: dict[str, str]) -> dict[str, object]:
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
        "artifactLocation": _artifact(found, paths),
        "replacements": [
            {"deletedRegion": region, "insertedContent": {"text": fix["becomes"]}}
        ],
    }
    return {"fixes": [{"artifactChanges": [change]}]}


def _rule(rule: str, link: str | None) -> dict[str, object]:
    said = _RULES.get(rule, "A statement that the audit judged.")
    more = {"helpUri": link} if link and "://" in link else {}
    return {"id": rule, "shortDescription": {"text": said}, **more}


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


def _place(found: Finding, paths: dict[str, str]) -> str:
    file = paths.get(found["file"], found["file"])
    return f"{_at(file, found['cell'], found['line'])}:{found['column'] or 1}"


def _said(found: Finding) -> str:
    return " ".join(printable(found["message"]).split())


def _right(found: Finding) -> list[str]:
    """What is right, the first lines of the evidence, and where the audit has more."""
    instead = " ".join(printable(found["instead"] or "").split())
    words = [x for x in printable(found["evidence"] or "").split("\n") if x][:4]
    link = [f"see {printable(found['link'])}"] if found["link"] else []
    return [*([f"instead: {instead}"] if instead else []), *words, *link]


def _escaped(value: object) -> str:
    """As GitHub's workflow commands want a message."""
    clean = printable(value).replace("%", "%25")
    return clean.replace("\r", "%0D").replace("\n", "%0A")


def _property(value: object) -> str:
    return _escaped(value).replace(":", "%3A").replace(",", "%2C")
