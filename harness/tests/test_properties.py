"""Property checks: what Hypothesis draws, and the internals of it that we rely on."""

import inspect
import random

import hypothesis
from hypothesis import core
from hypothesis import strategies as st
from hypothesis.internal import entropy
from hypothesis.internal.conjecture import providers

from harness.evidence.measurement import Measurement, measuring
from harness.running import properties


def test_the_internals_of_hypothesis_are_where_we_set_them():
    """If one is gone, what it spares is to be found anew (hypothesis_internals.py)."""
    test = hypothesis.given(n=st.integers())(lambda n: None)

    assert callable(providers._get_local_constants)
    assert len(providers._local_constants) == 0
    assert callable(entropy.get_seeder_and_restorer)
    assert hasattr(test, "_hypothesis_internal_use_settings")
    assert "._hypothesis_internal_database_key" in inspect.getsource(core)


def test_the_draws_do_not_depend_on_the_constants_of_our_code(tmp_path, monkeypatch):
    """A module full of one constant changes none of them."""
    (tmp_path / "constants_of_ours.py").write_text("N = [123_456_789] * 9\n")
    monkeypatch.syspath_prepend(tmp_path)

    def drawn():
        found = []

        @properties.given(n=st.integers(0, 2**40))
        def draw(n):
            found.append(n)

        with measuring(Measurement("self-test", seed=1)):
            hypothesis.seed(7)(draw)()
        return found

    before = drawn()
    __import__("constants_of_ours")

    assert drawn() == before


def test_an_example_has_a_seed_of_its_own():
    """It follows from the run's seed, the check and what is drawn, and nothing else."""

    def draws(seed):
        found = {}

        @properties.given(n=st.integers(0, 9))
        def draw(n):
            found[n] = random.random()

        with measuring(Measurement("self-test", seed=seed)):
            draw()
        return found

    first, again, other = draws(1), draws(1), draws(2)

    assert all(first[n] == again[n] for n in first.keys() & again)
    assert all(first[n] != other[n] for n in first.keys() & other)
    assert len(set(first.values())) == len(first) > 5
