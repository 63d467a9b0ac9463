"""A slip costs one sentence: nothing recorded is lost, nothing is overwritten."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from harness.__main__ import main
from harness.documents.ledger import Ledgers
from harness.evidence import record
from harness.evidence.store import UnreadableEvidence, read, read_run
from harness.lessons import library
from harness.tests.conftest import ONE, PUBLISHED, ROOT, full_disk

pytest_plugins = ["pytester"]

LIE = """
lie = claim("sums.lie", says="One and one are three.", sources=[paper[6]],
            verdict=REFUTED, severity="number", instead="One and one are two.",
            faults=[output_times("string:capwords", 2)])

@lie.as_worded
def test_lie():
    judge.equal(2, 3)

@lie.instead
def test_truth():
    judge.equal(2, 2)
"""
DISMISSED = 'claim = "sums.one"\nstate = "dismissed"\nreason = "x"\n'
ROWS = """
[[passage]]
lines = [2, 2]
section = "Start"
kind = "prose"
fingerprint = "0"
claims = ["sums.one"]
"""


@pytest.fixture
def run(tmp_path):
    """The published run and the ledgers, in a project of their own."""
    project = tmp_path / "project"
    shutil.copytree(ROOT / "claims" / "documents", project / "claims" / "documents")
    folder = project / "reports" / "runs" / "one"
    folder.mkdir(parents=True)
    shutil.copy(PUBLISHED / "evidence.jsonl.gz", folder)
    return folder


@pytest.fixture
def copies(run, tmp_path):
    """A folder with one text under the first document's name."""
    material = tmp_path / "material"
    material.mkdir()
    (document, *_) = Ledgers(run.parents[2] / "claims" / "documents").documents()
    (material / document.file).write_text("# Another text\n\nIt says nothing.\n")
    return material


def ledgers(run):
    folder = run.parents[2] / "claims" / "documents"
    return {path.name: path.read_text() for path in folder.glob("*.toml")}


def partial(run):
    """The same evidence without its end."""
    lines = [line for line in read(run) if line["type"] != "end"]
    (run / "evidence.jsonl.gz").unlink()
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (run / "evidence.jsonl").write_text(text)


def test_a_ledger_is_not_written_from_part_of_a_run(run, copies, capsys):
    """The claims that it lacks would lose their passages."""
    before = ledgers(run)
    partial(run)

    assert main(["ledger", str(run), "--material", str(copies), "--write"]) == 2
    assert "is a partial run" in capsys.readouterr().err
    assert ledgers(run) == before


def test_a_ledger_is_not_written_from_another_text(run, copies, capsys):
    """Its triage is that of the audited file."""
    before = ledgers(run)

    assert main(["ledger", str(run), "--material", str(copies), "--write"]) == 2
    assert "is not the audited file" in capsys.readouterr().err
    assert ledgers(run) == before


def test_a_ledger_is_shown_before_it_is_written(run, copies, capsys):
    """Only --write writes."""
    before = ledgers(run)
    command = ["ledger", str(run), "--material", str(copies), "--changed"]

    assert main(command) == 0
    assert "nothing is written" in capsys.readouterr().out
    assert ledgers(run) == before
    assert main([*command, "--write"]) == 0
    assert ledgers(run) != before


def test_part_of_a_run_is_not_published(run, capsys):
    """Nor one that did not try every fault."""
    out = run.parent / "published"
    partial(run)

    assert main(["publish", str(run), "--out", str(out)]) == 2
    assert "is a partial run" in capsys.readouterr().err
    assert not out.exists()


def test_the_published_audit_quotes_no_document(copies, capsys):
    """Its folder is committed; a report with --material belongs elsewhere."""
    before = (PUBLISHED / "audit.html").read_bytes()

    assert main(["report", str(PUBLISHED), "--material", str(copies)]) == 2
    assert "quotes no document" in capsys.readouterr().err
    assert (PUBLISHED / "audit.html").read_bytes() == before


