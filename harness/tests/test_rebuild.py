"""Reports are rebuilt from evidence alone: quickly, and without the libraries."""

import json
import re
import resource
import shutil
import subprocess
import sys

import pytest

from harness.__main__ import main
from harness.documents.project import around
from harness.evidence.store import read, write_evidence
from harness.tests.conftest import PUBLISHED, ROOT

CODE = """
import sys
from harness.__main__ import main
code = main(sys.argv[1:])
heavy = {"tensorflow", "keras", "torch", "jax"} & set(sys.modules)
assert not heavy, heavy
sys.exit(code)
"""


@pytest.fixture
def run(tmp_path, published):
    """A copy of the published run with ten complete neighbours, and material."""
    text = json.dumps(published)
    for day in range(10, 21):
        folder = tmp_path / "runs" / f"202601{day}"
        folder.mkdir(parents=True)
        shutil.copy(PUBLISHED / "evidence.jsonl.gz", folder)
        stamp = f'"started": "2020-01-{day}T'
        earlier = re.sub(r'"started": "[^T]*T', stamp, text)
        (folder / "audit.json").write_text(earlier, "utf-8")
    return folder


@pytest.fixture
def material(tmp_path):
    """Stand-ins as long as the longest audited text, under all the audited names."""
    folder = tmp_path / "material"
    folder.mkdir()
    for document in around(ROOT).ledgers.documents():
        lines = [f"Sentence {n} of a text that nobody has judged." for n in range(450)]
        (folder / document.file).write_text("\n\n".join(lines))
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("with_material", [False, True])
def test_a_rebuild_is_quick_and_imports_no_library(run, material, with_material):
    """5 seconds with ten runs of history, under 3 MB, without TensorFlow or torch."""
    more = ["--material", str(material)] if with_material else []
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", CODE, "report", str(run), *more],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)

    assert done.returncode == 0, done.stderr
    html = (run / "audit.html").read_text("utf-8")
    assert after.ru_utime - before.ru_utime < 5
    assert len(html.encode()) < 3_000_000
    assert "in 10 runs since 2020-01-10" in html
    assert ("Sentence 7 of a text" in html) == with_material


@pytest.mark.slow
def test_without_neighbours_a_rebuild_is_the_same_anywhere(tmp_path, published):
    """The folder of a run does not matter, and only one named `runs` has a history."""
    for name in ("one", "two"):
        (tmp_path / name / "runs" / "20260101").mkdir(parents=True)
        shutil.copy(PUBLISHED / "evidence.jsonl.gz", tmp_path / name)
        text = json.dumps(published)
        (tmp_path / name / "runs" / "20260101" / "audit.json").write_text(text)

    assert main(["report", str(tmp_path / "one"), str(tmp_path / "two")]) == 0

    for name in ("audit.json", "audit.html", "audit.sarif", "junit.xml"):
        one, two = (tmp_path / folder / name for folder in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()
    assert "history" not in json.loads((tmp_path / "one" / "audit.json").read_text())


def test_a_published_run_is_what_a_reader_opens_and_its_evidence(run):
    """No history of one machine, and nothing that can be rebuilt from the evidence."""
    out = run.parents[1] / "published"

    assert main(["publish", str(run), "--out", str(out)]) == 0

    names = {path.name for path in out.iterdir()}
    assert {"audit.html", "audit.md", "evidence.jsonl.gz"} < names
    assert not names & {"audit.json", "audit.sarif", "junit.xml", "evidence.jsonl"}
    assert "Earlier runs" not in (out / "audit.html").read_text("utf-8")
    assert read(out) == read(run)


def test_a_run_without_faults_is_not_published(run, capsys):
    """A published audit says how strong its checks are."""
    lines = [line | {"under_faults": []} for line in read(run)]
    (run / "evidence.jsonl.gz").unlink()
    write_evidence(run / "evidence.jsonl", lines)

    assert main(["publish", str(run), "--out", str(run / "published")]) == 2
    assert "did not try" in capsys.readouterr().err
    assert not (run / "published").exists()


def test_a_release_is_checked_against_the_published_audit(run, tmp_path, capsys):
    """The same claims pass; a changed word of one is named, and nothing is written."""
    text = "".join(json.dumps(line) + "\n" for line in read(run))
    reworded = tmp_path / "reworded"
    reworded.mkdir()
    says = next(line["says"] for line in read(run) if line["type"] == "claim")
    said = json.dumps(says)
    (reworded / "evidence.jsonl").write_text(text.replace(said, '"Other words."'))

    assert main(["publish", str(run), "--check", "--out", str(PUBLISHED)]) == 0
    assert main(["publish", str(reworded), "--check", "--out", str(PUBLISHED)]) == 1
    assert "the published audit tells something else" in capsys.readouterr().out
