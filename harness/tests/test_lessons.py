"""Lessons of every format become pieces, and their code a program that is never run."""

import contextlib
import json
from pathlib import Path

import pytest
from sarif_kit.validate import validation_errors

from harness.__main__ import main
from harness.lessons import programs
from harness.lessons.lint import lessons
from harness.lessons.output import FORMATS
from harness.lessons.reading import UnreadableLesson, read

CODE = 'from tensorflow.keras import layers as L\nx = L.Dense(4, name="a")\n'
NOTEBOOK = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {
        "kernelspec": {"language": "python", "name": "p", "display_name": "p"}
    },
    "cells": [
        {
            "id": "a",
            "cell_type": "markdown",
            "metadata": {},
            "source": "# Title\n\nText.",
        },
        {
            "id": "b",
            "cell_type": "code",
            "metadata": {},
            "execution_count": 1,
            "source": "%matplotlib inline\n" + CODE,
            "outputs": [{"output_type": "stream", "name": "stdout", "text": "Epoch 1"}],
        },
    ],
}
LESSONS = {
    "a.ipynb": json.dumps(NOTEBOOK),
    "a.md": f"# Title\n\nText.\n\n```python\n{CODE}```\n",
    "a.html": f"<h1>Title</h1><p>Text.</p><pre>{CODE}</pre>",
    "a.rst": "Text.\n\n.. code-block:: python\n\n   "
    + CODE.replace("\n", "\n   ").rstrip()
    + "\n",
    "a.py": f'"""Text."""\n\n{CODE}',
    "a.txt": f"Text.\n\n{CODE}",
}


@pytest.fixture
def lesson(tmp_path):
    """Read a text under a name."""

    def make(name, text):
        path = tmp_path / name
        path.write_text(text)
        return read(path, name)

    return make


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_of_each_format_is_prose_and_a_program(lesson, name):
    """The same text and the same call, wherever they stand."""
    found = lesson(name, LESSONS[name])

    assert any("Text." in piece.text for piece in found.passages())
    (call,) = programs.of(found).calls
    assert call.use.name == "tensorflow.keras.layers.Dense"
    assert call.use.written == "L.Dense"
    assert call.arguments == ([4], {"name": "a"})


def test_places_are_those_of_the_cell_or_of_the_file(lesson):
    """A notebook's cell with the line of its source; a file's line."""
    (call,) = programs.of(lesson("a.ipynb", LESSONS["a.ipynb"])).calls
    assert (call.use.piece.cell, call.use.line, call.use.column) == (1, 3, 5)

    (call,) = programs.of(lesson("a.md", LESSONS["a.md"])).calls
    assert (call.use.piece.cell, call.use.line) == (None, 7)


@pytest.mark.parametrize(
    ("code", "written"),
    [
        (">>> import keras\n>>> keras.layers.Dense(3)\nshown", 1),
        ("In [3]: import keras", 0),
        ("In [3]: keras.layers.Dense(3)\nOut[3]: <Dense>", 1),
        ('def f():\n    """Do.\n\n    >>> f()\n    """\n    keras.layers.Dense(3)', 1),
        ("import keras\n...\nkeras.layers.Dense(3)", 1),
        ("import keras\n%time keras.layers.Dense(3)\nkeras.layers.Dense(3)", 2),
        ("import keras\n%timeit -n 3 -r2 x = keras.layers.Dense(3)", 1),
        ("import keras\n%time for\nkeras.layers.Dense(3)", 1),
        ("import keras\nfiles = !ls *.py\nkeras.layers.Dense(3)", 1),
        ("import keras\nkeras.layers??\nkeras.layers.Dense?\nkeras.layers.Dense(3)", 1),
        ("import keras\n%env A=1\nx = (1\n % 2)\nkeras.layers.Dense(3)", 1),
        ("import keras\n% matplotlib inline\nkeras.layers.Dense(3)", 1),
        ("import keras\n!pip install \\\n  x y\nkeras.layers.Dense(3)", 1),
        ("%%time\nimport keras\nkeras.layers.Dense(3)", 1),
        ("%%writefile x.py\nimport keras\nkeras.layers.Dense(3)", 1),
        ("%%bash\nimport keras\nkeras.layers.Dense(3)", 0),
        ("import keras\nprint('%d'\n      % keras.layers.Dense(3))", 1),
        ("import keras\nkeras = 3\nkeras.layers.Dense(3)", 0),
        ("def f(keras):\n    keras.layers.Dense(3)", 0),
        ("import mxnet as keras\nkeras.layers.Dense(3)", 0),
        ("keras.layers.Dense(3)", 1),
        ("layers.Dense(3)", 0),
        ("import keras\nkeras.layers.Dense(3) ->", 0),
    ],
)
def test_only_what_is_surely_the_librarys_is_a_call(lesson, code, written):
    """Prompts and magics are normal; a name that is bound again is unknown."""
    program = programs.of(lesson("a.md", f"```python\n{code}\n```\n"))

    assert len(program.calls) == written


