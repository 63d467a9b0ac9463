"""Render an audit for people: Markdown and one self-contained HTML file."""

from __future__ import annotations

import base64
import hashlib
import statistics
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

import jinja2
from markupsafe import Markup

from harness.documents.corrections import Copy
from harness.evidence import history, record
from harness.evidence import verdict as v
from harness.evidence.lines import (
    Audited,
    DocumentEntry,
    JudgedClaim,
    JudgedContradiction,
    SourceEntry,
)
from harness.report import changes
from harness.report.documents import Page, Parts, pages
from harness.report.text import FILTERS, printable

_Filter = Literal["verdict", "severity", "topic"]
_SYMBOLS = {
    v.UPHELD: "✓",
    v.REFUTED: "✗",
    v.QUALIFIED: "◐",
    v.INCONCLUSIVE: "?",
    v.NOT_RUN: "–",
    v.BROKEN: "!",
    v.CORRECTED: "✎",
    v.STANDS: "⇄",
    v.DISSOLVED: "!",
}
_MEANINGS = {
    v.UPHELD: "true as worded, in every configuration that the wording covers",
    v.REFUTED: "false as it stands; the correction was checked, too",
    v.QUALIFIED: "true under a condition that the text leaves out, as was measured",
    v.INCONCLUSIVE: "the measurement settles neither side",
    v.NOT_RUN: "not measured in this run, for the reason given",
    v.BROKEN: "the audit itself failed here; nothing is said about the text",
    v.CORRECTED: "refuted, and your copies say what is right instead",
}


def markdown(audited: Audited) -> str:
    """The audit as Markdown."""
    return _environment(False).get_template("audit.md.j2").render(_context(audited))


def corrections(
    audited: Audited,
    document: DocumentEntry,
    copies: Mapping[str, Copy] | None = None,
) -> str:
    """An errata list for the author of one document, as Markdown.

    copies: those of the reader's folder, by document id.
    """
    id = document["id"]
    copy = (copies or {}).get(id)
    made = changes.changes(audited, {id: copy} if copy else {})[id]
    items = changes.errata(audited, document, made, copy)
    wrong = [
        contradiction
        for contradiction in record.standing(audited)
        if id in _wrong_side(contradiction)
    ]
    context = {
        "audit": audited,
        "document": document,
        "refuted": [item for item in items if item.severity],
        "qualified": [item for item in items if not item.severity],
        "contradictions": wrong,
        "copied": copy is not None,
        "text": copy.text.splitlines() if copy else None,
    }
    return _environment(False).get_template("corrections.md.j2").render(context)


def _wrong_side(contradiction: JudgedContradiction) -> set[str]:
    """The documents on the side that is not right; none if each is right."""
    right = contradiction["right"]
    if right is None:
        return set()
    return {s["document"] for s in contradiction["sides"] if s["claim"] != right}


def html(audited: Audited, copies: Mapping[str, Copy] | None = None) -> str:
    """The audit as one HTML file without a request to anywhere.

    copies: the reader's own, by document id; each passage is then shown beside its
    verdicts.
    """
    found = copies or {}
    made = changes.changes(audited, found)
    shown = pages(audited, found, made)
    links = _Links(shown, found, made)
    script = (files("harness.report") / "templates" / "audit.js").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    context = _context(audited) | {
        "pages": shown,
        "quoted": _quoted(shown),
        "anchor": links.anchor,
        "passage": links.passage,
        "here": links.here,
        "changes_of": links.changes_of,
        "trend": history.trend(audited),
        "news": history.news(audited),
        "parts": audited["run"]["parts"],
        "filters": _filters(audited),
        "examples": _examples(audited),
        "script": Markup(script),
        "script_hash": digest,
    }
    return _environment(True).get_template("audit.html.j2").render(context)


def page(template: str, context: dict[str, Any]) -> str:
    """Another HTML file in the report's style, without a script."""
    plain_page = {"symbols": _SYMBOLS, "script_hash": None}
    return _environment(True).get_template(template).render(plain_page | context)


def _context(audited: Audited) -> dict[str, Any]:
    topics: dict[str, list[JudgedClaim]] = {}
    for claim in audited["claims"]:
        topics.setdefault(claim["topic"], []).append(claim)
    return {
        "audit": audited,
        "topics": topics,
        "count": record.counts(audited["totals"]),
        "known": {
            found["id"] for found in (*audited["claims"], *audited["contradictions"])
        },
        "findings": [c for c in _by_urgency(audited["claims"]) if not outside(c)],
        "outside": [claim for claim in audited["claims"] if outside(claim)],
        "titles": {d["id"]: d["title"] for d in audited["documents"]},
        "citing": {d["id"]: citing(audited, d["id"]) for d in audited["documents"]},
        "aside": record.set_aside(audited),
        "symbols": _SYMBOLS,
        "meanings": _MEANINGS,
        "verdicts": [word for word, count in audited["totals"].items() if count],
        "earlier": history.sentences(audited),
    }


