import random

import keras
import numpy as np
import tensorflow as tf


def weights(seed_all):
    seed_all(42)
    layer = keras.layers.Dense(4)
    layer.build((None, 4))
    return keras.ops.convert_to_numpy(layer.kernel)


state, numpy_state = random.getstate(), np.random.get_state()
equal = [
    np.array_equal(weights(seed_all), weights(seed_all))
    for seed_all in (tf.random.set_seed, keras.utils.set_random_seed)
]
random.setstate(state)
np.random.set_state(numpy_state)
print("same initial weights after tf.random.set_seed(42):", equal[0])
print("same initial weights after keras.utils.set_random_seed(42):", equal[1])
assert equal == [False, True]
