"""Private names of the libraries that the harness uses are still there."""

import random

import keras
import pytest

from harness.stack import keras_internals


def test_keras_forgets_its_generator_of_seeds():
    """Layers without a seed draw it from Python's generator again."""

    def drawn():
        random.seed(3)
        keras_internals.forget_seed_generator()
        return keras.random.uniform((2,)).numpy().tolist()

    assert drawn() == drawn()


def test_keras_chooses_a_backend_by_name():
    """An unknown name is refused, and the backend in use stays."""
    used, variable = keras.config.backend(), keras.Variable

    with pytest.raises(ValueError, match="nothing"):
        keras_internals.choose_backend("nothing")

    assert keras.config.backend() == used
    assert keras.Variable is variable