def citing(audited: Audited, document: str) -> list[JudgedClaim]:
    """The claims that cite a document."""
    return [
        claim
        for claim in audited["claims"]
        if any(source.get("document") == document for source in claim["sources"])
    ]


def outside(claim: JudgedClaim) -> bool:
    """Whether no audited document makes the claim, but a public statement."""
    return all("address" in source for source in claim["sources"])


class _Links:
    """Where a claim, a source or a change is on the page."""

    def __init__(
        self,
        shown: list[Page],
        copies: Mapping[str, Copy],
        made: dict[str, list[changes.Change]],
    ) -> None:
        self._copies, self._made = copies, made
        self._entries = {
            page.about["id"]: [e for section in page.sections for e in section.entries]
            for page in shown
        }

    def anchor(self, found: JudgedClaim, source: SourceEntry) -> str:
        """The passage of a source: the one that makes the claim, if there are more."""
        first, last = source["lines"]
        here = [
            entry
            for entry in self._entries.get(source["document"], [])
            if entry.audited and entry.audited[0] <= last and first <= entry.audited[1]
        ]
        making = [e for e in here if any(c["id"] == found["id"] for c in e.claims)]
        entry = next(iter(making or here), None)
        return entry.anchor if entry else f"document-{source['document']}"

    def passage(self, change: changes.Change) -> str:
        """The passage in which a change begins."""
        listed = self._entries.get(change.document, [])
        entry = next((e for e in listed if change in e.changes), None)
        return entry.anchor if entry else f"document-{change.document}"

    def here(self, source: SourceEntry) -> tuple[int, int]:
        """A source's lines, in the reader's copy if there is one."""
        copy = self._copies.get(source["document"])
        first, last = source["lines"]
        return copy.moved(source["lines"]) if copy else (first, last)

    def changes_of(self, claim: JudgedClaim) -> list[changes.Change]:
        """What is to be changed for a claim, in all documents."""
        listed = [c for document in self._made.values() for c in document]
        return [c for c in listed if claim["id"] in c.claims and not c.done]


def _quoted(shown: list[Page]) -> dict[str, list[Parts]]:
    """The lines of the reader's copies that make each claim."""
    quoted: dict[str, list[Parts]] = {}
    for page in shown:
        for section in page.sections:
            for entry in section.entries:
                for claim in entry.claims if entry.text else []:
                    parts = entry.quote(claim, page.about["id"])
                    quoted.setdefault(claim["id"], []).append(parts)
    return quoted


def _filters(audited: Audited) -> dict[str, list[tuple[str, str]]]:
    """Filter name -> pairs of value and label with its count."""
    claims = audited["claims"]
    found: dict[str, list[tuple[str, str]]] = {}
    names: tuple[_Filter, ...] = ("verdict", "severity", "topic")
    for name in names:
        words = [claim[name] for claim in claims]
        counts = Counter(word for word in words if word)
        symbol = _SYMBOLS if name == "verdict" else {}
        found[name] = [
            (word.replace(" ", "-"), f"{symbol.get(word, '')} {word} {count}".strip())
            for word, count in sorted(counts.items())
        ]
    found["document"] = [
        (d["id"], f"{d['id']} {len(citing(audited, d['id']))}")
        for d in audited["documents"]
    ]
    return found


def _examples(audited: Audited) -> dict[str, float] | None:
    """Median and least number of examples of the checks that drew several."""
    counts = [c["examples"] or 0 for a in audited["claims"] for c in a["checks"]]
    tried = [count for count in counts if count > 1]
    if not tried:
        return None
    return {"median": int(statistics.median(tried)), "least": min(tried)}


def _by_urgency(claims: list[JudgedClaim]) -> list[JudgedClaim]:
    """Refuted claims, the gravest first, then those that most documents make and most
    passages; then the qualified ones."""
    order = (*reversed(v.SEVERITIES), None)
    found = [c for c in claims if c["verdict"] in v.FINDINGS]

    def urgency(claim: JudgedClaim) -> tuple[Any, ...]:
        sources = claim["sources"]
        documents = {source.get("document") for source in sources}
        return (
            order.index(claim["severity"]),
            -len(documents),
            -len(sources),
            claim["id"],
        )

    return sorted(found, key=urgency)


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
    environment.filters |= FILTERS | {"versions": history.versions}
    environment.finalize = _final
    return environment


def _final(value: Any) -> Any:
    """What every `{{ }}` of a template passes through: no control characters."""
    return value if isinstance(value, Markup) else printable(value)
