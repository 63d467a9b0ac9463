"""Versions: which ones were measured, whom a range means, what a library lacks."""

import re
import string
import types

import pytest

from harness.stack import absent
from harness.stack.stacks import BadStacks, Stacks, applies, of_other_versions

FILE = """
[[stack]]
name = "current"
requires = ["keras==3.15.1", "tensorflow-cpu==2.21.0", "torch==2.13.0"]

[[stack]]
name = "old"
requires = ["keras==3.8.0", "torch==2.13.0", "jax==0.7.1"]

[[stack]]
name = "next"
requires = ["keras-nightly==3.16.0.dev20260101"]
"""


def on(backend="tensorflow", **versions):
    empty = dict.fromkeys(("keras", "tensorflow", "torch", "jax"))
    return {**empty, "backend": backend, **versions}


@pytest.fixture
def stacks(tmp_path):
    (tmp_path / "stacks.toml").write_text(FILE)
    return Stacks.of(tmp_path)


@pytest.mark.parametrize("version", ["3.8.0", "3.10.2", "3.15.1", "3.16.0.dev20260303"])
def test_versions_from_the_oldest_to_the_newest_stack_are_measured(stacks, version):
    """Those between two stacks too, and pre-releases of the newest."""
    assert stacks.unmeasured(on(keras=version, torch="2.13.0")) == []


@pytest.mark.parametrize(
    "version, said",
    [
        ("3.7.0", "keras 3.7.0 was not measured (3.8 to 3.16 were)"),
        ("3.17.0", "keras 3.17.0 was not measured (3.8 to 3.16 were)"),
    ],
)
def test_versions_beyond_are_not(stacks, version, said):
    """The sentence names the version and what was measured."""
    (found,) = stacks.unmeasured(on(keras=version))

    assert found.startswith(said)


def test_a_backend_that_is_not_in_use_does_not_count(stacks):
    """An unmeasured JAX matters where Keras computes with it."""
    there = {"keras": "3.15.0", "jax": "0.9.0"}

    assert stacks.unmeasured(on(**there)) == []
    assert len(stacks.unmeasured(on(**there, backend="jax"))) == 1


def test_elsewhere_is_another_version_than_that_of_the_first_stack(stacks):
    """What only mends a release is the same."""
    assert stacks.elsewhere(on(keras="3.15.9", torch="2.12.1")) == {"torch"}


def test_a_project_without_stacks_has_measured_everything(tmp_path):
    """A project about another subject needs no list."""
    stacks = Stacks.of(tmp_path)

    assert stacks.unmeasured(on(keras="9.0")) == []
    assert stacks.elsewhere(on(keras="9.0")) == frozenset()


@pytest.mark.parametrize(
    "text", ["stack = 3", "[[stack]]", '[[stack]]\nrequires = ["keras>3,<4"]', "["]
)
def test_a_list_that_cannot_be_read_is_told_in_one_sentence(tmp_path, text):
    """Each stack names exact versions."""
    (tmp_path / "stacks.toml").write_text(text)

    with pytest.raises(BadStacks, match="cannot be used"):
        Stacks.of(tmp_path)


@pytest.mark.parametrize(
    "condition, meant",
    [
        ("tensorflow", True),
        ("torch", False),
        ("keras<3.9", False),
        ("keras>=3.16", True),
        ("keras>=3.16,<3.17", True),
        ("jax<1", False),
    ],
)
def test_a_condition_means_a_backend_or_versions(condition, meant):
    """A pre-release counts as its release; what is not installed is never meant."""
    stack = on(keras="3.16.0.dev2026102704", torch="2.13.0")

    assert applies(condition, stack) is meant


@pytest.mark.parametrize("condition", ["keras", "karas<3", "keras 3", "mxnet"])
def test_a_condition_that_names_no_versions_is_refused(condition):
    """A misspelt backend is not silently nobody."""
    with pytest.raises(BadStacks, match=condition):
        applies(condition, on())


def error_of(call):
    try:
        call()
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def imported():
    from string import nothing_like_it  # noqa: F401


def asked_of_the_module_itself():
    import numpy

    return numpy.nothing_like_it


def imported_module():
    import string.nothing_like_it  # noqa: F401


@pytest.mark.parametrize(
    "call, missing",
    [
        (lambda: string.nothing, "string.nothing"),
        (lambda: string.Template.nothing, "string.Template.nothing"),
        (lambda: string.Template("").nothing, "string.Template.nothing"),
        (imported, "string.nothing_like_it"),
        (imported_module, "string.nothing_like_it"),
    ],
)
def test_a_name_that_a_library_lacks_is_named(call, missing):
    """However it was asked for; of another library nothing is said."""
    error = error_of(call)

    assert absent.name(error, {"string"}) == f"no {missing} in string None"
    assert absent.name(error, {"keras"}) is None


def test_a_module_that_answers_by_itself_is_asked_too():
    """NumPy and torch have a `__getattr__` of their own, which raises."""
    error = error_of(asked_of_the_module_itself)

    said = absent.name(error, {"numpy"}) or ""
    assert said.startswith("no numpy.nothing_like_it in numpy ")


def test_an_error_inside_the_library_is_no_missing_name():
    """It ran into that itself: a defect, not another version."""
    inside = types.ModuleType("string.inside")
    exec("import string\ndef call(): string.nothing", vars(inside))

    assert absent.name(error_of(inside.call), {"string"}) is None


def test_what_a_version_refuses_is_named_as_a_missing_name_is():
    """A call that is declared as offered by some versions only."""

    def refused():
        with absent.offered("string", "substitution by letters", ValueError):
            raise ValueError("not here")

    error = error_of(refused)

    assert absent.name(error, {"string"}) == "no substitution by letters in string None"
    assert absent.name(error, {"keras"}) is None


def test_the_generated_modules_of_keras_have_their_public_names():
    """No reader looks for keras.api.layers."""
    generated = types.ModuleType("keras.api.layers")

    error = error_of(lambda: generated.CutMix)

    found = absent.name(error, {"keras"}) or ""
    assert re.match("no keras.layers.CutMix in keras ", found)


def test_a_backend_is_no_other_version():
    """What differs on a backend is judged as strictly as elsewhere, corrections too."""
    assert of_other_versions("keras<3.9")
    assert not any(map(of_other_versions, ("jax", "torch", "tensorflow")))
