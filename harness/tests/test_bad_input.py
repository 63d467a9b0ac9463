"""Wrong input costs one sentence and a non-zero exit, never a traceback."""

import json
import os
from pathlib import Path

import pytest

from harness.__main__ import main
from harness.documents.ledger import Document, Ledgers
from harness.tests.conftest import LEDGER

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]
GOOD = """
one = claim("sums.one", says="One is one.", sources=[paper[2]], verdict=UPHELD)

@one.as_worded
def test_one():
    judge.equal(1, 1)
"""

DOCUMENT = Document("paper", "A paper", "paper.txt", "0", 9, (), Path("paper.toml"))


def said(project, *arguments, **options):
    """Everything that pytest printed, and its exit code."""
    result = project.run(*arguments, **options)
    text = "\n".join(result.outlines + result.errlines)
    assert "Traceback" not in text and ".py:" not in text.replace("conftest.py:", "")
    return text, result.ret


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("verdict=UPHELD", "verdict='true'", "records the verdict 'true'"),
        ("paper[2]", "paper[77]", "paper has lines 1 to 9; a claim cites 77 to 77"),
        ("paper[2]", "paper[:2]", "a claim cites paper at slice(None, 2, None): name"),
        ("paper[2]", "paper[2.5]", "a claim cites paper at 2.5: name a line"),
        (
            "paper[2]",
            "Ledgers(Path('claims/documents'))['book'][1]",
            "unknown document 'book'",
        ),
        ("verdict=UPHELD", "verdict=REFUTED", "refuted without a correction"),
        (
            "verdict=UPHELD",
            "verdict=REFUTED, instead='No.', severity='bad'",
            "severity 'bad'",
        ),
        ("sums.one", "Sums One", "must look like 'topic.short-name'"),
        ("sources=[paper[2]]", "sources=[]", "at least one source"),
    ],
)
def test_a_wrong_declaration_is_one_sentence(project, old, new, sentence):
    """The sentence names the claim and what to do."""
    project.claims(GOOD.replace(old, new))

    text, code = said(project, "claims")

    assert sentence in text
    assert code != 0


def test_a_test_without_a_role_is_refused(project):
    """What it falsified would be seen by nobody: nothing runs, and it is named."""
    project.claims(GOOD.replace("@one.as_worded\n", "@given(n=st.integers(0, 9))\n"))

    text, code = said(project, "claims")

    assert "test_one has no role, so nothing that it measures would count" in text
    assert code != 0


def test_a_finding_without_a_script_is_refused(project):
    """The sentence names the file to write."""
    project.claims(GOOD)
    wrong = GOOD.replace("UPHELD", "QUALIFIED").replace("sums.one", "sums.two")
    with (project.path / "claims" / "test_paper.py").open("a") as file:
        file.write(wrong)

    text, code = said(project, "claims")

    assert "'sums.two' is a finding without a script" in text
    assert "write snippets/two.py" in text
    assert code != 0


def test_a_fault_that_patches_nothing_is_named(project):
    """Its target is gone from the library, or was never there."""
    fault = 'output_times("math:no_such_function", 2)'
    project.claims(GOOD.replace("UPHELD)", f"UPHELD, faults=[{fault}])"))

    text, code = said(project, "claims", "--faults")

    assert (
        "sums.one does not notice 'no_such_function x 2' (it cannot be put in" in text
    )
    assert "no such place: math:no_such_function" in text
    assert code == 1


def test_a_place_that_does_not_exist_is_named(project):
    """What explains a verdict is looked up when the claims are collected."""
    place = 'explained_by="math:no_such_function"'
    project.claims(GOOD.replace("UPHELD)", f"UPHELD, {place})"))

    text, code = said(project, "claims")

    assert "what explains sums.one is not in the library: no such place: math:" in text
    assert code == 0


def test_a_bound_above_the_promised_one_is_a_failure(project):
    """A sum over all random decisions; `--alpha` is for calibration and may do so."""
    rate = "judge.equal(1, 1, chance=2e-6)"
    project.claims(GOOD.replace("judge.equal(1, 1)", rate))

    text, code = said(project, "claims")

    assert "2.0e-06 exceeds the promised 1e-06: sums.one alone has 2.0e-06" in text
    assert code == 1
    assert project.run("claims", "--alpha", "0.01").ret == 0


