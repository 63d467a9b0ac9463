"""A project about another subject uses the harness as it is installed."""

import json
import os
import subprocess
import sys

import pytest

from harness.__main__ import main


@pytest.fixture
def elsewhere(tmp_path):
    """What `init` writes, far from this project."""
    folder = tmp_path / "another subject"
    assert main(["init", str(folder)]) == 0
    return folder


def test_a_folder_in_use_is_left_alone(tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("mine")

    assert main(["init", str(tmp_path)]) == 2

    assert "is not empty; name a new folder" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.slow
def test_a_project_about_another_subject_is_audited(elsewhere):
    """Two claims, one ledger: verdicts, faults, its own script and its own passages."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--faults", "--material", "material"],
        cwd=elsewhere,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "1 upheld, 1 refuted"
    assert "faults: 2 detected, 0 missed" in done.stdout
    latest = elsewhere / "reports" / "latest"
    audited = json.loads((latest / "audit.json").read_text("utf-8"))
    (document,) = audited["documents"]
    assert (document["title"], document["untriaged"]) == ("Averages in Python", 0)
    scripts = [c["snippet"] for a in audited["claims"] for c in a["checks"]]
    assert any(script and "statistics.median" in script for script in scripts)
    page = (latest / "audit.html").read_text("utf-8")
    assert "<mark>is always one of its values</mark>" in page
