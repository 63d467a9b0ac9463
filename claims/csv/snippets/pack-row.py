import numpy as np
import tensorflow as tf

table = np.arange(15, dtype="float32").reshape(3, 5)  # label first


def pack(*columns):
    return tf.stack(columns[1:], 1), columns[0]


features, labels = pack(*table.T)
print("a batch of columns gives features", features.numpy().tolist())
try:
    pack(*(tf.constant(v) for v in table[0]))
    error = None
except ValueError as raised:
    error = raised
print("the scalars of one record:", error)
assert (features.numpy() == table[:, 1:]).all() and error is not None