def test_two_claims_with_one_id_are_refused(project):
    """The sentence names both modules."""
    project.claims(GOOD)
    project.claims(GOOD, name="test_second")

    text, code = said(project, "claims")

    assert "two claims have the id 'sums.one'" in text
    assert code != 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--reports", "pytest.ini"], "--reports pytest.ini: cannot write there"),
        (["--seed", "soon"], "--seed 'soon': use a whole number"),
        (["--seed", "²"], "--seed '²': use a whole number"),
        (["--alpha", "2"], "--alpha is 2.0; it must lie between 0 and 1"),
        (["--fail-on", "wrong"], "--fail-on 'wrong': use one of upheld"),
        (["--material", "nowhere"], "--material nowhere: no such folder"),
        (["--material", "claims"], "none of the documents that this project judges"),
        (["--faults=all"], "invalid choice: 'all'"),
    ],
)
def test_a_wrong_option_is_one_sentence(project, arguments, sentence):
    """Refused before anything runs."""
    project.claims(GOOD)

    text, code = said(project, "claims", *arguments)

    assert sentence in text
    assert code == 4


ROW = """
[[passage]]
lines = [2, 2]
section = "Start"
fingerprint = "0"
"""
LEDGERS = {
    "paper.toml is no TOML": LEDGER + "= =",
    "paper.toml needs `sha256`, a text": LEDGER.replace("sha256", "sha265"),
    "paper.toml needs `lines`, a whole number": LEDGER.replace("9", '"x"'),
    "paper.toml has the key 'titel'; use id, title": 'titel = "A"\n' + LEDGER,
    "paper.toml has a section without `line`": LEDGER.replace("{ line", "{ lin"),
    "number 1: it has no key 'clams'": LEDGER + ROW + "clams = []",
    "number 1: its lines 2 to 20 do not lie": LEDGER + ROW.replace("2]", "20]"),
    "number 1: `lines` is its first": LEDGER + ROW.replace("[2, 2]", '"x"'),
    "number 1: it needs `fingerprint`": LEDGER + ROW.replace("fingerprint", "kind"),
    "number 1: `claims` is a list of texts": LEDGER + ROW + 'claims = "sums.one"',
    "number 1: `reason` is a text": LEDGER + ROW + "reason = 1",
    "number 1: `sketch` is 64 hexadecimal": LEDGER + ROW + 'sketch = "0"',
}


@pytest.mark.parametrize("sentence", LEDGERS)
def test_a_malformed_ledger_is_one_sentence(project, capsys, sentence):
    """To pytest, and to a command that reads it."""
    project.claims(GOOD)
    ledger = project.path / "claims" / "documents" / "paper.toml"
    ledger.write_text(LEDGERS[sentence])

    text, code = said(project, "claims", "--material", "claims")

    assert sentence in text and code == 4
    assert main(["report", str(project.path), "--material", "claims"]) == 2
    assert sentence in capsys.readouterr().err


def test_a_ledger_that_is_a_pipe_is_refused(project):
    """Nobody waits for it; neither for an adopted one."""
    project.claims(GOOD)
    adopted = project.path / "adopted"
    adopted.mkdir()
    os.mkfifo(adopted / "lesson.toml")

    text, code = said(project, "claims", "--documents", "adopted")

    assert "lesson.toml is no plain file" in text and code == 4
    os.mkfifo(project.path / "claims" / "documents" / "pipe.toml")
    text, code = said(project, "claims")
    assert "pipe.toml is no plain file" in text and code == 4


@pytest.mark.parametrize("call", ["is_file", "iterdir"])
def test_a_folder_without_permission_is_one_sentence(project, monkeypatch, call):
    """As the system refuses it, whoever runs the test."""

    def refuse(self):
        raise PermissionError(13, "Permission denied", str(self))

    ledgers = Ledgers(project.path / "claims" / "documents")
    monkeypatch.setattr(Ledgers, "documents", lambda self: found)
    found = [] if call == "iterdir" else [DOCUMENT]
    monkeypatch.setattr(Path, call, refuse)

    told = ledgers.problem(project.path)

    assert "cannot be read (Permission denied); name a folder" in told


