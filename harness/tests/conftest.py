"""A project in a temporary folder whose claims are about plain Python functions."""

import json
import os
import re
import resource
import signal
import sys
from contextlib import contextmanager
from pathlib import Path

import jsonschema
import pytest

from harness.documents import figures
from harness.evidence import record
from harness.evidence.store import read
from harness.running import bounds
from harness.running.claim import REGISTRY

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SCHEMA = ROOT / "harness" / "report" / "audit.schema.json"
PUBLISHED = ROOT / "reports" / "published"
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
from harness import Figures, claim, contradiction, example, given, judge, side, stated
from harness import UPHELD, REFUTED, QUALIFIED
from harness.running.faults import fault, output_times
from pathlib import Path
from harness.documents.ledger import Ledgers

claims = next(p for p in Path(__file__).parents if p.name == "claims")
paper = Ledgers(claims / "documents")["paper"]
"""


def pytest_collection_modifyitems(items):
    """Warnings are errors in the harness' own tests."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("error"), append=False)


ONE = """
one = claim("sums.one", says="One is one.", sources=[paper[2]], verdict=UPHELD)

@one.as_worded
def test_one():
    judge.equal(1, 1)
"""
"""A file of one claim, which is upheld."""


class Project:
    """Write claims, run pytest on them, read the record.

    A run happens in this process, as `pytest.main` would do it, unless it is told to
    have one of its own.
    """

    def __init__(self, pytester, monkeypatch):
        self.pytester, self._patch = pytester, monkeypatch
        self.path = pytester.path
        (self.path / "claims" / "documents").mkdir(parents=True)
        (self.path / "claims" / "documents" / "paper.toml").write_text(LEDGER)
        (self.path / "pytest.ini").write_text(
            "[pytest]\ntestpaths = claims\n"  # the run around it has imported us
            "filterwarnings = ignore::pytest.PytestAssertRewriteWarning\n"
        )
        (self.path / "conftest.py").write_text(
            'pytest_plugins = ["harness.running.plugin"]\n'
        )

    def claims(self, body, name="test_paper"):
        """Write a file of claims, and a script for each of them."""
        folder = self.path / "claims" / "snippets"
        folder.mkdir(exist_ok=True)
        for id in re.findall(r'(?:claim|contradiction)\(\s*"([^"]+)"', body):
            (folder / f"{id.partition('.')[2]}.py").write_text("assert 1 + 1 == 2\n")
        (self.path / "claims" / f"{name}.py").write_text(HEAD + body)

    def run(self, *arguments, env=None, cwd=None, apart=False):
        """pytest's result; stdout and ret as pytester gives them.

        apart: in a process of its own.
        """
        path = os.pathsep.join([str(ROOT), str(self.path)])
        for name, value in {"PYTHONPATH": path, **(env or {})}.items():
            self._patch.setenv(name, value)
        if cwd:
            self._patch.chdir(cwd)
        REGISTRY.clear()
        figures.DECLARED.clear()
        if apart:
            return self.pytester.runpytest_subprocess(*arguments)
        return self.pytester.runpytest_inprocess(*arguments)

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
def project(pytester, monkeypatch):
    """A project of its own; what a run in this process leaves behind is undone."""
    environment = dict(os.environ)
    for name in ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT"):
        os.environ.pop(name, None)  # a run of the project's is no worker of ours
    claims, declared = dict(REGISTRY), list(figures.DECLARED)
    yield Project(pytester, monkeypatch)
    os.environ.clear()
    os.environ.update(environment)
    REGISTRY.clear()
    REGISTRY.update(claims)
    figures.DECLARED[:] = declared


@pytest.fixture(autouse=True)
def without_libraries():
    """The harness' own tests do without the libraries that it audits."""
    heavy = {"tensorflow", "keras", "torch", "jax"}
    before = heavy & set(sys.modules)
    yield
    assert heavy & set(sys.modules) == before


@contextmanager
def full_disk(size):
    """No file can grow beyond this many bytes, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


@pytest.fixture
def bounded():
    """The test ends within 20 seconds, also in an endless loop."""
    with bounds.bounded(20):
        yield


@pytest.fixture(scope="session")
def published_text():
    """The published evidence, a line of JSON for each line."""
    lines = read(PUBLISHED)
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


@pytest.fixture(scope="session")
def published():
    """The audit that the published evidence makes."""
    return record.audit(read(PUBLISHED))
