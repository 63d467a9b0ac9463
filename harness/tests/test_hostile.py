"""Hostile documents and evidence: a report or one clear sentence, within bounds."""

import json
import os
import time

import pytest

from harness.__main__ import main
from harness.documents.fingerprints import fingerprint, sketch
from harness.evidence import record
from harness.evidence.store import write_evidence
from harness.report.documents import MOST_UNKNOWN
from harness.tests.conftest import LEDGER
from harness.tests.test_bad_input import GOOD
from harness.tests.test_report import Tags, audit

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.usefixtures("bounded")

SECRET = "the words of another file"
SCRIPT = "<script>alert(1)</script>"
ROW = """
[[passage]]
lines = [2, 2]
section = {section}
kind = "prose"
fingerprint = "{fingerprint}"
sketch = "{sketch}"
claims = ["sums.one"]
"""


@pytest.fixture
def paper(tmp_path):
    """A run about paper.txt, and the folder with the reader's copy of it."""
    ledgers, material, run = (
        tmp_path / name for name in ("claims/documents", "mine", "run")
    )
    for folder in (ledgers, material, run):
        folder.mkdir(parents=True)
    (ledgers / "paper.toml").write_text(LEDGER)
    store(run)
    return material / "paper.txt"


def store(run, text="A fact."):
    """The evidence of one claim in which every string is `text`."""
    claim = audit(text)["claims"][0]
    check = claim["checks"][0] | {"type": "check", "claim": "topic.fact"}
    named = {"test": check["test"], "role": check["role"]}
    declared = claim | {"type": "claim", "checks": [named]}
    lines = [
        {
            "type": "run",
            "started": "2026-01-02T03:04:05+00:00",
            "seed": 7,
            "stack": audit()["run"]["stack"],
        },
        {"type": "document"} | audit(text)["documents"][0],
        declared,
        check,
        {"type": "end", "seconds": 1.0, "complete": True},
    ]
    write_evidence(
        run / "evidence.jsonl", [line | {"backend": "tensorflow"} for line in lines]
    )


def reported(paper, capsys):
    """Exit code, what was said, and the text of all files that `report` wrote."""
    run = paper.parents[1] / "run"
    code = main(["report", str(run), "--material", str(paper.parent)])
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    written = [
        path.read_text("utf-8") for path in run.iterdir() if path.suffix != ".jsonl"
    ]
    assert SECRET not in said.out + said.err + "".join(written)
    html = run / "audit.html"
    return code, said.err, html.read_text("utf-8") if html.exists() else ""


def large(paper):
    with paper.open("wb") as file:
        file.truncate(50 * 2**20)


def linked(paper):
    secret = paper.parents[1] / "secret.txt"
    secret.write_text(SECRET)
    paper.symlink_to(secret)


def linked_folder(paper):
    (paper.parents[1] / "secrets").mkdir()
    (paper.parents[1] / "secrets" / "paper.txt").write_text(SECRET)
    (paper.parent / "sub").symlink_to(paper.parents[1] / "secrets")
    named(paper, "sub/paper.txt")


def outside(paper):
    (paper.parents[1] / "secret.txt").write_text(SECRET)
    named(paper, "../secret.txt")


def absolute(paper):
    (paper.parents[1] / "secret.txt").write_text(SECRET)
    named(paper, str(paper.parents[1] / "secret.txt"))


def ledger_of(paper):
    return paper.parents[1] / "claims" / "documents" / "paper.toml"


def named(paper, file):
    """Let the ledger call the document's file so."""
    text = LEDGER.replace('"paper.txt"', json.dumps(file))
    ledger_of(paper).write_text(text)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (large, "paper.txt is larger than 4 MiB"),
        (lambda p: p.write_bytes(b"a" * 10_000_000), "paper.txt is larger than 4 MiB"),
        (lambda p: p.write_text("x\n" * 100_001), "has more than 100000 lines"),
        (lambda p: p.write_bytes(bytes(range(256)) * 9), "not readable UTF-8 text"),
        (lambda p: p.write_bytes(b"A fact.\n\xc3\x28\n"), "not readable UTF-8 text"),
        (lambda p: p.write_bytes(b"\xed\xa0\x80"), "not readable UTF-8 text"),
        (lambda p: p.write_text("A fact.", "utf-16"), "not readable UTF-8 text"),
        (linked, "paper.txt is no plain file"),
        (linked_folder, "sub/paper.txt lies outside the folder"),
        (outside, "../secret.txt lies outside the folder"),
        (absolute, "secret.txt lies outside the folder"),
        (os.mkfifo, "paper.txt is no plain file"),
        (lambda p: p.mkdir(), "paper.txt is no plain file"),
        (lambda p: p.symlink_to(p), "paper.txt is no plain file"),
    ],
)
def test_what_is_no_document_is_one_sentence(paper, capsys, make, sentence):
    """Nothing is written, and nothing outside the folder is read."""
    make(paper)

    code, said, html = reported(paper, capsys)

    assert (code, said.count("\n"), html) == (2, 1, "")
    assert said.startswith("error: --material ") and sentence in said


