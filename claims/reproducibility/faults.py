"""Defects of seeding: what a seed reaches, and what it does not."""

import random

from harness.running.faults import fault, replaced

SET_SEED = "tensorflow:random.set_seed"
SET_RANDOM_SEED = "keras:utils.set_random_seed"


def _reaches_python(original):
    def set_seed(seed):
        random.seed(seed)
        original(seed)

    return set_seed


def _skips_python(original):
    def set_random_seed(seed):
        state = random.getstate()
        original(seed)
        random.setstate(state)

    return set_random_seed


def _skips_tensorflow(original):
    import tensorflow as tf

    def set_random_seed(seed):
        original(seed)
        tf.random.set_seed(random.SystemRandom().getrandbits(31))

    return set_random_seed


tensorflow_seed_reaches_keras = replaced(
    SET_SEED,
    _reaches_python,
    name="TensorFlow's seed reaches Keras",
    does="the seed is also that of Python, from which Keras draws",
)
python_left_out = replaced(
    SET_RANDOM_SEED,
    _skips_python,
    name="Python left out",
    does="Keras' function leaves Python's generator as it is",
)
tensorflow_left_out = replaced(
    SET_RANDOM_SEED,
    _skips_tensorflow,
    name="TensorFlow left out",
    does="Keras' function leaves TensorFlow's generator unseeded",
)


def _default_seed(patch, draw):
    """Keras' layers and initializers without a seed take `draw()`."""
    from keras.src.backend import random as backend_random
    from keras.src.random import seed_generator

    for module in (seed_generator, backend_random):
        patch.setattr(module, "make_default_seed", draw)


@fault
def default_seed_is_constant(patch):
    """Layers without a seed all take the same one."""
    _default_seed(patch, lambda: 42)


@fault
def default_seed_from_the_system(patch):
    """Layers without a seed take one from the operating system."""
    system = random.SystemRandom()
    _default_seed(patch, lambda: system.randint(1, 10**9))


op_determinism_ignored = replaced(
    "tensorflow:config.experimental.enable_op_determinism",
    lambda original: lambda: None,
    name="op determinism ignored",
    does="enable_op_determinism changes nothing",
)
