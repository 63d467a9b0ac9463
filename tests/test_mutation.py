"""Mutants of the libraries: small, real, and gone again."""

import keras
import numpy as np
from keras.src.regularizers.regularizers import L2

from harness.running import mutation


def target():
    (found,) = mutation._target(L2.__call__)
    return found


def penalty():
    return float(keras.regularizers.L2(0.5)(np.ones(2, "float32")))


def test_each_mutant_changes_one_place_and_is_gone_afterwards():
    """The product in L2 becomes a quotient; its code is the library's own again."""
    original = L2.__call__.__code__
    words = list(mutation._nodes(target()))
    assert [word.split(": ")[1] for word in words] == ["Mult becomes Div"]

    mutant = mutation.Mutant(target(), 0, "L2 divides")
    with mutant.fault().active():
        assert penalty() == 0.25

    assert L2.__call__.__code__ is original
    assert penalty() == 1.0


def test_code_that_records_does_what_it_did():
    """And says which of the mutants' places ran."""
    mutant = mutation.Mutant(target(), 0, "L2 divides")
    original = L2.__call__.__code__
    mutation.SEEN.clear()
    try:
        L2.__call__.__code__ = mutation._recording(target(), [mutant])
        assert penalty() == 1.0
    finally:
        L2.__call__.__code__ = original

    assert len(mutation.SEEN) == 1
