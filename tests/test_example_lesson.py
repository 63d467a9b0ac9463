"""The lesson under `examples/`, and what a course needs to have its own linted."""

import json
import re
import shutil
import subprocess
import sys

import pytest
import yaml

from harness.tests.conftest import ROOT

LESSON = ROOT / "examples" / "lesson"


@pytest.mark.slow
def test_the_example_has_a_fault_of_each_family(tmp_path):
    """One finding each, and the README shows what `lint` prints of it."""
    done = subprocess.run(
        [sys.executable, "-m", "harness", "lint", "examples/lesson"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "XDG_CACHE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1, done.stderr
    families = re.findall(r"\[(\w+)[\w.-]*\]$", done.stdout, re.MULTILINE)
    assert sorted(set(families)) == sorted(
        ["call", "code", "name", "number", "output", "statement"]
    )
    readme = (ROOT / "README.md").read_text("utf-8")
    for line in done.stdout.splitlines()[:4]:
        assert line in readme, line


def test_the_hook_and_the_action_call_what_is_installed():
    hook = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))[0]
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    script = "regularization-audit lint"

    assert hook["entry"] == script and hook["language"] == "python"
    steps = [step.get("run", "") for step in action["runs"]["steps"]]
    assert any(step.startswith(script) for step in steps)


@pytest.mark.slow
def test_a_course_without_claims_gets_the_installed_ones(tmp_path):
    """What a wheel holds is enough: recognizers, patterns and judged claims."""
    left = shutil.ignore_patterns(".*", "reports", "build", "__pycache__")
    copy = shutil.copytree(ROOT, tmp_path / "copy", ignore=left)
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"),
            *("--no-build-isolation", "--target", tmp_path / "installed", copy),
        ],
        check=True,
        capture_output=True,
    )
    course = tmp_path / "course"
    shutil.copytree(LESSON, course)

    done = subprocess.run(
        [
            *(sys.executable, "-P", "-c"),
            "from harness.__main__ import main; raise SystemExit("
            "main(['lint', '.', '--format', 'json']))",
        ],
        cwd=course,
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(tmp_path / "installed"),
            "XDG_CACHE_HOME": str(tmp_path / "cache"),
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1, done.stderr
    rules = {found["rule"] for found in json.loads(done.stdout)["findings"]}
    assert "statement.dropout.scaled-down-at-inference" in rules
    assert "code.constraints.default-axis-bounds-filters" in rules
