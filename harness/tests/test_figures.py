"""Figures of a document are typed once, and stand in the lines that are named."""

import hashlib

import pytest

from harness.documents.figures import _absent
from harness.tests.conftest import LEDGER

pytest_plugins = ["pytester"]

TEXT = (
    "Start\n\nWe use 45,000 images, 5k of them to validate, in batches of 1e2; 12 "
    "(twelve) epochs, lr=1e-4, 56s - 69ms/step, val_loss:0.611, cut off:0.!, ≈99.3%.\n"
)
CLAIM = """
FIGURES = Figures({{"images": stated({value}, paper[3])}})
images = claim("data.images", says="There are that many.", sources=[paper[3]],
               verdict=UPHELD)

@images.as_worded
def test_images():
    judge.equal(FIGURES["images"], {value}, what="images")
"""


@pytest.mark.parametrize(
    "value",
    [
        *(45_000, 5_000, 100, 12, 1e-4, 56, 69, 99.3, "0.611", "0.", "56", "1e-4"),
        ("images", 45_000),
        {"batch": [100.0], "lr": 0.0001},
    ],
)
def test_a_figure_stands_there_however_it_is_spelled(value):
    """Thousands, exponents, words, units, and values in lists or dicts."""
    assert _absent(value, TEXT) == []


@pytest.mark.parametrize(
    ("value", "missing"),
    [(45, [45]), ((12, 1.2), [1.2]), ("0.61", ["0.61"]), (["45", "12"], ["45"])],
)
def test_a_figure_that_is_not_there_is_found(value, missing):
    """Also one of several, and a part of a longer number."""
    assert [leaf for leaf in _absent(value, TEXT) if leaf != 45_000] == missing


def copied(project, text=TEXT, edited=""):
    """The reader's copy, and a ledger that was made of `text`."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    ledger = project.path / "claims" / "documents" / "paper.toml"
    ledger.write_text(LEDGER.replace('sha256 = "0"', f'sha256 = "{digest}"'))
    (project.path / "paper.txt").write_text(edited or text)


def test_a_figure_that_does_not_stand_in_the_text_fails_the_run(project):
    """One sentence with the figure, the place and what is missing there."""
    project.claims(CLAIM.format(value=44_999))
    copied(project)

    result = project.run("claims", "--material", ".")

    sentence = (
        "the figure 'images' does not stand in paper line 3 (Start): no 44999 there"
    )
    assert sentence in result.outlines
    assert result.ret == 1
    assert project.run("claims").ret == 0  # without a copy there is nothing to see


def test_each_passage_of_a_figure_has_its_own_value(project):
    """A figure of two passages is a list of what each states, held against its own."""
    both = "[stated(45_000, paper[3]), stated({second}, paper[{line}])]"
    claim = CLAIM.replace("stated({value}, paper[3])", both).replace(
        'FIGURES["images"], {value}', 'FIGURES["images"][0], 45_000'
    )
    project.claims(claim.format(second=45_000, line=3))
    copied(project)
    assert project.run("claims", "--material", ".").ret == 0

    project.claims(claim.format(second=45_000, line=1))
    result = project.run("claims", "--material", ".")

    assert result.ret == 1
    assert "'images' does not stand in paper line 1" in result.stdout.str()


def test_a_figure_that_stands_there_passes(project):
    """In a copy that is the audited one; an edited passage says nothing of a figure."""
    project.claims(CLAIM.format(value=45_000))
    copied(project)
    assert project.run("claims", "--material", ".").ret == 0

    copied(project, edited=TEXT.replace("45,000", "50,000"))
    assert project.run("claims", "--material", ".").ret == 0