@pytest.mark.parametrize(
    "text",
    [
        SCRIPT,
        f"```\n{SCRIPT}\nx = '</pre>{SCRIPT}'\n```",
        f"# {SCRIPT}",
        f"| a{SCRIPT} | b |",
        f"flowchart LR\na[{SCRIPT}] --> b",
        f"Epoch 1 {SCRIPT}",
        '"><img src=x onerror=alert(1)>',
        "' onmouseover='alert(1)",
        "[x](javascript:alert(1))\n# heading\n```\n",
        "]]></failure>",
        "<!--",
        "{{ 7 }}",
        "NUL \x00 here",
        "bell \x07, escape \x1b[2J",
        "right \u202e left \u2066 x \u2069",
        "line\u2028separator\x85 and\x0cform feed",
        "\ufeffmark",
        "\ufffe\uffff",
        "e\u0301" * 2_000,
        "\U0010ffff",
        "a" * 4_000_000,
        "( " * 100_000,
        "",
    ],
)
def test_any_text_becomes_a_report_that_runs_nothing(paper, capsys, text):
    """One script, ours; no control character and no reversed text reaches the page."""
    paper.write_text(text)

    code, said, html = reported(paper, capsys)

    tags = Tags(html)
    assert (code, said, tags.scripts, tags.risky) == (0, "", 1, [])
    assert not set("\x00\x07\x1b\u202e\u2066\x85") & set(html)


@pytest.mark.parametrize(
    "text",
    [
        SCRIPT,
        "</script>",
        "<!--<script>",
        "\ud800",
        "\u2028",
        "\x00\u202e",
        "]]>",
        "x](javascript:0)",
    ],
)
def test_strings_of_the_evidence_run_nothing(paper, capsys, text):
    """Also lone surrogates and Unicode's line separators come back from disk."""
    paper.write_text(text, errors="replace")
    run = paper.parents[1] / "run"
    store(run, text)

    code, said, html = reported(paper, capsys)

    assert (code, said, Tags(html).scripts, Tags(html).risky) == (0, "", 1, [])
    stored = json.loads((run / "audit.json").read_text("utf-8"))
    assert stored["claims"][0]["says"] == text
    assert "](javascript" not in (run / "audit.sarif").read_text("utf-8")


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999", "[" * 100_000])
def test_numbers_that_json_cannot_hold_are_named(paper, capsys, number):
    """Evidence with one is damaged: the file and the line."""
    path = paper.parents[1] / "run" / "evidence.jsonl"
    path.write_text('{"type": "run", "seed": ' + number + "}\n")
    paper.write_text("A fact.")

    code, said, _ = reported(paper, capsys)

    assert code == 2 and "line 1 is not JSON" in said


def test_names_from_the_ledger_run_nothing(paper, capsys):
    """File and section names with markup, and a passage found under them."""
    name = f"<img onerror=alert(1)> {SCRIPT}".replace("/", "")
    row = ROW.format(
        section=json.dumps(SCRIPT),
        fingerprint=fingerprint("A fact."),
        sketch=sketch("A fact."),
    )
    named(paper, name)
    ledger_file = ledger_of(paper)
    ledger_file.write_text(ledger_file.read_text() + row)
    (paper.parent / name).write_text("A fact.")

    code, said, html = reported(paper, capsys)

    assert (code, said, Tags(html).scripts, Tags(html).risky) == (0, "", 1, [])
    assert "&lt;script&gt;" in html


@pytest.mark.slow
def test_a_paragraph_of_100_000_lines_becomes_a_report(paper, capsys):
    """In seconds; unknown passages are counted, and only the first are shown."""
    paper.write_text("\n".join(["the layer drops its units at random,"] * 100_000))
    start = time.perf_counter()

    code, said, html = reported(paper, capsys)

    assert (code, said) == (0, "")
    assert time.perf_counter() - start < 10 and len(html) < 3_000_000
    assert f"{100_000 - MOST_UNKNOWN} more passages" in html
    assert "100000 new" in html


@pytest.mark.parametrize("make", [large, linked, lambda p: p.write_bytes(b"\xff")])
def test_pytest_refuses_what_is_no_document(project, make):
    """Exit code 4 and one sentence, before anything runs."""
    project.claims(GOOD)
    (project.path / "mine").mkdir()
    make(project.path / "mine" / "paper.txt")

    result = project.run("claims", "--material", "mine")

    text = "\n".join(result.outlines + result.errlines)
    assert result.ret == 4 and "Traceback" not in text
    assert text.count("--material mine: paper.txt is") == 1
    assert not (project.path / "reports" / "runs").exists()


def test_pytest_reports_on_a_hostile_document(project):
    """Document and measured string in one run, end to end."""
    project.claims(
        GOOD.replace(
            "judge.equal(1, 1)",
            f"judge.equal({SCRIPT!r} + "
            f"'\\ud800\\u2028', {SCRIPT!r} + '\\ud800\\u2028')",
        )
    )
    (project.path / "paper.txt").write_text(
        f"{SCRIPT}\x00\u202e\n\n```\n{SCRIPT}\n```\n"
    )

    result = project.run("claims", "--material", ".")

    assert result.ret == 0
    assert record.totals(project.audit()["claims"])["upheld"] == 1
    html = (project.path / "reports" / "latest" / "audit.html").read_text("utf-8")
    assert (Tags(html).scripts, Tags(html).risky) == (1, [])
