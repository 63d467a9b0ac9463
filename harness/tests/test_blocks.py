"""A document's own code runs only as reviewed, and within bounds."""

import pytest

from harness.documents import ledger
from harness.documents.fingerprints import fingerprint, sketch
from harness.running import blocks
from harness.tests.conftest import LEDGER

SAFE, ENDLESS, OTHER = "x = 1\nprint(x)", "while True: pass", "x = f(1)"


@pytest.fixture
def paper(tmp_path, monkeypatch):
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
    (tmp_path / "paper.toml").write_text(LEDGER + rows)
    monkeypatch.setattr(ledger, "FOLDER", tmp_path)
    monkeypatch.setattr(blocks, "material", tmp_path)
    return tmp_path / "paper.txt"


def write(paper, first=SAFE):
    paper.write_text(f"```\n{first}\n```\n\n```\n{ENDLESS}\n```\n\n{OTHER}\n")


def test_the_reviewed_text_runs(paper):
    """Two lines of the document, in a process of their own."""
    write(paper)

    assert blocks.outcome(ledger.document("paper"), [2]) == "runs"


def test_an_edited_block_is_not_run(paper):
    """A changed character is another text: nothing is executed or judged."""
    write(paper, first=SAFE.replace("1", "__import__('os').abort()"))

    assert blocks.outcome(ledger.document("paper"), [2]) is None


def test_without_a_copy_nothing_runs(paper, monkeypatch):
    """The same check passes without --material."""
    monkeypatch.setattr(blocks, "material", None)

    assert blocks.outcome(ledger.document("paper"), [2]) is None


def test_a_block_that_nobody_reviewed_is_refused(paper):
    """Also if it is in the ledger."""
    write(paper)

    with pytest.raises(blocks.NotReviewed, match="paper line 10"):
        blocks.outcome(ledger.document("paper"), [10])


def test_an_endless_block_is_stopped(paper, monkeypatch):
    """After the bound on time, with an error: its text is not refuted by that."""
    write(paper)
    monkeypatch.setattr(blocks, "SECONDS", 1)

    with pytest.raises(blocks.TakesTooLong, match=r"no end within 1 s|SIGXCPU|SIGKILL"):
        blocks.outcome(ledger.document("paper"), [7])
