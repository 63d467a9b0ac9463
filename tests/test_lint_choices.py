"""Rules, comments and a baseline: which findings a course sees."""

import json
import os
import re
from pathlib import Path

import pytest

from harness.__main__ import main
from harness.evidence.store import Unwritten
from harness.lessons import fixing
from harness.lessons.lint import lessons
from harness.lessons.reading import SUFFIXES, UnreadableLesson
from harness.tests.conftest import ROOT, full_disk
from tests.test_lint import run

LESSON = """# Optimizers

```python
import keras
keras.optimizers.SGD(lr=0.1)
keras.optimizers.SGD(lr=0.2)  # audit: ignore[call]
keras.layers.CuDNNLSTM(4)
```

<!-- audit: ignore[name, statement] -->
Use `keras.layers.CuDNNLSTM`.
"""


@pytest.fixture
def course(tmp_path):
    (tmp_path / "a.md").write_text(LESSON)
    return tmp_path


def lint(course, *options):
    return run(".", *options, cache=course / ".cache", cwd=course)


@pytest.mark.slow
def test_rules_are_selected_by_option_and_by_table(course):
    everything = lint(course)
    assert everything.returncode == 1
    assert "2 findings in 1 lesson; 2 silenced" in everything.stdout

    assert "1 finding " in lint(course, "--select", "name").stdout
    assert "2 findings" in lint(course, "--select", "name,call").stdout
    assert "1 finding " in lint(course, "--ignore", "name").stdout
    (course / "pyproject.toml").write_text(
        '[tool.regularization-audit]\nignore = ["name", "call"]\n'
    )
    silent = lint(course)
    assert silent.returncode == 0, silent.stdout
    assert "1 finding " in lint(course, "--ignore", "call").stdout
    assert "1 finding " in lint(course, "--select", "name").stdout


def test_a_comment_that_silences_nothing_is_told(course):
    """One without a rule, and one with a rule that does not exist; others are not."""
    said = ["x = 1  # audit: ignore", "y = 1  # audit: ignore[nmae, call]"]
    silent = ["z = 1  # audit: ignore[code.losses]", "print('audit: ignore')"]
    (course / "a.md").write_text("\n".join(["```python", *said, *silent, "```"]))

    done = lint(course)

    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        "note: a.md:2: audit: ignore: names no rule, and silences nothing; write "
        "ignore[call]",
        "note: a.md:3: audit: ignore: there is no rule 'nmae'; the families are name, "
        "call, code, statement, number, output",
    ]


def test_a_finding_about_a_claim_links_to_the_published_audit(course):
    """The project's own, or the address that the course's pyproject.toml gives."""
    claim = "dropout.scaled-down-at-inference"
    said = "At test time the outputs are multiplied by the dropout rate."
    (course / "a.md").write_text(f"# Keras\n\n{said}\n")
    table = "[tool.regularization-audit]\naudit = "

    (course / "pyproject.toml").write_text(f'{table}"https://example.org/a.html"\n')
    assert f"see https://example.org/a.html#{claim}" in lint(course).stdout
    done = json.loads(lint(course, "--format", "sarif").stdout)
    (rule,) = done["runs"][0]["tool"]["driver"]["rules"]
    assert rule["helpUri"] == f"https://example.org/a.html#{claim}"
    assert f'href="{rule["helpUri"]}"' in lint(course, "--format", "html").stdout

    (course / "pyproject.toml").write_text(f'{table}"javascript:alert(1)"\n')
    assert "is no address of a page" in lint(course).stderr

    here = run(course / "a.md", cache=course / ".cache")
    assert f"see reports/published/audit.html#{claim}" in here.stdout


def test_what_could_not_be_parsed_is_told_with_its_place(course):
    (course / "a.md").write_text("```python\nx =\n```\n" * 6)

    said = lint(course).stdout
    (entry,) = json.loads(lint(course, "--format", "json").stdout)["files"]

    assert "6 code blocks could not be parsed (a.md:2, a.md:5, " in said
    assert said.endswith("a.md:14, 1 more)\n")
    assert entry["unparsed_at"][1] == {"cell": None, "line": 5}


@pytest.mark.slow
def test_a_fix_that_cannot_be_made_is_told(course):
    """Code that is indented in its file has other columns there."""
    code = (
        ".. code-block:: python\n\n   import keras\n   keras.optimizers.SGD(lr=0.1)\n"
    )
    (course / "a.md").unlink()
    (course / "a.rst").write_text(code)

    done = lint(course, "--fix")

    assert "a.rst: 1 place could not be edited; edit by hand" in done.stdout
    assert (course / "a.rst").read_text() == code