def test_a_backend_that_is_unknown_or_missing_is_named(project):
    """KERAS_BACKEND with another word: which ones there are."""
    project.claims(GOOD)

    text, code = said(project, "claims", env={"KERAS_BACKEND": "mindspore"})

    assert "use one of tensorflow, torch, jax" in text
    assert code == 4


def test_material_that_is_binary_is_refused(project):
    """A file that is no UTF-8 text is named."""
    project.claims(GOOD)
    (project.path / "paper.txt").write_bytes(b"\xff\xfe\x00")

    text, _ = said(project, "claims", "--material", str(project.path))

    assert "paper.txt is not readable UTF-8 text" in text


def test_a_text_that_no_ledger_knows_is_named(project):
    """Beside a known one: it is not judged, and the header says what is."""
    project.claims(GOOD)
    (project.path / "paper.txt").write_text("One is one.")
    (project.path / "lesson.md").write_text("Two is two.")

    text, code = said(project, "claims", "--material", str(project.path))

    assert "not judged, since no ledger knows it: conftest.py, lesson.md" in text
    assert "This project judges: A paper (paper.txt)" in text
    assert code == 0


def test_material_behind_a_link_is_refused(project):
    """No link out of the folder is followed."""
    project.claims(GOOD)
    (project.path / "paper.txt").symlink_to("/etc/passwd")

    text, _ = said(project, "claims", "--material", str(project.path))

    assert "is no plain file" in text


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "cannot read evidence"),
        ('{"type": "run"}\n{broken\n{"type": "end"}\n', "line 2 is not JSON"),
        ("[1]\n", "line 1 is no line of evidence"),
        ('{"type": null}\n', "line 1 is no line of evidence"),
        ('{"type": "run"}\n', "line 1, of type run, has no 'backend'"),
        (b"\xff\xfe", "not UTF-8 text"),
    ],
)
def test_damaged_evidence_is_named(tmp_path, capsys, content, sentence):
    """`report` on a damaged run says the file and the line."""
    if isinstance(content, bytes):
        (tmp_path / "evidence.jsonl").write_bytes(content)
    elif content:
        (tmp_path / "evidence.jsonl").write_text(content)

    assert main(["report", str(tmp_path)]) == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    ("lacks", "sentence"),
    [
        (lambda line: line.pop("outcome", None), "of type check, has no 'outcome'"),
        (lambda line: line.pop("sources", None), "of type claim, has no 'sources'"),
        (
            lambda line: line["type"] == "document" and line.update(type="other"),
            "and has no line about that document",
        ),
    ],
)
def test_evidence_that_lacks_something_is_named(
    tmp_path, capsys, published_text, lacks, sentence
):
    """What an audit needs is asked for before anything is written."""
    lines = [json.loads(line) for line in published_text.splitlines()]
    for line in lines:
        lacks(line)
    path = tmp_path / "evidence.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))

    assert main(["report", str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert sentence in told and told.endswith("Use another run.\n")
    assert [*tmp_path.iterdir()] == [path]


def test_evidence_that_is_a_pipe_is_refused(tmp_path, capsys):
    """Nobody waits for it."""
    os.mkfifo(tmp_path / "evidence.jsonl")

    assert main(["report", str(tmp_path)]) == 2
    assert "it is no plain file" in capsys.readouterr().err


def test_a_folder_that_pytest_may_not_enter_is_one_sentence(project, monkeypatch):
    """pytest looks for conftest.py in each folder that is named."""
    project.claims(GOOD)
    (project.path / "mine").mkdir()
    is_file = Path.is_file

    def refuse(self):
        if self.parts[-2:] == ("mine", "conftest.py"):
            raise PermissionError(13, "Permission denied", str(self))
        return is_file(self)

    monkeypatch.setattr(Path, "is_file", refuse)

    text, code = said(project, "claims", "mine")

    assert "mine cannot be read (Permission denied); name folders" in text
    assert code == 4
