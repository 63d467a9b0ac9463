"""A document's own code runs only as reviewed, and within bounds."""

import pytest

from harness.documents.fingerprints import fingerprint, sketch
from harness.documents.project import Project
from harness.running import blocks
from harness.running.blocks import OwnBlocks
from harness.tests.conftest import LEDGER

SAFE, ENDLESS, OTHER = "x = 1\nprint(x)", "while True: pass", "x = f(1)"


@pytest.fixture
def project(tmp_path):
    """A ledger with reviewed blocks at lines 2 and 7; that of line 10 is not."""
    rows = "".join(
        f'\n[[passage]]\nlines = [{line}, {line}]\nsection = "Start"\nkind = "code"\n'
        f'fingerprint = "{fingerprint(text)}"\nsketch = "{sketch(text)}"\n'
        f"reviewed = {reviewed}\n"
        for line, text, reviewed in (
            (2, SAFE, "true"),
            (7, ENDLESS, "true"),
            (10, OTHER, "false"),
        )
    )
    ledgers = tmp_path / "claims" / "documents"
    ledgers.mkdir(parents=True)
    (ledgers / "paper.toml").write_text(
        LEDGER.replace("lines = 9", "lines = 10") + rows
    )
    return Project(tmp_path, tmp_path)


def outcome(project, lines):
    return OwnBlocks(project).outcome(project.ledgers["paper"], lines)


def write(project, first=SAFE):
    copy = project.material / "paper.txt"
    copy.write_text(f"```\n{first}\n```\n\n```\n{ENDLESS}\n```\n\n{OTHER}\n")


def test_the_reviewed_text_runs(project):
    """Two lines of the document, in a process of their own."""
    write(project)

    assert outcome(project, [2]) == "runs"


def test_an_edited_block_is_not_run(project):
    """A changed character is another text: nothing is executed or judged."""
    write(project, first=SAFE.replace("1", "__import__('os').abort()"))

    assert outcome(project, [2]) is None


def test_without_a_copy_nothing_runs(project):
    """The same check passes without --material."""
    assert outcome(Project(project.root), [2]) is None


def test_a_block_that_nobody_reviewed_is_refused(project):
    """Also if it is in the ledger."""
    write(project)

    with pytest.raises(blocks.NotReviewed, match="paper line 10"):
        outcome(project, [10])


def test_an_endless_block_is_stopped(project, monkeypatch):
    """After the bound on time, with an error: its text is not refuted by that."""
    write(project)
    monkeypatch.setattr(blocks, "SECONDS", 1)

    with pytest.raises(blocks.TakesTooLong, match=r"no end within 1 s|SIGXCPU|SIGKILL"):
        outcome(project, [7])
