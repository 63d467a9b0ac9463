"""A project in a temporary folder whose claims are about plain Python functions."""

import json
import os
from pathlib import Path

import jsonschema
import pytest

from harness.running import bounds

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT / "harness" / "report" / "audit.schema.json"
LEDGER = """\
id = "paper"
title = "A paper"
file = "paper.txt"
sha256 = "0"
lines = 9
section = [{ line = 1, title = "Start" }, { line = 5, title = "End" }]
"""
HEAD = """\
import pytest
from hypothesis import strategies as st
from harness import claim, example, given, judge, UPHELD, REFUTED, QUALIFIED
from harness.faults import fault, output_times
from harness.ledger import document

paper = document("paper")
"""


class Project:
    """Write claims, run pytest on them in a process of its own, read the record."""

    def __init__(self, pytester):
        self.pytester = pytester
        self.path = pytester.path
        (self.path / "claims" / "documents").mkdir(parents=True)
        (self.path / "claims" / "documents" / "paper.toml").write_text(LEDGER)
        (self.path / "pytest.ini").write_text(
            "[pytest]\naddopts = -p harness.plugin\ntestpaths = claims\n"
        )

    def claims(self, body, name="test_paper"):
        (self.path / "claims" / f"{name}.py").write_text(HEAD + body)

    def run(self, *arguments, env=None, cwd=None):
        """pytest's result; stdout and ret as pytester gives them."""
        path = os.pathsep.join([str(ROOT), str(self.path)])
        self.pytester._monkeypatch.setenv("PYTHONPATH", path)
        for name, value in (env or {}).items():
            self.pytester._monkeypatch.setenv(name, value)
        if cwd:
            self.pytester._monkeypatch.chdir(cwd)
        return self.pytester.runpytest_subprocess(*arguments)

    def audit(self):
        """The record of the last complete run, which must keep the contract."""
        audited = json.loads((self.path / "reports/latest/audit.json").read_text())
        jsonschema.validate(audited, json.loads(SCHEMA.read_text()))
        return audited

    def runs(self):
        return sorted((self.path / "reports" / "runs").iterdir())

    def verdict(self, id):
        return next(c for c in self.audit()["claims"] if c["id"] == id)["verdict"]


@pytest.fixture
def project(pytester):
    return Project(pytester)


@pytest.fixture
def bounded():
    """The test ends within 20 seconds, also in an endless loop."""
    with bounds.bounded(20):
        yield
