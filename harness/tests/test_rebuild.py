"""Reports are rebuilt from evidence alone: quickly, and without the libraries."""

import json
import re
import shutil
import subprocess
import sys
import time

import pytest

from harness.__main__ import main
from harness.documents import ledger
from harness.tests.conftest import ROOT

CODE = """
import sys
from harness.__main__ import main
code = main(sys.argv[1:])
heavy = {"tensorflow", "keras", "torch", "jax"} & set(sys.modules)
assert not heavy, heavy
sys.exit(code)
"""


@pytest.fixture
def run(tmp_path):
    """A copy of the published run with ten complete neighbours, and material."""
    published = ROOT / "reports" / "published"
    for day in range(10, 21):
        folder = tmp_path / "runs" / f"202601{day}"
        folder.mkdir(parents=True)
        shutil.copy(published / "evidence.jsonl", folder)
        text = (published / "audit.json").read_text("utf-8")
        stamp = f'"started": "2020-01-{day}T'
        text = re.sub(r'"started": "[^T]*T', stamp, text)
        (folder / "audit.json").write_text(text, "utf-8")
    return folder


@pytest.fixture
def material(tmp_path):
    """Stand-ins as long as the longest audited text, under all the audited names."""
    folder = tmp_path / "material"
    folder.mkdir()
    for document in ledger.documents():
        lines = [f"Sentence {n} of a text that nobody has judged." for n in range(900)]
        (folder / document.file).write_text("\n\n".join(lines))
    return folder


@pytest.mark.parametrize("with_material", [False, True])
def test_a_rebuild_is_quick_and_imports_no_library(run, material, with_material):
    """Under 5 seconds with ten runs of history, under 3 MB, no TensorFlow or torch."""
    more = ["--material", str(material)] if with_material else []
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", CODE, "report", str(run), *more],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
    )
    seconds = time.perf_counter() - start

    assert done.returncode == 0, done.stderr
    html = (run / "audit.html").read_text("utf-8")
    assert seconds < 5 and len(html.encode()) < 3_000_000
    assert "in 10 runs since 2020-01-10" in html
    assert ("Sentence 7 of a text" in html) == with_material


def test_without_neighbours_a_rebuild_is_the_same_anywhere(tmp_path):
    """The published audit has no history, and its folder does not matter."""
    published = ROOT / "reports" / "published"
    for name in ("one", "two"):
        (tmp_path / name / "runs" / "20260101").mkdir(parents=True)
        shutil.copy(published / "evidence.jsonl", tmp_path / name)
        shutil.copy(published / "audit.json", tmp_path / name / "runs" / "20260101")

    assert main(["report", str(tmp_path / "one"), str(tmp_path / "two")]) == 0

    for name in ("audit.json", "audit.html", "audit.sarif", "junit.xml"):
        one, two = (tmp_path / folder / name for folder in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()
    for folder in (tmp_path / "one", published):
        assert "history" not in json.loads((folder / "audit.json").read_text("utf-8"))


def test_a_published_run_has_no_history(run):
    """What lies beside the run on one machine is not committed."""
    out = run.parents[1] / "published"

    assert main(["publish", str(run), "--out", str(out)]) == 0

    assert "history" not in json.loads((out / "audit.json").read_text("utf-8"))
    assert "Earlier runs" not in (out / "audit.html").read_text("utf-8")
