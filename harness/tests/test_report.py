"""Renderers are given literal audits, and arbitrary text that must break none."""

import json
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.documents.corrections import copies
from harness.documents.project import Project
from harness.report import compare, render
from harness.report.junit import junit
from harness.report.sarif import sarif
from harness.tests.conftest import LEDGER

HOSTILE = [
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "a | b\n# heading\n- [x](javascript:alert(1))",
    "\x00\x1b[31m\u202eabc\ud800",
    "{{ 7 * 7 }} {% raw %}",
    "]]></failure><x>",
]


@pytest.fixture
def project(tmp_path):
    """The ledger of the paper, without any passage, and a copy beside it."""
    folder = tmp_path / "claims" / "documents"
    folder.mkdir(parents=True)
    (folder / "paper.toml").write_text(LEDGER)
    return Project(tmp_path, tmp_path)


def check(text="found"):
    return {
        "test": "test_it",
        "role": "as worded",
        "condition": "",
        "negated": False,
        "outcome": "falsified",
        "measured": text,
        "expected": 1.0,
        "tolerance": None,
        "examples": 3,
        "falsified_examples": 3,
        "false_alarm": 0.0,
        "resolves": None,
        "seconds": 0.1,
        "what": text,
        "oracle": text,
        "worst_case": {"rate": text},
        "snippet": text,
        "predicted": "falsified",
    }


def claim(text="A fact.", **other):
    return {
        "id": "topic.fact",
        "topic": "topic",
        "says": text,
        "verdict": "refuted",
        "recorded": "refuted",
        "changed": False,
        "new": False,
        "severity": "lesson",
        "instead": text,
        "scope": None,
        "reason": text,
        "differs_on": {},
        "on": None,
        "why": text,
        "explained_by": [],
        "by_backend": {"tensorflow": "refuted"},
        "triage": {"claim": text, "state": text, "reason": text, "commit": text},
        "sources": [{"document": "paper", "section": text, "lines": [2, 3]}],
        "evidence": [{"document": "paper", "section": text, "lines": [5, 5]}],
        "checks": [check(text)],
        "faults": [{"name": "f", "does": text, "detected": True}],
    } | other


def contradiction(text):
    side = {"document": "paper", "section": text, "lines": [2, 3]}
    return {
        "id": "topic.two-sides",
        "topic": "topic",
        "says": text,
        "verdict": "stands",
        "recorded": "stands",
        "changed": False,
        "sides": [side | {"claim": "topic.fact"}, side | {"claim": text}],
        "right": "topic.fact",
        "instead": text,
        "reason": None,
        "why": text,
        "explained_by": [],
        "checks": [check(text) | {"role": "all sides"}],
        "faults": [{"name": "f", "does": text, "detected": True}],
        "by_backend": {"tensorflow": "stands"},
    }


def audit(text="A fact.", **other):
    claims = [claim(text, **other)]
    verdict = claims[0]["verdict"]
    words = ("upheld", "refuted", "qualified", "inconclusive", "not run", "broken")
    return {
        "schema": 1,
        "run": {
            "started": "2026-01-02T03:04:05+00:00",
            "seconds": 1.5,
            "seed": 7,
            "alpha": 1e-10,
            "command": "pytest",
            "complete": True,
            "stack": {"keras": "3.15", "backend": "tensorflow", "device": "cpu"},
            "backends": ["tensorflow"],
            "parts": [],
        },
        "totals": {word: int(word == verdict) for word in words},
        "false_alarm_bound": 1e-9,
        "measured_bound": 0.0,
        "power": {
            "type": "power",
            "measured": "2026-01-02",
            "stack": {"keras": "3.15"},
            "noticed": {"topic.fact": {text: False}},
        },
        "matrix": {
            "measured": "2026-01-02",
            "topics": {
                text: {"claims": ["topic.fact"], "noticed_by": {text: ["topic.fact"]}}
            },
        },
        "documents": [
            {
                "id": "paper",
                "title": text,
                "file": "paper.txt",
                "sha256": "0" * 64,
                "passages": 1,
                "with_claims": 1,
                "not_checkable": 0,
                "untriaged": 0,
                "rows": [
                    {
                        "lines": [2, 3],
                        "section": text,
                        "kind": "prose",
                        "claims": ["topic.fact"],
                    }
                ],
            }
        ],
        "claims": claims,
        "contradictions": [contradiction(text)],
    }


class Tags(HTMLParser):
    """Counts elements, and collects what could run or load something."""

    def __init__(self, text):
        super().__init__()
        self.scripts, self.risky = 0, []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.scripts += tag == "script"
        if tag in ("img", "iframe", "link", "object", "embed", "form", "base"):
            self.risky.append(tag)
        self.risky += [name for name, _ in attributes if name.startswith("on")]
        self.risky += [v for n, v in attributes if n == "href" and v[:1] != "#"]


def with_copy(project, text):
    (project.material / "paper.txt").write_text(text, "utf-8", errors="replace")
    return project


def rendered(project, text):
    audited = audit(text)
    return {
        "html": render.html(audited, copies(with_copy(project, text))),
        "md": render.markdown(audited),
        "corrections": render.corrections(audited, audited["documents"][0]),
        "sarif": json.dumps(sarif(audited)),
        "junit": junit(audited),
    }


def judge_safe(files):
    tags = Tags(files["html"])
    assert (tags.scripts, tags.risky) == (1, [])
    for name in ("md", "corrections"):
        assert "<" not in files[name].replace("&lt;", "")
        assert not any(c in files[name] for c in "\x00\x1b\u202e\ud800")
    ElementTree.fromstring(files["junit"].encode())
    json.loads(files["sarif"])
    files["html"].encode()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_runs_nothing_and_breaks_no_parser(project, text):
    """One script, no handler, no link out, whatever the document and evidence say."""
    judge_safe(rendered(project, text))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=st.text(st.characters(), max_size=80))