@pytest.mark.parametrize("magic", ["bash", "html", "R", "writefile a.sh", "sql x"])
def test_a_cell_of_another_language_is_no_python(lesson, magic):
    """It is neither judged nor counted as a block that cannot be parsed."""
    program = programs.of(lesson("a.md", f"```python\n%%{magic}\n<b>x</b>\n```\n"))

    assert (program.blocks, program.unparsed) == (0, [])


def test_a_script_of_cells_is_read_cell_by_cell(lesson):
    """One that is no Python 3 costs itself alone."""
    cells = [
        "import keras",
        "keras.layers.Dense(3)",
        'raise Error, "x"',
        "keras.Input((3,))",
    ]
    program = programs.of(lesson("a.py", "".join(f"# %%\n{x}\n" for x in cells)))

    assert (program.blocks, len(program.unparsed)) == (4, 1)
    assert [call.use.line for call in program.calls] == [4, 8]


RST = """\
Title
=====

Text::

    keras.Input((1,))

.. note:: Said
   of it.

   .. code-block:: python
      :caption: a

      keras.Input((2,))

1. Do

   .. code-tab:: python

      keras.Input((3,))

   * and
     go on:

     >>> keras.Input((4,))

.. ipython:: python

   keras.Input((5,))

.. math::

   a = b +

.. A comment.
   keras.Input((6,))
"""


def test_what_is_nested_in_rst_is_read(lesson):
    """Code in notes and lists is code, the body of a note is text, a comment none."""
    found = lesson("a.rst", RST)
    program = programs.of(found)

    said = [(p.kind, p.line, p.text.rstrip()) for p in found.passages()]
    assert said == [
        ("heading", 1, "Title"),
        ("prose", 4, "Text::"),
        ("prose", 8, "Said\nof it."),
        ("prose", 16, "Do"),
        ("prose", 22, "and\ngo on:"),
    ]
    assert not program.unparsed
    calls = [c for c in found.code() if "Input" in c.text]
    assert [c.line for c in calls] == [6, 14, 20, 25, 29]
    assert [RST.split("\n")[c.line - 1].strip() for c in calls] == [
        c.text for c in calls
    ]


@pytest.mark.parametrize(
    "head", [":tags: [hide]\n:other: x\n\n", "---\ntags: [hide]\n---\n", "\n"]
)
def test_options_of_a_myst_cell_are_no_code(lesson, head):
    """Lines are those of the file."""
    block = (
        f"```{{code-cell}} ipython3\n{head}import keras\nkeras.layers.Dense(3)\n```\n"
    )
    (call,) = programs.of(lesson("a.md", block)).calls

    assert call.use.line == 3 + head.count("\n")


def test_a_note_of_myst_is_text(lesson):
    """With its code; the body of another directive is neither."""
    note = "````{note}\n:class: x\n\nText\nof it.\n\n```python\nx\n```\n````\n\n"
    found = lesson("a.md", note + "```{math}\na = b +\n```\n")

    (text,) = found.passages()
    assert (text.text, text.line) == ("Text\nof it.", 4)
    program = programs.of(found)
    assert (program.blocks, program.unparsed) == (1, [])
    assert program.code[0].piece.line == 8


def test_a_text_may_go_on_in_the_next_line_and_hold_a_session(lesson):
    """A line that begins something of its own does not go on."""
    text = "At test time it is\nscaled down.\nNext one\n- item\n\n"
    session = "In [3]: import keras\n\n    >>> keras.Input((3,))\n    out\n"
    found = lesson("a.txt", text + session)

    assert [(p.line, p.text) for p in found.passages()][:2] == [
        (1, "At test time it is\nscaled down."),
        (3, "Next one"),
    ]
    (call,) = programs.of(found).calls
    assert call.use.line == 8


def test_a_block_of_no_language_has_no_usual_names(lesson):
    """What imports nothing, and is not called Python, may be of another language."""
    program = programs.of(lesson("a.md", "```\ntf.layers.dense(3)\n```\n"))

    assert not program.calls


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("1e-4", 1e-4),
        ("-(10 * 5)", -50),
        ("(3, 3)", {"$tuple": [3, 3]}),
        ("N", 7),
        ("keras.ops.relu", {"$name": "keras.ops.relu"}),
        (
            "keras.regularizers.L2(0.1)",
            {"$call": "keras.regularizers.L2", "arguments": [0.1], "keywords": {}},
        ),
    ],
)
def test_literals_are_read(lesson, argument, value):
    """Numbers, expressions of them, a constant, names and calls of the library."""
    code = f"import keras\nN = 7\nkeras.layers.Dense({argument})"
    calls = programs.of(lesson("a.md", f"```python\n{code}\n```\n")).calls

    assert calls[0].arguments == ([value], {})


