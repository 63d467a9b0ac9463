"""Single timings with pytest-benchmark: for its storage and comparison, no verdicts."""

import keras
import numpy as np
import pytest

SHAPE = (64, 256)


@pytest.mark.parametrize("rate", [0.0, 0.5])
def test_dropout(benchmark, rate):
    """A dropout layer's call in training."""
    layer = keras.layers.Dropout(rate)
    x = keras.ops.ones(SHAPE)

    benchmark(lambda: keras.ops.convert_to_numpy(layer(x, training=True)))


def test_batch_normalization(benchmark):
    """A batch normalization layer's call in training."""
    layer = keras.layers.BatchNormalization()
    x = keras.ops.convert_to_tensor(np.random.default_rng(7).random(SHAPE))

    benchmark(lambda: keras.ops.convert_to_numpy(layer(x, training=True)))


def test_l2_penalty(benchmark):
    """The L2 penalty of one kernel."""
    penalty = keras.regularizers.L2(1e-4)
    kernel = keras.ops.ones(SHAPE)

    benchmark(lambda: keras.ops.convert_to_numpy(penalty(kernel)))


def test_training_step(benchmark, tiny_network):
    """A step of `train_on_batch` on eight rows."""
    x, y = np.ones((8, 4), "float32"), np.ones((8, 1), "float32")

    benchmark(lambda: tiny_network.train_on_batch(x, y))