def test_arbitrary_text_runs_nothing_and_breaks_no_parser(project, text):
    """The same for anything that Hypothesis invents."""
    judge_safe(rendered(project, text))


def test_a_heading_in_evidence_stays_on_its_line(project):
    """Evidence cannot open a section of the Markdown report."""
    text = rendered(project, "x\n# injected")["md"]

    assert not any(line.startswith("# injected") for line in text.splitlines())


def test_the_errata_names_line_statement_truth_and_evidence():
    """An author can act on an item without the code."""
    audited = audit(says="Rates are odd.", instead="Rates are even.")
    text = render.corrections(audited, audited["documents"][0])

    assert "## 1. Lines 2 to 3" in text and "(refuted, lesson): Rates are odd." in text
    assert "**True instead:** Rates are even." in text
    assert "falsified" in text and "[topic.fact](audit.html#topic.fact)" in text


def test_sarif_puts_the_finding_on_the_line():
    """A lesson is an error at the document's lines; an upheld claim is no result."""
    result = sarif(audit())["runs"][0]["results"][0]

    place = result["locations"][0]["physicalLocation"]
    assert (result["level"], place["artifactLocation"]["uri"]) == ("error", "paper.txt")
    assert place["region"] == {"startLine": 2, "endLine": 3}
    upheld = sarif(audit(verdict="upheld", severity=None))["runs"][0]["results"]
    assert [result["level"] for result in upheld] == ["note"]  # the contradiction


@pytest.mark.parametrize(
    ("other", "counted"),
    [
        ({}, {"failures": "0", "errors": "0", "skipped": "0"}),
        ({"changed": True}, {"failures": "1", "errors": "0", "skipped": "0"}),
        ({"verdict": "broken"}, {"failures": "0", "errors": "1", "skipped": "0"}),
        ({"verdict": "not run"}, {"failures": "0", "errors": "0", "skipped": "1"}),
    ],
)
def test_junit_fails_what_is_not_as_recorded(other, counted):
    """A refuted claim as recorded passes; a change fails, broken is an error."""
    suite = ElementTree.fromstring(junit(audit(**other)).encode())[0]

    assert {name: suite.get(name) for name in counted} == counted


def test_the_page_marks_moved_changed_and_new_passages(project):
    """Without a matching ledger row the copy's passage is shown as unjudged."""
    html = render.html(audit(), copies(with_copy(project, "Something new was said.")))

    assert "nobody has judged it" in html and "Something new was said." in html


def test_a_changed_verdict_is_told_first():
    """compare: changed, new and gone claims, and the stack's differences."""
    old, new = audit(), audit(verdict="upheld")
    new["run"]["stack"]["keras"] = "3.16"
    difference = compare.compare(old, new)

    assert compare.changed(difference)
    assert "changed: `topic.fact` refuted → upheld" in compare.markdown(difference)
    assert difference["stack"] == {"keras": ["3.15", "3.16"]}
    assert not compare.changed(compare.compare(old, old))


def test_a_source_outside_of_the_documents_is_a_link(project):
    """Its address stands in every format, and only an https address is linked."""
    for address, linked in (("https://example.org/7", True), ("javascript:1", False)):
        source = {"address": address, "section": "An issue"}
        audited = audit(sources=[source])

        html = render.html(audited, copies(project))
        assert (f'<a href="{address}">An issue</a>' in html) is linked
        assert address in render.markdown(audited)
        results = sarif(audited)["runs"][0]["results"]
        assert "topic.fact" not in [result["ruleId"] for result in results]


def test_a_contradiction_has_an_entry_of_its_own_in_every_format(project):
    """It is no finding about one text, and errata name it to the side that is wrong."""
    audited = audit(verdict="upheld", severity=None, instead=None)
    (found,) = audited["contradictions"]
    found["sides"][1] |= {"document": "paper", "claim": "topic.other", "lines": [5, 5]}

    html = render.html(audited, copies(project))
    assert 'id="topic.two-sides"' in html.split('id="contradictions"')[1]
    assert "1 contradictions between passages" not in html
    assert "1 contradiction between passages" in html
    markdown = render.markdown(audited)
    assert "## Contradictions between passages" in markdown
    errata = render.corrections(audited, audited["documents"][0])
    assert "paper line 5 (A fact.): wrong, judged by topic.other" in errata
    found["right"] = None
    assert "topic.other" not in render.corrections(audited, audited["documents"][0])
    assert 'name="topic.two-sides"' in junit(audited)


def test_evidence_is_told_with_the_claim_and_gets_no_verdict_of_its_own(project):
    """Its place stands below the sources; without evidence nothing does."""
    files, without = rendered(project, "A fact."), render.html(audit(evidence=[]))

    assert '<b>Evidence:</b> <a href="#document-paper">' in files["html"]
    assert "paper line 2 (evidence: paper line 5)" in files["md"]
    assert "<b>Evidence:</b>" not in without
    assert files["html"].count("line 5") == 1


def test_a_public_statement_is_nothing_for_an_author_to_fix(project):
    """It is among the claims and in the coverage, not in what to fix first."""
    source = {"address": "https://example.org/7", "section": "An issue"}

    html = render.html(audit(sources=[source]), copies(project))
    fix = html.split('id="fix"')[1].split("</section>")[0]
    rest = html.split('id="coverage"')[1]

    assert "topic.fact" not in fix
    assert "public statements outside of the documents" in rest
    assert "It is said" in html