@pytest.mark.parametrize("command", ["publish", "merge"])
def test_nothing_is_written_into_a_foreign_folder(
    run, tmp_path, monkeypatch, capsys, command
):
    """Without a project around, the folder has to be named."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)

    assert main([command, str(run)]) == 2
    assert "name a folder with --out" in capsys.readouterr().err
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("text", ["", '{"type": "end", "backend": "none"}\n'])
def test_evidence_without_its_first_line_is_one_sentence(tmp_path, text, capsys):
    """A run that was killed before it had begun."""
    (tmp_path / "evidence.jsonl").write_text(text)

    assert main(["report", str(tmp_path)]) == 2
    assert "has no line that tells of a run" in capsys.readouterr().err
    with pytest.raises(UnreadableEvidence):
        read_run(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("processes", ["0", "2"])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_run_gives_a_report(project, how, processes):
    """All formats, with the documents that its claims cite."""
    wait = "\n@lie.as_worded\ndef test_zz():\n    import time\n    time.sleep(60)\n"
    project.claims(ONE + LIE + wait)
    command = [sys.executable, "-m", "pytest", "claims", "-n", processes]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, cwd=project.path, env=environment, stdout=subprocess.DEVNULL
    ) as process:
        wait_for(lambda: "test_truth" in evidence(project), seconds=40)
        process.send_signal(how)

    (folder,) = project.runs()
    assert main(["report", str(folder)]) == 0
    names = {path.name for path in folder.iterdir()}
    assert {"audit.html", "audit.sarif", "corrections-paper.md"} <= names
    audited = record.audit(read_run(folder))
    verdicts = {claim["id"]: claim["verdict"] for claim in audited["claims"]}
    assert verdicts["sums.lie"] == "not run"
    assert not audited["run"]["complete"]


def evidence(project):
    found = list((project.path / "reports").glob("runs/*/evidence.jsonl"))
    return found[0].read_text() if found else ""


def wait_for(condition, seconds):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def test_a_full_disk_is_one_sentence_and_the_verdicts_are_told(project):
    """What was judged is printed, and no temporary file is left."""
    fill = "\ndef test_fill():\n    judge.equal(1, 1)\n"
    project.claims(ONE + LIE + "\n@one.as_worded" + fill)
    with full_disk(2_000):
        result = project.run("claims", "-p", "no:cacheprovider")

    text = "\n".join(result.outlines + result.errlines)
    assert "could not be stored" in text and "File too large" in text
    assert "Traceback" not in text
    assert text.rstrip().endswith("1 upheld, 1 refuted")
    assert result.ret == 1
    left = [p.name for p in project.runs()[0].iterdir() if p.name.startswith(".")]
    assert left == []


WRITING = {
    "report {run}": "{run}/audit.json",
    "merge {run} --out {new}": "{new}/evidence.jsonl",
    "publish {run} --out {new}": "{new}/evidence.jsonl.gz",
    "compare {run} {run} --html {new}/a.html": "{new}/a.html",
    "init {new}": "{new}/.github/workflows/audit.yml",
    "ledger {run} --material {material} --changed --write": "{ledger}",
}


@pytest.mark.parametrize("command", WRITING)
def test_a_command_names_the_file_that_a_full_disk_refused(
    run, copies, tmp_path, capsys, command
):
    """Nothing is lost, and no half of a file is left."""
    ledgers = run.parents[2] / "claims" / "documents"
    ledger = next(
        d.ledger
        for d in Ledgers(ledgers).documents()
        if d.file == next(copies.iterdir()).name
    )
    names = {"run": run, "new": tmp_path / "new", "material": copies, "ledger": ledger}
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    with full_disk(200):
        code = main(command.format(**names).split())

    assert code == 2
    name = WRITING[command].format(**names)
    assert capsys.readouterr().err == (
        f"error: cannot write {name} (File too large): free some space, or name "
        "another folder.\n"
    )
    left = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert left == before


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("merge {run} --out {file}", "{file} (File exists): a file stands where"),
        ("publish {run} --out {file}", "{file} (File exists): a file stands where"),
        ("compare {run} {run} --html {run}", "{run} (Is a directory): a folder has"),
        ("report {file}", "{file}/audit.json (Not a directory): a file stands"),
    ],
)
def test_a_place_that_is_no_place_is_named_as_it_was_given(
    run, tmp_path, capsys, command, sentence
):
    """And no temporary name."""
    file = tmp_path / "evidence.jsonl.gz"
    shutil.copy(PUBLISHED / "evidence.jsonl.gz", file)
    names = {"run": run, "file": file}

    assert main(command.format(**names).split()) == 2
    assert f"error: cannot write {sentence.format(**names)}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("@lie.instead\ndef test_truth", "def helper", "nothing checks its correction"),
        ('faults=[output_times("string:capwords", 2)]', "", "names no fault"),
        ("paper[6]", "paper[3]", "a blank line says nothing"),
    ],
)
def test_a_finding_without_support_is_refused_when_collected(
    project, old, new, sentence
):
    """One sentence, and nothing runs."""
    project.claims(LIE.replace(old, new))
    ledger = project.path / "claims" / "documents" / "paper.toml"
    row = ROWS.replace("[2, 2]", "[6, 6]").replace("sums.one", "sums.lie")
    ledger.write_text(ledger.read_text() + row)

    result = project.run("claims")

    text = "\n".join(result.outlines + result.errlines)
    assert sentence in text and "Traceback" not in text
    assert result.ret != 0 and not (project.path / "reports" / "runs").exists()


def test_a_claim_without_a_row_and_a_fault_without_a_target_are_told(project):
    """A newcomer's next step; neither fails the run."""
    fault = 'faults=[output_times("string:no_such", 2)]'
    project.claims(ONE.replace("UPHELD)", f"UPHELD, {fault})"))
    ledger = project.path / "claims" / "documents" / "paper.toml"
    ledger.write_text(ledger.read_text() + ROWS.replace("sums.one", "sums.other"))

    result = project.run("claims")

    assert result.ret == 0
    result.stdout.fnmatch_lines(["no passage of a ledger names sums.one: *ledger RUN*"])
    result.stdout.fnmatch_lines(["*'no_such x 2' of sums.one has no target: *"])
    result.stdout.fnmatch_lines(["paper.toml cites 'sums.other' at line 2, and *"])
    collected = project.run("claims", "--collect-only")
    collected.stdout.fnmatch_lines(["*'no_such x 2' of sums.one has no target: *"])


