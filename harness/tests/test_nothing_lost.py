"""What is recorded stays, and a part of the claims never passes for all of them."""

import gzip
import json
import shutil

import pytest

from harness.__main__ import main
from harness.evidence import merge, record
from harness.evidence.store import read_run
from harness.tests.conftest import ONE, PUBLISHED

pytest_plugins = ["pytester"]

TWO = ONE.replace("one", "two").replace("paper[2]", "paper[3]")


@pytest.mark.parametrize("processes", ["0", "2"])
def test_a_file_that_is_not_collected_makes_a_run_partial(project, processes):
    """Also where the other processes go on without it."""
    project.claims(ONE)
    project.claims("this is no Python", name="test_broken")

    result = project.run("claims", "-n", processes, apart=True)

    assert result.ret != 0
    assert not (project.path / "reports" / "latest").exists()


def test_shards_are_complete_together_and_a_topic_is_not(project):
    """Whatever was left out by name is known to be left out."""
    project.claims(ONE)
    project.claims(TWO, name="test_two")
    for arguments in (
        ["claims", "-k", "test_one"],
        ["claims", "-k", "test_two"],
        ["claims/test_two.py"],
    ):
        project.run(*arguments)
    one, two, file = map(read_run, project.runs())

    def complete(*runs):
        return record.audit(merge.runs(runs))["run"]["complete"]

    assert complete(one, two)
    assert not complete(one, one)
    assert not complete(file) and not complete(file, file)


def test_two_seeds_are_not_merged_as_shards(project, capsys):
    """One of them would silently win."""
    project.claims(ONE)
    for seed in ("1", "2"):
        project.run("claims", "--seed", seed)

    assert main(["merge", *map(str, project.runs()), "--out", "merged"]) == 2
    assert "with the seeds 1 and 2: merge the shards" in capsys.readouterr().err


@pytest.fixture
def runs(tmp_path):
    """Two copies of the published run."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        shutil.copy(PUBLISHED / "evidence.jsonl.gz", tmp_path / name)
    return tmp_path / "a", tmp_path / "b"


def test_merge_replaces_nothing_that_is_not_its_own(runs, tmp_path, capsys):
    """Neither one of the runs nor a folder with other files."""
    a, b = map(str, runs)
    assert main(["merge", a, b, "--out", b]) == 2
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "audit.html").write_text("mine")
    assert main(["merge", a, b, "--out", str(mine)]) == 2

    said = capsys.readouterr().err
    assert "is one of the runs" in said and "files that no run wrote" in said
    assert (mine / "audit.html").read_text() == "mine"


def test_a_page_of_the_comparison_replaces_no_other_text(runs, tmp_path, capsys):
    notes = tmp_path / "notes.txt"
    notes.write_text("mine")

    assert main(["compare", *map(str, runs), "--html", str(notes)]) == 2
    assert "name another file" in capsys.readouterr().err
    assert notes.read_text() == "mine"


def test_what_part_of_the_claims_did_not_judge_is_no_change(runs, capsys):
    """`compare` of a part with the whole tells what both judged."""
    packed = runs[1] / "evidence.jsonl.gz"
    lines = [
        json.loads(line)
        for line in gzip.decompress(packed.read_bytes()).decode().splitlines()
    ]
    kept = [
        line
        for line in lines
        if line["type"] != "check" or line["claim"].startswith("dropout.")
    ]
    packed.unlink()
    text = "".join(json.dumps(line) + "\n" for line in kept)
    (runs[1] / "evidence.jsonl").write_text(text)

    assert main(["compare", *map(str, runs)]) == 0
    said = capsys.readouterr().out
    assert "0 changed" in said and "not selected in both" in said


LESSON = "# Middles\n\nThe median of two numbers is one of them. It is no mean.\n"
OTHER = "# Ends\n\nA list has two ends.\n\nA ring has none.\n"


@pytest.mark.parametrize(
    ("name", "text"), [("middles.md", OTHER), ("middles.txt", LESSON)]
)
def test_another_lesson_of_one_name_leaves_the_first_ledger(
    tmp_path, name, text, capsys
):
    """Its answers belong to the first lesson's passages."""
    into = tmp_path / "adopted"
    (tmp_path / "middles.md").write_text(LESSON)
    assert main(["adopt", str(tmp_path / "middles.md"), "--into", str(into)]) == 0
    before = (into / "middles.toml").read_text()
    second = tmp_path / "second" / name
    second.parent.mkdir()
    second.write_text(text)

    assert main(["adopt", str(second), "--into", str(into)]) == 2
    assert "is the ledger of another text" in capsys.readouterr().err
    assert (into / "middles.toml").read_text() == before


@pytest.mark.parametrize(
    ("option", "target"),
    [
        ("--output", "lesson.md"),
        ("--write-baseline", "lesson.md"),
        ("--write-baseline", "notes.md"),
    ],
)
def test_lint_overwrites_no_lesson(tmp_path, option, target, capsys):
    """Nor a text that is no baseline."""
    for name in ("lesson.md", "notes.md"):
        (tmp_path / name).write_text(LESSON)

    path = tmp_path / target
    assert main(["lint", str(tmp_path / "lesson.md"), option, str(path)]) == 2
    assert capsys.readouterr().err.startswith("error: ")
    assert path.read_text() == LESSON
