"""Two runs compared as Markdown and as a page; the exit code is 1 for a new verdict."""

import json
import re

import pytest

from harness.__main__ import main
from harness.report import compare, render
from harness.tests.test_report import HOSTILE, Tags, audit, claim


@pytest.fixture
def edited(tmp_path, published_text):
    """The published evidence with one text replaced everywhere, in a folder."""

    def store(old="", new="", name="new"):
        folder = tmp_path / name
        folder.mkdir()
        text = published_text
        (folder / "evidence.jsonl").write_text(text.replace(old, new), "utf-8")
        return folder

    return store


def test_a_run_compared_with_itself_is_the_same(edited, capsys):
    """Exit code 0, on paper and on the page; folders on the way are made."""
    page = edited().parent / "pages" / "compare.html"
    run = str(page.parents[1] / "new")

    assert main(["compare", run, run, "--html", str(page)]) == 0
    assert re.search(
        r"^0 changed, 0 new, 0 gone, \d+ same$", capsys.readouterr().out, re.MULTILINE
    )
    assert "0 changed, 0 new, 0 gone" in page.read_text("utf-8")


def test_a_changed_verdict_exits_1(edited, published_text, capsys):
    """The claim, both verdicts and the other version, in both forms."""
    lines = published_text.splitlines()
    of = '"type": "check", "backend": "tensorflow", "claim": "dropout.inverted-scaling"'
    check = next(x for x in lines if of in x)
    fell = check.replace('"outcome": "held"', '"outcome": "falsified"', 1)
    old, new = edited(name="old"), edited(check, fell)
    keras = json.loads(lines[0])["stack"]["keras"]
    text = (new / "evidence.jsonl").read_text("utf-8")
    (new / "evidence.jsonl").write_text(text.replace(f'"{keras}"', '"9.9"'), "utf-8")
    page = new / "compare.html"

    assert main(["compare", str(old), str(new), "--html", str(page)]) == 1
    printed = capsys.readouterr().out
    assert "- changed: `dropout.inverted-scaling` upheld → refuted" in printed
    assert f"- keras: {keras} → 9.9" in printed
    row = re.search(
        r"<tr><td>dropout.inverted-scaling</td>.*</tr>", page.read_text("utf-8")
    )
    assert "✓ upheld" in row[0] and "✗ refuted" in row[0]
    assert f"<td>{keras}</td><td>9.9</td>" in page.read_text("utf-8")


@pytest.mark.parametrize("place", ["nowhere/evidence.jsonl", "new/evidence.jsonl/x"])
def test_a_missing_run_or_a_bad_place_exits_2(edited, capsys, place):
    """One sentence on the error output."""
    folder = edited()
    old = str(folder.parent / place) if place.startswith("nowhere") else str(folder)

    code = main(["compare", old, str(folder), "--html", str(folder.parent / place)])

    said = capsys.readouterr()
    assert code == 2 and said.err.startswith("error: ") and said.err.count("\n") == 1


def test_new_gone_and_moved_are_told():
    """Claims of one run only, and a number that moved under the same verdict."""
    old, new = audit(), audit()
    old["claims"].append(claim(id="topic.old"))
    new["claims"].append(claim(id="topic.young"))
    new["claims"][0]["checks"][0]["measured"] = 0.25
    difference = compare.compare(old, new)

    page = compare.html(difference, old, new)

    assert "0 changed, 1 new, 1 gone, 2 same" in page
    assert "<td>topic.fact</td><td>test_it</td><td>A fact.</td><td>0.25</td>" in page
    assert not compare.changed(difference)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_runs_nothing_on_the_page(text):
    """No script, no handler, no link out; the report's policy and style."""
    old, new = audit(), audit()
    for audited in (old, new):
        audited["run"] |= {"command": text, "seed": text}
        audited["claims"][0]["id"] = text
        audited["claims"][0]["checks"][0]["test"] = text
    new["claims"][0]["checks"][0]["measured"] = text * 2
    new["run"]["stack"]["keras"] = text
    page = compare.html(compare.compare(old, new), old, new)

    tags = Tags(page)
    assert (tags.scripts, tags.risky) == (0, [])
    page.encode()
    policy, style = (
        re.search(pattern, page, re.DOTALL)[1]
        for pattern in (
            r"default-src '([^>]*)script-src 'none'",
            r"<style>(.*)</style>",
        )
    )
    whole = render.html(audit())
    assert policy in whole and style in whole
