import keras
import numpy as np

rate = 0.4  # drawn
ones = np.ones((64, 100), "float32")
out = np.asarray(
    keras.ops.convert_to_numpy(keras.layers.Dropout(rate)(ones, training=True))
)
zeros = (out == 0).sum(axis=1)
print("the text says: each sample loses the share", rate)
print("measured: zeros among 100 units of 64 samples:", sorted(set(zeros.tolist())))
assert len(set(zeros.tolist())) > 1