def test_the_hook_is_for_every_format():
    """The pre-commit hook's pattern and the suffixes that are read."""
    (pattern,) = re.findall(
        r"files: (.*)", (ROOT / ".pre-commit-hooks.yaml").read_text()
    )

    assert all(re.search(pattern, f"lessons/a{suffix}") for suffix in SUFFIXES)
    assert re.search(pattern, "a.Rmd") and not re.search(pattern, "a.mdx")


@pytest.mark.slow
def test_a_baseline_leaves_old_findings_out_wherever_they_move(course):
    written = lint(course, "--write-baseline", "known.json")
    assert written.returncode == 0 and "2 findings" in written.stdout
    assert "SGD" not in (course / "known.json").read_text()

    (course / "a.md").write_text("New.\n\n" + LESSON)
    same = lint(course, "--baseline", "known.json")
    assert same.returncode == 0 and "2 known to the baseline" in same.stdout

    (course / "a.md").write_text(LESSON.replace("CuDNNLSTM(4)", "CuDNNGRU(4)"))
    new = lint(course, "--baseline", "known.json", "--format", "json")
    found = json.loads(new.stdout)
    assert [f["message"] for f in found["findings"]] == [
        "keras.layers.CuDNNGRU does not exist"
    ]


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("select = 3", "select of [tool.regularization-audit] is no list"),
        ("sellect = []", "has no 'sellect'"),
        ("baseline = 3", "is no file name"),
        ('baseline = "none.json"', "is no baseline; write one"),
        ("select = [", "cannot be read"),
        ('select = ["names"]', "there is no rule 'names'"),
        ('ignore = ["statement.dropout.nothing"]', "there is no rule 'statement."),
    ],
)
def test_a_wrong_table_is_one_sentence(course, table, says):
    (course / "pyproject.toml").write_text(f"[tool.regularization-audit]\n{table}\n")

    refused(lint(course), says)


def refused(done, says):
    assert done.returncode == 2
    assert says in done.stderr and len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('tool = "x"', "`tool` is no table"),
        ("tool.regularization-audit = 3", "begin its table with"),
    ],
)
def test_what_is_no_table_is_one_sentence(course, text, says):
    (course / "pyproject.toml").write_text(text)

    refused(lint(course), says)


def test_what_is_no_baseline_is_one_sentence(course):
    """Neither a file that is too deep, nor a pipe, for which nobody waits."""
    (course / "deep.json").write_text("[" * 1_000_000)
    os.mkfifo(course / "pipe.json")

    refused(lint(course, "--baseline", "deep.json"), "deep.json is no baseline")
    refused(lint(course, "--baseline", "pipe.json"), "pipe.json is no plain file")


@pytest.mark.parametrize("option", ["--output", "--write-baseline"])
def test_a_file_that_cannot_be_written_is_named(course, option):
    """As it was given; a temporary name would help nobody."""
    (course / "a.md").write_text("Nothing.")

    says = "cannot write none/x (No such file or directory): there is no such folder"
    refused(lint(course, option, "none/x"), says)


def test_a_fix_on_a_full_disk_leaves_the_lesson_as_it_was(tmp_path):
    """The sentence names it."""
    path = tmp_path / "a.md"
    path.write_text(LESSON)

    with (
        full_disk(20),
        pytest.raises(Unwritten, match=r"a\.md \(File too large\): free"),
    ):
        fixing.write({path: (LESSON, LESSON.replace("lr=", "learning_rate="))})

    assert path.read_text() == LESSON and [*tmp_path.iterdir()] == [path]


def test_a_lesson_that_is_none_says_why(tmp_path, capsys):
    """A pipe, no file at all, a folder that may not be read."""
    os.mkfifo(tmp_path / "pipe.md")

    assert main(["lint", str(tmp_path / "pipe.md")]) == 2
    assert "pipe.md is no plain file" in capsys.readouterr().err
    assert main(["adopt", str(tmp_path / "none.md"), "--into", str(tmp_path)]) == 2
    assert "none.md: no such file" in capsys.readouterr().err


def test_a_folder_that_may_not_be_read_is_no_empty_one(tmp_path, monkeypatch):
    """As the system refuses it, whoever runs the test."""

    def refuse(self):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "iterdir", refuse)

    with pytest.raises(UnreadableLesson, match=r"cannot be read \(Permission denied\)"):
        [*lessons([tmp_path])]


@pytest.mark.slow
def test_the_page_shows_findings_in_the_margin_and_runs_nothing(course):
    """What stands in the lesson is text there, whatever it is."""
    hostile = LESSON.replace("CuDNNLSTM(4)", 'CuDNNLSTM("<script>alert(1)</script>")')
    (course / "a.md").write_text(hostile)

    done = lint(course, "--format", "html", "--output", "page.html")
    page = (course / "page.html").read_text()

    assert done.returncode == 1
    assert "keras.layers.CuDNNLSTM does not exist" in page
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page
