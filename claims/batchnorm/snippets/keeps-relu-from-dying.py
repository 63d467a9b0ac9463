import keras
import numpy as np

x = np.random.default_rng(0).normal(-50, 1, (16, 3)).astype("float32")
norm = keras.layers.BatchNormalization()
new = keras.ops.convert_to_numpy(norm(x, training=True))
norm.beta.assign(3 * [-1.01 * 15**0.5])
shifted = keras.ops.convert_to_numpy(norm(x, training=True))
print("the text says: normalized inputs keep ReLU from dying")
print("measured: units alive at the start", (new > 0).any(axis=0))
print("and with a learned shift of -3.91", (shifted > 0).any(axis=0))
assert (new > 0).any(axis=0).all() and not (shifted > 0).any()