@pytest.mark.parametrize(
    "argument",
    ["x", "10**400", "'a' * 10**9", "[0] * 9", "10**12", "f()", "*a", "lambda: 0", "M"],
)
def test_what_is_no_bounded_literal_is_never_a_value(lesson, argument):
    """It is held against the signature only."""
    code = f"import keras\nM = 1\nM = 2\nkeras.layers.Dense({argument})"
    (call,) = programs.of(lesson("a.md", f"```python\n{code}\n```\n")).calls

    assert call.arguments is None


def test_tabs_of_other_frameworks_are_left_alone(lesson):
    """One tab is one program."""
    blocks = [
        f"```python\n{x}\n{CODE}```\n" for x in ("# %%tab mxnet", "%%tab tensorflow")
    ]
    program = programs.of(lesson("a.md", "\n".join(blocks)))

    assert (program.blocks, len(program.calls)) == (1, 1)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.ipynb", b"{", "is no notebook"),
        ("a.ipynb", b"[" * 100_000, "is no notebook"),
        ("a.ipynb", b"[1, 2]", "not that of a notebook; open it in Jupyter"),
        ("a.ipynb", b'{"cells": 3, "nbformat": 4}', "has no list of cells; open it"),
        ("a.ipynb", b'{"cells": {"a": 1}, "nbformat": 4}', "has no list of cells"),
        ("a.ipynb", b'{"worksheets": [3], "nbformat": 3}', "has no list of cells"),
        ("a.ipynb", b'{"cells": [], "nbformat": 99}', "save it as format 4"),
        ("a.ipynb", b'{"cells": [3], "nbformat": 4}', "cell 0 is no cell"),
        ("a.ipynb", b'{"cells": [{"source": [1]}], "nbformat": 4}', "is no text; open"),
        (
            "a.ipynb",
            b'{"cells": [{"cell_type": "code", "outputs": 1}], "nbformat": 4}',
            "the outputs of cell 0 are no list",
        ),
        ("a.md", b"\xff\xfe", "not readable UTF-8"),
        ("a.md", b"a\0b", "NUL"),
    ],
)
def test_what_is_no_lesson_is_one_sentence(tmp_path, name, content, sentence):
    """Without a traceback."""
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(UnreadableLesson, match=sentence):
        read(path, name)


def test_a_notebook_may_lack_what_nobody_needs(lesson):
    """Metadata, identifiers, the minor version; outputs of strange shapes are none."""
    cell = {"cell_type": "code", "source": [CODE], "outputs": [3, {"data": []}]}
    odd = [cell, {"cell_type": "raw"}]
    found = lesson("a.ipynb", json.dumps({"nbformat": 4, "cells": odd}))

    assert [piece.kind for piece in found.pieces] == ["code"]


def test_a_notebook_of_format_3_is_read(lesson):
    """Its worksheets, its headings, and the lines of its cells without line ends."""
    cells = [
        {"cell_type": "heading", "level": 2, "source": ["Title"]},
        {"cell_type": "code", "input": CODE.split("\n")},
    ]
    notebook = {"nbformat": 3, "worksheets": [{"cells": cells}]}
    found = lesson("a.ipynb", json.dumps(notebook))

    assert [piece.kind for piece in found.pieces] == ["heading", "code"]
    assert found.pieces[1].text == CODE


@pytest.mark.parametrize(
    "text", ["[" * 1_000_000, "((" * 50_000, "> " * 50_000, "`" * 99_999, "* " * 9_999]
)
def test_a_hostile_text_ends(bounded, lesson, text):
    """In pieces, or in a sentence."""
    with contextlib.suppress(UnreadableLesson):
        lesson("a.md", f"```python\n{text}\n```\n\n{text[:20_000]}\n")


def test_a_file_that_cannot_be_read_does_not_end_the_others(tmp_path, capsys):
    """It is named, and the exit code is 2 if nothing else was found."""
    (tmp_path / "a.ipynb").write_text('{"cells": {"a": 1}, "nbformat": 4}')
    (tmp_path / "b.md").write_text("Text.")

    assert main(["lint", str(tmp_path)]) == 2

    said = capsys.readouterr()
    assert "0 findings in 2 lessons" in said.out
    assert "error: a.ipynb is no notebook" in said.err


