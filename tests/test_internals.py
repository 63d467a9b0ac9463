"""Private names of the libraries that the harness uses are still there."""

import random

import keras

from harness.stack import keras_internals


def test_keras_forgets_its_generator_of_seeds():
    """Layers without a seed draw it from Python's generator again."""

    def drawn():
        random.seed(3)
        keras_internals.forget_seed_generator()
        return keras.random.uniform((2,)).numpy().tolist()

    assert drawn() == drawn()
