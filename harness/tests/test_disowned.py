"""A sentence that is quoted, asked about or supposed is not stated by the lesson."""

import re

import pytest

from harness.lessons import statements
from harness.lessons.reading import read

SAID = "At test time the outputs are scaled down by the rate."
QUOTED = [
    f"**True or false?** {SAID}",
    f"- [ ] {SAID} (true/false?)",
    f"A student wrote: {SAID} Why is this false in Keras?",
    f"Some people think that {SAID.lower()}",
    f"Most beginners wrongly believe {SAID.lower()}",
    f"You might expect that {SAID.lower()}",
    f"{SAID} This is wrong.",
    f"{SAID} But that is not true in Keras 3.",
    f"{SAID} That is a common misconception.",
    f"~~{SAID}~~",
    "The claim that at test time outputs are scaled down by the rate is a myth.",
    "The idea that at test time outputs are scaled down by the rate is wrong.",
    f"Myth: {SAID.lower()}",
    "If at test time the outputs were scaled down by the rate, we would see it.",
    f"> {SAID}\n\nThe quote above is from an old blog post, and is wrong.",
    f"{SAID}\n\n*Solution:* False.",
    f"## Common misconceptions\n\n{SAID}",
]
STATED = [
    SAID,
    f"{SAID} A wrong rate costs accuracy.",
    f"{SAID} It is wrong to forget that.",
    f"{SAID} That is why it works.",
    f"{SAID} Is this not true in JAX?",
    f"{SAID} The wrong sign would break it.",
    f"{SAID}\n\nThe statement of the loss comes next.",
    f"We think that {SAID.lower()}",
    f"~~Old.~~ {SAID}",
    f"Some layers are different. {SAID}",
    f"If you evaluate, {SAID.lower()}",
    f"## Common misconceptions\n\nText.\n\n## Dropout\n\n{SAID}",
    f"True or false? Dropout is slow. Now the facts. {SAID}",
]
STATEMENT = statements.Statement(
    "dropout.x",
    (re.compile("test time", re.I), re.compile("scaled down", re.I)),
    (),
    (),
    (),
    (),
    (),
)


def made(tmp_path, text):
    (tmp_path / "a.md").write_text(text + "\n")
    return [*statements.made_in(read(tmp_path / "a.md", "a.md"), [STATEMENT])]


@pytest.mark.parametrize("text", QUOTED)
def test_what_is_quoted_is_not_stated(tmp_path, text):
    assert not made(tmp_path, text)


@pytest.mark.parametrize("text", STATED)
def test_what_is_stated_beside_such_words_still_is(tmp_path, text):
    assert len(made(tmp_path, text)) == 1


def test_two_ways_to_recognize_a_claim_make_one_finding(tmp_path):
    (tmp_path / "a.md").write_text(SAID)

    lesson = read(tmp_path / "a.md", "a.md")
    assert len([*statements.made_in(lesson, [STATEMENT, STATEMENT])]) == 1
