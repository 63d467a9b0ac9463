"""Render an audit for people: Markdown and one self-contained HTML file."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import jinja2

from harness import record
from harness import verdict as v

_SYMBOLS = {
    v.UPHELD: "✓", v.REFUTED: "✗", v.QUALIFIED: "◐", v.INCONCLUSIVE: "?",
    v.NOT_RUN: "–", v.BROKEN: "!",
}  # fmt: skip
_MEANINGS = {
    v.UPHELD: "true as worded, in every configuration that the wording covers",
    v.REFUTED: "false in the very setting of the text; the correction was checked too",
    v.QUALIFIED: "true only under a condition that the text leaves out",
    v.INCONCLUSIVE: "the measurement settles neither side",
    v.NOT_RUN: "not measured in this run, for the reason given",
    v.BROKEN: "the audit itself failed here; nothing is said about the text",
}


def markdown(audited: dict[str, Any]) -> str:
    """The audit as Markdown."""
    return _environment(False).get_template("audit.md.j2").render(_context(audited))


def html(
    audited: dict[str, Any], passages: dict[str, dict[str, Any]] | None = None
) -> str:
    """The audit as one HTML file without a request to anywhere.

    passages: the user's own copies of the documents, as `ledger.passages` reads them;
    what the claims cite is then quoted beside their verdicts.
    """
    context = _context(audited) | {"passages": passages or {}}
    return _environment(True).get_template("audit.html.j2").render(context)


def _context(audited: dict[str, Any]) -> dict[str, Any]:
    topics: dict[str, list[dict[str, Any]]] = {}
    for claim in audited["claims"]:
        topics.setdefault(claim["topic"], []).append(claim)
    return {
        "audit": audited,
        "topics": topics,
        "count": record.counts(audited["totals"]),
        "findings": _by_urgency(audited["claims"]),
        "titles": {d["id"]: d["title"] for d in audited["documents"]},
        "citing": {d["id"]: _citing(audited, d["id"]) for d in audited["documents"]},
        "symbols": _SYMBOLS,
        "meanings": _MEANINGS,
        "verdicts": [word for word in v.VERDICTS if audited["totals"][word]],
        "missed": record.missed_faults(audited),
    }


def _citing(audited: dict[str, Any], document: str) -> int:
    """How many claims cite the document."""
    return sum(
        any(s["document"] == document for s in claim["sources"])
        for claim in audited["claims"]
    )


def _by_urgency(claims: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Refuted claims, the gravest and most often repeated first; then qualified."""
    order = {"lesson": 0, "number": 1, "wording": 2, None: 3}
    found = [c for c in claims if c["verdict"] in (v.REFUTED, v.QUALIFIED)]
    return sorted(
        found, key=lambda c: (order[c["severity"]], -len(c["sources"]), c["id"])
    )


def number(value: Any) -> str:
    """A measured value as an auditor reads it: seven digits, lists in brackets."""
    if value is None:
        return "–"
    if isinstance(value, list):
        return "[" + ", ".join(number(item) for item in value) + "]"
    if isinstance(value, float):
        return f"{value:.7g}"
    return str(value)


def chance(value: float | None) -> str:
    """An error rate; the checks in which nothing is left to chance have none."""
    return f"{value:.1e}" if value else "none: no chance involved"


@lru_cache(maxsize=2)
def _environment(escape: bool) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("harness.report"),
        autoescape=escape,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters |= {"number": number, "chance": chance, "cell": _cell}
    return environment


def _cell(value: Any) -> str:
    """Text that cannot break out of a Markdown table or start HTML."""
    text = str(value).replace("\n", " ").replace("|", "\\|")
    return text.replace("<", "&lt;").replace(">", "&gt;")
