"""A ledger's passages are found again in edited copies of synthetic documents."""

import random
import re
import time

import pytest

from harness.documents.binding import CHANGED, FOUND, GONE, MOVED, bind
from harness.documents.fingerprints import fingerprint, sketch
from harness.documents.passages import Passage

WORDS = re.findall(
    r"\w+",
    """layer model loss weight penalty training batch rate unit mask scale gradient step
    value norm mean variance kernel bias input output schedule optimizer warm decay
    random sparse robust noise metric validation the a of is are with each for during
    adds keeps drops every before after without between larger smaller first second""",
)
SHORT = ["(0.5, 0.7)", "return x", "Use", "In [ ]:", "1."]


def document(draw, *, passages=80):
    """Sentences of 4 to 25 words; every sixth passage is a short, repeated one."""
    return [
        draw.choice(SHORT)
        if draw.random() < 1 / 6
        else " ".join(draw.choice(WORDS) for _ in range(draw.randint(4, 25)))
        for _ in range(passages)
    ]


def with_typos(draw, text):
    """Up to 3 characters replaced."""
    letters = list(text)
    for _ in range(draw.randint(1, 3)):
        letters[draw.randrange(len(letters))] = draw.choice("abcdefghijklmnop")
    return "".join(letters)


def reworded(draw, text):
    """Up to 30 % of the words replaced."""
    words = text.split()
    for k in draw.sample(range(len(words)), max(1, int(0.3 * len(words)))):
        words[k] = draw.choice(WORDS)
    return " ".join(words)


def edited(draw, texts):
    """An edited copy as `(index of the original or None, text)`, and what was cut."""
    copy, cut = [], set()
    for i, text in enumerate(texts):
        kind = draw.random()
        long = len(text.split()) > 3
        if kind < 0.04:
            cut.add(i)
        elif kind < 0.12 and long:
            copy.append((i, with_typos(draw, text)))
        elif kind < 0.2 and long:
            copy.append((i, reworded(draw, text)))
        else:
            copy.append((i, text))
    for _ in range(3):
        long = [k for k, (_, text) in enumerate(copy) if len(text.split()) > 3]
        copy.insert(draw.randrange(len(copy)), copy.pop(draw.choice(long)))
    return copy, cut


def rows_of(texts):
    return [{"fingerprint": fingerprint(t), "sketch": sketch(t)} for t in texts]


def passages_of(texts):
    return [Passage((k, k), "prose", text) for k, text in enumerate(texts, 1)]


def wrong(texts, copy, cut):
    """Rows that are called gone though they are there, or there though they are cut.

    A short text that is cut while an equal one stays is neither: the two cannot be told
    apart.
    """
    bound = bind(rows_of(texts), passages_of([text for _, text in copy]))
    left = [text for _, text in copy]
    return sum(
        (b.status == GONE) != (i in cut)
        for i, b in enumerate(bound)
        if texts[i] not in SHORT or left.count(texts[i]) == texts.count(texts[i])
    )


def test_99_of_100_passages_are_bound_rightly():
    """Over 60 random edits of documents of 80 passages at most 1 % are wrong."""
    draw = random.Random(7)
    errors = total = 0
    for _ in range(60):
        texts = document(draw)
        copy, cut = edited(draw, texts)
        errors += wrong(texts, copy, cut)
        total += len(texts)

    assert errors <= 0.01 * total, f"{errors} of {total}"


@pytest.mark.parametrize(
    ("copy", "statuses"),
    [
        (["A first fact.", "A second fact about rates."], [FOUND, FOUND]),
        (["A second fact about rates.", "A first fact."], [FOUND, MOVED]),
        (["A first fact."], [FOUND, GONE]),
        (["A first fact.", "A second fact about rate."], [FOUND, CHANGED]),
        (["a  FIRST fact.", "A second fact about rates."], [FOUND, FOUND]),
        ([], [GONE, GONE]),
    ],
)
def test_each_edit_has_its_word(copy, statuses):
    """Found, moved, changed and gone, on a document of two sentences."""
    rows = rows_of(["A first fact.", "A second fact about rates."])

    bound = bind(rows, passages_of(copy))

    assert sorted(b.status for b in bound) == sorted(statuses)


def test_an_empty_ledger_binds_nothing():
    """No rows, no result."""
    assert bind([], passages_of(["Something."])) == []


@pytest.mark.usefixtures("bounded")
@pytest.mark.parametrize("known", [1, 20])
def test_100_000_equal_passages_are_bound_in_bounded_time(known):
    """Also if the ledger knows their text 20 times; less than ten seconds."""
    rows = rows_of([f"A fact about {max(n, known)}." for n in range(300)])
    copy = passages_of([f"A fact about {known}."] * 100_000)
    start = time.perf_counter()

    bound = bind(rows, copy)

    assert sum(b.status == FOUND for b in bound) == known + 1
    assert time.perf_counter() - start < 10