def test_a_line_of_a_cell_is_found_in_the_file(lesson):
    """Whatever else is called a source there; a source of one text is a line."""
    cells = [
        {"outputs": [{"source": "a"}], "source": ["a\n", "b"], "cell_type": "code"},
        {"metadata": {"source": ["a"]}, "source": "x\ny", "cell_type": "markdown"},
    ]
    text = json.dumps({"nbformat": 4, "cells": cells}, indent=1)
    found = lesson("a.ipynb", text)

    lines = text.split("\n")
    at = [found.line_in_file(0, line) for line in (1, 2, 3)]
    assert [lines[n - 1].strip() for n in at] == ['"a\\n",', '"b"', "{"]
    assert '"x\\ny"' in lines[found.line_in_file(1, 2) - 1]


def test_files_of_one_name_are_told_apart(tmp_path, monkeypatch):
    """By their folders; a file that is named twice is one."""
    monkeypatch.chdir(tmp_path)
    for folder in ("a", "c"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.md").write_text("Text.")
    (tmp_path / "c" / "y.md").write_text("Text.")

    named = [Path("a"), Path("c"), Path("c/y.md"), Path("c/../a/x.md")]
    assert [name for _, name in lessons(named)] == ["a/x.md", "c/x.md", "y.md"]
    assert [name for _, name in lessons([Path("c")])] == ["x.md", "y.md"]


def test_github_is_told_what_is_right_and_where():
    """The path from the current folder, the line in the notebook's own text."""
    found = FINDING | {"message": "100 %: wrong, here", "instead": "right"}
    linted = linted_with(found)
    linted["files"] = [{"file": "a lesson.ipynb", "path": "b/a lesson.ipynb"}]

    assert FORMATS["github"](linted) == (
        "::warning file=b/a lesson.ipynb,line=7,title=call::cell 3, line 2: 100 %25: "
        "wrong, here%0Ainstead: right%0AIts words.\n"
    )
    (result,) = json.loads(FORMATS["sarif"](linted))["runs"][0]["results"]
    at = result["locations"][0]["physicalLocation"]
    assert at["artifactLocation"]["uri"] == "b/a%20lesson.ipynb"
    assert at["region"] == {"startLine": 7}
    assert result["message"]["text"].endswith("wrong, here\ninstead: right\nIts words.")
    found |= {"cell": None, "rule": "a:b"}
    said = FORMATS["github"](linted_with(found))
    assert said.startswith(
        "::warning file=a lesson.ipynb,line=7,col=5,title=a%3Ab::100 %25: wrong"
    )


def test_links_are_not_followed(tmp_path):
    """Neither a file's nor those in a folder."""
    (tmp_path / "real.md").write_text("Text.")
    (tmp_path / "link.md").symlink_to("/etc/passwd")

    assert [shown for _, shown in lessons([tmp_path])] == ["real.md"]
    with pytest.raises(UnreadableLesson, match="links are not followed"):
        read(tmp_path / "link.md", "link.md")


FINDING = {
    "file": "a lesson.ipynb",
    "cell": 3,
    "line": 2,
    "column": 5,
    "end_line": 2,
    "file_line": 7,
    "rule": "call",
    "severity": "warning",
    "claim": None,
    "message": "Dense warns of this call",
    "instead": None,
    "evidence": "Its words.",
    "since": None,
    "until": None,
    "link": None,
    "fingerprint": "0" * 20,
    "fix": None,
}


def linted_with(found):
    """The result of a run with one finding."""
    files = {
        "schema": 1,
        "stack": {},
        "files": [],
        "findings": [found],
        "agreements": [],
    }
    return files | {"silenced": 0, "known": 0, "remarks": []}


@pytest.mark.parametrize("form", FORMATS)
def test_hostile_words_break_no_format(form):
    """Control characters go, JSON stays JSON, a command stays on its line."""
    hostile = "a\x1b[31m\n::error::b\u202e](x)"
    found = {
        "file": hostile,
        "cell": None,
        "line": 1,
        "column": None,
        "end_line": None,
        "file_line": 1,
        "rule": "name",
        "severity": "error",
        "claim": None,
        "message": hostile,
        "instead": None,
        "evidence": hostile,
        "since": None,
        "until": None,
        "link": None,
        "fingerprint": "0" * 20,
        "fix": None,
    }
    said = FORMATS[form](linted_with(found))

    assert form == "json" or not any(c in said for c in "\x1b\u202e")
    if form in ("json", "sarif"):
        json.loads(said)
    if form == "github":
        assert said.count("\n") == 1


def test_sarif_is_as_its_schema_wants_it():
    """Of a notebook's finding and of a file's."""
    linted = linted_with(FINDING)

    assert list(validation_errors(json.loads(FORMATS["sarif"](linted)))) == []
