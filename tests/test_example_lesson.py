"""The lesson under `examples/`, and what a course needs to have its own linted."""

import json
import os
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


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """What a wheel of this project holds, in a folder of its own."""
    folder = tmp_path_factory.mktemp("wheel")
    left = shutil.ignore_patterns(".*", "reports", "build", "__pycache__")
    copy = shutil.copytree(ROOT, folder / "copy", ignore=left)
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"),
            *("--no-build-isolation", "--target", folder / "installed", copy),
        ],
        check=True,
        capture_output=True,
    )
    return folder / "installed"


@pytest.fixture
def course(tmp_path, installed):
    """A repository with the lesson, and an environment whose PATH has the command."""
    command = tmp_path / "bin" / "regularization-audit"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m harness "$@"\n')
    command.chmod(0o755)
    repository = tmp_path / "a course"
    shutil.copytree(LESSON, repository)
    environment = {
        **os.environ,
        "PATH": f"{command.parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(installed),
        "PRE_COMMIT_HOME": str(tmp_path / "pre-commit"),
    }
    for words in (("init", "-q"), ("add", ".")):
        subprocess.run(["git", *words], cwd=repository, check=True)

    def run(*words):
        done = subprocess.run(
            words,
            cwd=repository,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    return repository, run


@pytest.mark.slow
def test_the_hook_runs_in_a_course(course):
    """As pre-commit calls it, with the installed command instead of a new one."""
    repository, run = course
    hook = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))[0]
    assert hook["language"] == "python"
    del hook["additional_dependencies"]
    config = {"repos": [{"repo": "local", "hooks": [{**hook, "language": "system"}]}]}
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))

    code, said = run(sys.executable, "-m", "pre_commit", "run", "--all-files")

    assert code == 1, said
    assert "[statement.dropout.scaled-down-at-inference]" in said


@pytest.mark.slow
def test_the_action_runs_in_a_course(course):
    """Its last step, which lints; the one before it installs this project."""
    _, run = course
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    *_, install, lint = [step.get("run", "") for step in action["runs"]["steps"]]
    assert "pip install" in install and "$GITHUB_ACTION_PATH" in install

    code, said = run("env", "PATHS=.", "OPTIONS=", "bash", "-c", lint)

    assert code == 1, said
    assert "::error file=dropout-and-decay.md,line=10," in said


@pytest.mark.slow
def test_a_course_without_claims_gets_the_installed_ones(tmp_path, installed):
    """What a wheel holds is enough: recognizers, patterns and judged claims."""
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
            "PYTHONPATH": str(installed),
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
