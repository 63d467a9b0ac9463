"""Documents are split into passages of the right kind, whatever a page did to them."""

import time

import pytest

from harness.documents.passages import split


def kinds(text):
    return [(p.kind, p.lines) for p in split(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One fact. Another fact.", [("prose", (1, 1)), ("prose", (1, 1))]),
        ("E.g. a rate, i.e. a share, is one.", [("prose", (1, 1))]),
        ("- A first item.\n- A second item.", [("prose", (1, 1)), ("prose", (2, 2))]),
        ("## Title\n\nA sentence.", [("heading", (1, 1)), ("prose", (3, 3))]),
        (
            "Section 2 — Dropout\nIt drops units.",
            [("heading", (1, 1)), ("prose", (2, 2))],
        ),
        ("```\n1 x = 1\n2\n3 y = f(x)\n```", [("code", (2, 4))]),
        ("import keras\nx = keras.ops.ones(3)", [("code", (1, 2))]),
        ("x = f(1)\ndef g(a):\nreturn a", [("code", (1, 1)), ("code", (2, 3))]),
        ("m = f(\na,\nb=2,\n)", [("code", (1, 4))]),
        ("x = f(3)Then it is called.", [("code", (1, 1)), ("prose", (1, 1))]),
        ("print(x)[0.25, 0.5]", [("code", (1, 1)), ("output", (1, 1))]),
        ("Epoch: 0, loss:0.1\n.....", [("output", (1, 2))]),
        ("| a | b |\n|---|---|\n| 1 | 2 |", [("table", (1, 1)), ("table", (3, 3))]),
        ("| a | b |\nf(c) |\n| 1 | 2 |", [("table", (1, 2)), ("table", (3, 3))]),
        ("dense (Dense)\t(None, 1)\t17", [("table", (1, 1))]),
        ("flowchart LR\nA[x] --> B[y]\nend", [("figure", (1, 3))]),
        ("```mermaid\nflowchart TD\na --> b\n```", [("figure", (2, 3))]),
        ("In [3]:\nx = 1", [("boilerplate", (1, 1)), ("code", (2, 2))]),
        ("", []),
        ("\n \n", []),
    ],
)
def test_a_page_is_split_into_passages(text, expected):
    """Kind and lines of each passage."""
    assert kinds(text) == expected


def test_no_line_with_words_is_left_out():
    """Every line that has a word in it lies in a passage."""
    text = "# T\n\nA b. C d.\n```\nx = 1\n```\n| a |\n\nIn [1]:\nEpoch 1/2\nend"

    covered = {n for p in split(text) for n in range(p.lines[0], p.lines[1] + 1)}

    assert covered >= {1, 3, 5, 7, 9, 10, 11}


def test_hostile_lines_are_split_in_reasonable_time():
    """Very long lines, many brackets and 20,000 lines without a blank one."""
    long = "(" * 50_000 + "\n" + "a.b(" * 20_000 + "\n" + "word " * 50_000
    many = "\n".join(["x"] * 20_000)

    assert split(long) and split(many)


@pytest.mark.usefixtures("bounded")
@pytest.mark.parametrize(
    "line",
    [
        "a" * 5_000 + "!",
        "a_" * 2_500 + " (",
        "1" * 5_000,
        "1." * 2_500,
        "." + " " * 4_998 + "x",
        "a, " * 1_600 + "=",
        "f(" + ".a" * 2_500,
        "a.b(" * 1_250,
        '."' * 2_500,
        "[" * 5_000,
        "A. " * 1_600,
    ],
)
def test_the_longest_lines_are_split_in_linear_time(line):
    """Each is bad for one pattern; 50 of them take less than two seconds."""
    start = time.perf_counter()

    assert split("\n".join(["x = 1", line] * 50))

    assert time.perf_counter() - start < 2
