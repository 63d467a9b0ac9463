"""The release in which a verdict flipped: the search, and what is told of it."""

import pytest

from harness.errors import InputError
from harness.report import bisection
from harness.stack.stacks import BadStacks, Stacks, around
from harness.tests.test_report import claim

VERSIONS = [f"3.{n}.0" for n in range(16)]
OLD = "class Thing:\n    def call(self):\n        return 1\n"
NEW = OLD.replace("return 1", "return 2")


def seen(version, verdict, text=""):
    return bisection.Seen(version, claim(verdict=verdict), {"thing:Thing.call": text})


@pytest.mark.parametrize("flip", range(1, 16))
def test_the_first_release_with_the_other_verdict_is_found(flip):
    """Wherever it is, with at most six looks at sixteen releases."""
    looks = []

    def see(version):
        looks.append(version)
        return seen(version, "upheld" if VERSIONS.index(version) < flip else "refuted")

    low, high = bisection.search(VERSIONS, see)

    assert [low.version, high.version] == VERSIONS[flip - 1 : flip + 1]
    assert len(looks) <= 6


@pytest.mark.parametrize("versions", [VERSIONS, VERSIONS[:1], []])
def test_ends_that_agree_name_no_release(versions):
    """One sentence, and only the ends are looked at."""
    with pytest.raises(bisection.NoFlip) as told:
        bisection.search(versions, lambda version: seen(version, "upheld"))

    assert isinstance(told.value, InputError)


def test_a_verdict_that_is_neither_belongs_to_the_newer_end():
    """The first release that does not say what the oldest says."""
    words = ["upheld", "upheld", "not run", "refuted"]

    low, high = bisection.search(
        VERSIONS[:4], lambda version: seen(version, words[VERSIONS.index(version)])
    )

    assert (low.version, high.version) == ("3.1.0", "3.2.0")


def test_both_evidences_and_the_changed_lines_are_told():
    """The lines of the class that explains the claim."""
    low, high = seen("3.1.0", "upheld", OLD), seen("3.2.0", "refuted", NEW)

    said = "\n".join(bisection.told(low, high))

    assert "upheld until Keras 3.1.0, refuted from Keras 3.2.0" in said
    assert "-        return 1" in said and "+        return 2" in said


def test_the_source_is_that_of_the_outermost_object(tmp_path):
    """The class of a method; nothing where the version lacks it."""
    (tmp_path / "thing.py").write_text(f"import os\n\n{OLD}")

    assert bisection.source(tmp_path, "thing:Thing.call") == OLD.rstrip()
    assert bisection.source(tmp_path, "thing:Other.call") == ""
    assert bisection.source(tmp_path, "other:Thing.call") == ""


def test_a_release_is_installed_with_the_rest_of_the_stack_before_it(tmp_path):
    """The newest stack whose Keras is no newer; below all of them the oldest."""
    (tmp_path / "stacks.toml").write_text(
        '[[stack]]\nrequires = ["keras==3.15.0", "torch==2.9"]\n'
        '[[stack]]\nrequires = ["keras==3.8.0", "torch==2.6"]\n'
        '[[stack]]\nrequires = ["keras-nightly==3.16.0.dev1", "torch==3.0"]\n'
    )
    stacks = Stacks.of(tmp_path)

    assert around(stacks, "3.9.2") == ["keras==3.9.2", "torch==2.6"]
    assert around(stacks, "3.16.0") == ["keras==3.16.0", "torch==2.9"]
    assert around(stacks, "3.0.0") == ["keras==3.0.0", "torch==2.6"]
    with pytest.raises(BadStacks):
        around(Stacks(), "3.0.0")
