"""A lesson becomes an audited document, and a wrong one costs a sentence."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from harness.__main__ import main

LESSON = """\
# Middles

The median of two numbers is one of them.

```python
import keras
keras.layers.CuDNNDense(3)
```
"""
NOTEBOOK = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {},
    "cells": [
        {"id": "a", "cell_type": "markdown", "metadata": {}, "source": "Some text."},
        {
            "id": "b",
            "cell_type": "code",
            "metadata": {},
            "execution_count": 1,
            "source": "import keras\n\nkeras.layers.CuDNNDense(3)",
            "outputs": [{"output_type": "stream", "name": "stdout", "text": "Epoch 1"}],
        },
    ],
}


@pytest.fixture
def adopt(tmp_path, capsys):
    """Adopt a text; its ledger, or what was said."""

    def make(text=LESSON, name="middles.md"):
        path = tmp_path / name
        path.write_text(text)
        into = tmp_path / "adopted"
        code = main(["adopt", str(path), "--into", str(into)])
        said = capsys.readouterr()
        return (into / "middles.toml").read_text() if code == 0 else said.err

    return make


def test_a_ledger_has_every_passage_and_what_lint_says(adopt, tmp_path):
    ledger = adopt()

    assert 'title = "Middles"' in ledger
    assert 'found = ["name: keras.layers.CuDNNDense does not exist"]' in ledger
    assert (tmp_path / "adopted" / "middles.md").read_text() == LESSON


def test_answers_are_kept_when_the_lesson_is_adopted_again(adopt, tmp_path):
    answered = adopt().replace('reason = ""', 'reason = "an example"', 1)
    (tmp_path / "adopted" / "middles.toml").write_text(answered)

    assert adopt(LESSON.replace("Middles", "The middle")).count("an example") == 1


def test_comments_are_kept_when_the_lesson_is_adopted_again(adopt, tmp_path):
    ledger = adopt()
    said = "# Mine.\n" + ledger.replace('reason = ""', 'reason = "x"  # because', 1)
    (tmp_path / "adopted" / "middles.toml").write_text(said)

    again = adopt()

    (tmp_path / "adopted" / "middles.toml").write_text(again)
    assert again.count("# Mine.") == again.count("# because") == 1
    assert adopt() == again


def test_a_place_in_a_notebook_is_found_in_its_text(adopt, tmp_path):
    ledger = adopt(json.dumps(NOTEBOOK), "middles.ipynb")

    text = (tmp_path / "adopted" / "middles.md").read_text().split("\n")
    assert text == [
        *("Some text.", "", "```python", "import keras", ""),
        *("keras.layers.CuDNNDense(3)", "```", "", "```text", "Epoch 1", "```", ""),
    ]
    row = next(part for part in ledger.split("[[passage]]") if "CuDNNDense" in part)
    assert "lines = [6, 6]" in row or "lines = [4, 6]" in row


def test_a_text_that_is_there_already_is_left_alone(adopt, tmp_path):
    (tmp_path / "adopted").mkdir()
    (tmp_path / "adopted" / "middles.md").write_text("mine")

    assert "nothing is overwritten" in adopt()
    assert (tmp_path / "adopted" / "middles.md").read_text() == "mine"


def test_the_next_step_works_where_it_is_told(tmp_path, monkeypatch, capsys):
    """In the project; beside it, by its folder; without one, in a checkout."""
    lesson, into = tmp_path / "middles.md", tmp_path / "adopted"
    lesson.write_text(LESSON)
    (tmp_path / "project/claims/documents").mkdir(parents=True)

    def next_step(here, into):
        monkeypatch.chdir(here)
        assert main(["adopt", str(lesson), "--into", str(into)]) == 0
        return capsys.readouterr().out

    told = next_step(tmp_path, "adopted")
    assert "then, in a checkout of the audit," in told
    assert told.endswith(f"\npytest claims/ --documents {into}\n")
    project = tmp_path / "project"
    assert next_step(project, "mine").endswith("\npytest claims/ --documents mine\n")
    told = next_step(tmp_path, "project/mine")
    assert told.endswith(
        f"\ncd {project} && pytest claims/ --documents {project / 'mine'}\n"
    )


def test_what_is_no_lesson_is_refused(adopt, tmp_path):
    assert "lessons end in .ipynb" in adopt("root:x:0:0", "passwd")
    (tmp_path / "adopted").write_text("a file")
    assert "cannot write there" in adopt()


@pytest.fixture
def project(tmp_path):
    """A project about another subject, and a folder with an adopted lesson."""
    folder, into = tmp_path / "project", tmp_path / "adopted"
    lesson = tmp_path / "middles.md"
    lesson.write_text(LESSON)
    assert main(["init", str(folder)]) == 0
    assert main(["adopt", str(lesson), "--into", str(into)]) == 0

    def audit():
        environment = {k: v for k, v in os.environ.items() if k[:6] != "PYTEST"}
        command = [sys.executable, "-m", "pytest", "--documents", str(into)]
        options = {"cwd": folder, "env": environment, "check": False}
        done = subprocess.run(command, capture_output=True, text=True, **options)
        return done.returncode, done.stdout + done.stderr

    return folder, into / "middles.toml", audit


@pytest.mark.slow
def test_an_adopted_lesson_is_audited_with_the_others(project):
    folder, ledger, audit = project
    first, then = '\nreason = ""', '\nclaims = ["averages.median-is-a-value"]'
    ledger.write_text(ledger.read_text().replace(first, then, 1))

    code, said = audit()

    assert code == 0, said
    audited = json.loads((folder / "reports/latest/audit.json").read_text())
    document = next(d for d in audited["documents"] if d["id"] == "middles")
    assert document["with_claims"] == 1
    claim = next(c for c in audited["claims"] if c["id"].endswith("median-is-a-value"))
    places = [s["lines"] for s in claim["sources"] if s["document"] == "middles"]
    assert places == [[3, 3]]
    page = (folder / "reports/latest/audit.html").read_text()
    assert "The median of two numbers is one of them." in page


def _cite_nothing(ledger):
    text = ledger.read_text().replace('reason = ""', 'claims = ["averages.none"]', 1)
    ledger.write_text(text)


def _rename(ledger, name):
    text = ledger.read_text().replace('id = "middles"', f'id = "{name}"')
    ledger.with_name(f"{name}.toml").write_text(text)
    ledger.unlink()


SLIPS = {
    "no such claim": _cite_nothing,
    "is no TOML": lambda ledger: ledger.write_text("= ="),
    "needs `title`": lambda ledger: ledger.write_text('id = "middles"'),
    "needs `id`": lambda ledger: ledger.rename(ledger.with_name("other.toml")),
    "has to lie beside": lambda ledger: ledger.write_text(
        ledger.read_text().replace('file = "', 'file = "../')
    ),
    "needs the text": lambda ledger: ledger.with_name("middles.md").unlink(),
    "wrong passage": lambda ledger: ledger.write_text(
        ledger.read_text().replace("lines = [3, 3]", "lines = [3, 300]")
    ),
    "has the id of a document": lambda ledger: _rename(ledger, "averages"),
    "no ledger is there": lambda ledger: ledger.unlink(),
    "no such folder": lambda ledger: shutil.rmtree(ledger.parent),
}


@pytest.mark.slow
@pytest.mark.parametrize("said", SLIPS)
def test_a_wrong_ledger_is_one_sentence(project, said):
    _, ledger, audit = project
    SLIPS[said](ledger)

    code, told = audit()

    assert code == 4 and said in told
    assert "Traceback" not in told
