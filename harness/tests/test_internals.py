"""Private names of pytest and Hypothesis that the harness uses are still there."""

import inspect

import hypothesis
from _pytest.config.findpaths import determine_setup
from hypothesis.internal import constants_ast, entropy
from hypothesis.internal.conjecture import providers

from harness.running import pytest_internals


def test_pytest_still_has_what_puts_a_configuration_in_place(pytestconfig):
    """`running/pytest_internals.py` does by hand what `Config.parse` does."""
    missing = [n for n in pytest_internals.USED if not hasattr(pytestconfig, n)]

    assert not missing
    assert {"inifile", "rootdir_cmd_arg"} <= inspect.signature(
        determine_setup
    ).parameters.keys()


def test_hypothesis_still_has_what_is_switched_off():
    """`running/hypothesis_internals.py` replaces each of these."""

    @hypothesis.given(hypothesis.strategies.integers())
    def test(n):
        pass

    assert hasattr(test, "_hypothesis_internal_use_settings")
    assert "._hypothesis_internal_database_key" in inspect.getsource(hypothesis.core)
    assert callable(providers._get_local_constants)
    assert type(providers._local_constants) is constants_ast.Constants
    assert callable(entropy.get_seeder_and_restorer)
