import keras
import numpy as np

ones = np.ones((32, 128), "float32")
out = keras.ops.convert_to_numpy(keras.layers.Dropout(0.5)(ones, training=True))
zero = np.asarray(out) == 0
print("the text says: half of the 128 units are off for the whole batch")
print("measured: units off in all 32 examples:", zero.all(axis=0).sum())
print("measured: zeros per example:", zero.sum(axis=1).tolist())
assert not (zero == zero[0]).all()