@pytest.mark.parametrize(
    ("verb", "sentence"),
    [
        ("proportion(5, of=10, claimed=1.2, resolves=0.1)", "a rate lies from 0 to 1"),
        ("proportion(11, of=10, claimed=0.5, resolves=0.1)", "11 successes in 10"),
        ("equal(1, 1, chance=2)", "chance is a probability"),
        ("law([0.1, 0.2], lambda x: x, resolves=1.5)", "resolves=1.5 can never be"),
        ("law([0.1, 0.2], lambda x: x, resolves=0)", "resolves=0 can never be seen"),
        ("same_law([0.1], [0.2], resolves=1)", "resolves=1 can never be seen"),
        ("independent([0, 1], [1, 1], resolves=0.3)", "further off than 0.25"),
        ("proportion(5, of=9, claimed=0.4, resolves=0.7)", "further off than 0.6"),
        ("mean([1], claimed=1, low=0, high=3, resolves=2)", "further off than 2"),
    ],
)
def test_a_number_that_cannot_be_is_a_sentence(project, verb, sentence):
    """The claim is broken, and the reason is readable."""
    project.claims(ONE.replace("equal(1, 1)", verb))

    result = project.run("claims")

    assert sentence in "\n".join(result.outlines)
    assert project.verdict("sums.one") == "broken"


def test_the_list_says_what_changed_though_x_stopped_the_run(project):
    """One check of two ran, and it is off."""
    project.claims(LIE.replace("judge.equal(2, 3)", "judge.equal(3, 3)"))

    result = project.run("claims", "-x")

    assert result.ret == 1
    result.stdout.fnmatch_lines(["not run *sums.lie*(recorded refuted)"])
    text = "\n".join(result.outlines)
    assert "test_lie must be falsified, and was held" in text


def test_the_debugger_stands_in_the_check(project):
    """--pdb shows the check's own values."""
    body = "    left = 41\n    judge.equal(left, 42)\n"
    project.claims(ONE.replace("    judge.equal(1, 1)\n", body))

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "claims", "--pdb", "-n", "0"],
        cwd=project.path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        input="p left + 1000\nq\n",
        capture_output=True,
        text=True,
        check=False,
    )

    assert "1041" in done.stdout


@pytest.mark.parametrize("make", ["folder", "fifo", "link"])
def test_what_is_no_file_under_a_documents_name_is_said(copies, run, make, capsys):
    """It is not passed over."""
    (path,) = copies.iterdir()
    path.unlink()
    if make == "folder":
        path.mkdir()
    elif make == "fifo":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")

    assert main(["report", str(run), "--material", str(copies)]) == 2
    assert f"{path.name} is no plain file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ('claim = "sums.one"', "state is one of"),
        ('claim = "sums.one"\nstate = "dismissed"', "give a reason"),
        ('claim = "sums.one"\nstate = "fixed"\nreason = "x"', "names its commit"),
        ('claim = "sums.one"\nwhy = "x"', "unknown key 'why'"),
        ("claim = ", "is not TOML"),
        (f"{DISMISSED}[[findings]]", "'findings' is read by nobody"),
        (f"{DISMISSED}[[finding]]\n{DISMISSED}", "'sums.one' stands there twice"),
    ],
)
def test_a_wrong_triage_file_is_one_sentence(project, row, sentence):
    """Before anything runs."""
    project.claims(ONE)
    path = project.path / "claims" / "documents" / "triage.toml"
    path.write_text(f"[[finding]]\n{row}\n")

    result = project.run("claims")

    assert sentence in "\n".join(result.errlines) and result.ret == 4


