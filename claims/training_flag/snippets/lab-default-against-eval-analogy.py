import keras
import numpy as np

x = np.random.default_rng(0).normal(3, 1, (64, 2)).astype("float32")
y = keras.ops.convert_to_numpy(keras.layers.BatchNormalization()(x))  # no flag
print("one passage implies: batch statistics, so an output mean of 0")
print("measured: output mean", y.mean(), "- the moving statistics (0 and 1) were used")
assert y.mean() > 2