def test_a_dismissed_finding_is_counted_and_does_not_fail_the_gate(project):
    """An accepted one still does; one about nothing is an error."""
    project.claims(LIE)
    path = project.path / "claims" / "documents" / "triage.toml"
    row = '[[finding]]\nclaim = "sums.lie"\nstate = "{}"\nreason = "An old log."\n'
    path.write_text(row.format("dismissed"))

    result = project.run("claims", "--fail-on", "refuted")

    assert result.ret == 0
    result.stdout.fnmatch_lines(["findings set aside: 1 dismissed"])
    (claim,) = project.audit()["claims"]
    assert claim["triage"]["reason"] == "An old log."
    path.write_text(row.format("accepted"))
    assert project.run("claims", "--fail-on", "refuted").ret == 1
    path.write_text(row.format("dismissed").replace("sums.lie", "sums.none"))
    assert project.run("claims").ret == 1


@pytest.fixture
def published(run):
    """The folder that `publish` writes to, with an audit that is there already."""
    folder = run.parents[1] / "published"
    shutil.copytree(PUBLISHED, folder)
    return folder


def test_an_audit_is_published_whole_or_not_at_all(run, published, capsys):
    """The disk is full before the last file is there."""
    before = {path.name: path.read_bytes() for path in published.iterdir()}
    with full_disk(500_000):
        assert main(["publish", str(run), "--out", str(published)]) == 2

    assert "cannot write" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in published.iterdir()} == before
    assert [p.name for p in published.parent.glob(".new-*")] == []


@pytest.mark.parametrize("command", ["publish", "merge"])
def test_what_no_run_wrote_is_not_replaced(run, tmp_path, capsys, command):
    """A folder with somebody's own notes."""
    own = tmp_path / "own"
    own.mkdir()
    (own / "audit.md").write_text("my notes")

    assert main([command, str(run), "--out", str(own)]) == 2

    assert "holds files that no run wrote" in capsys.readouterr().err
    assert (own / "audit.md").read_text() == "my notes"


def test_control_c_is_one_sentence(run, monkeypatch, capsys):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(record, "audit", interrupted)

    assert main(["report", str(run)]) == 130

    assert capsys.readouterr().err == "interrupted; what was written is whole\n"


@pytest.mark.parametrize("name", ["README.md", "pyproject.toml"])
def test_a_file_that_is_no_run_is_named(name, capsys):
    assert main(["report", str(ROOT / name)]) == 2
    assert "is no run: name the folder of one" in capsys.readouterr().err


def test_what_is_upheld_has_no_patch(run, copies, capsys):
    audited = record.audit(read_run(run))
    upheld = next(c["id"] for c in audited["claims"] if c["verdict"] == "upheld")

    command = ["patch", str(run), "--material", str(copies), "--claim", upheld]

    assert main(command) == 2
    assert "it is upheld, so there is nothing to correct" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--benchmark", "--time-budget", "inf"], "and have an end"),
        (["--benchmark", "--faults"], "leave --faults out"),
        (["claims", "--time-budget", "9"], "is an option of --benchmark"),
    ],
)
def test_options_that_do_not_go_together_are_a_sentence(project, options, sentence):
    project.claims(ONE)

    result = project.run(*options)

    assert result.ret == 4
    result.stderr.fnmatch_lines([f"*{sentence}*"])


def test_a_claim_without_a_fault_is_named(project):
    """Nobody has seen its check fail; the newcomer adds one."""
    project.claims(ONE)

    project.run("claims").stdout.fnmatch_lines(["sums.one names no fault, so nobody*"])


def test_a_triage_file_that_is_a_folder_is_named(project):
    project.claims(ONE)
    (project.path / "claims" / "documents" / "triage.toml").mkdir()

    result = project.run("claims")

    assert result.ret == 4
    result.stderr.fnmatch_lines(["*triage.toml is no plain file*"])


def test_a_library_that_cannot_be_imported_is_no_missing_name():
    """What is not installed here says nothing about a lesson."""
    answer = library.ask_library("no_such_library")

    assert answer == {"message": "No module named 'no_such_library'"}
    assert library.ask_name("no_such_library.layers.Dense").get("missing") == ""
