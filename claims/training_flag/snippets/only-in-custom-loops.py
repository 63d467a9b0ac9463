import keras
import numpy as np

layer, ones = keras.layers.Dropout(0.5), np.ones((8, 64), "float32")
zeros = [
    int(np.sum(keras.ops.convert_to_numpy(layer(ones, **flag)) == 0))
    for flag in ({}, {"training": True})
]
print("the text says: the flag is one's own business in custom loops only")
print("measured: units dropped at inference: without", zeros[0], "with", zeros[1])
assert zeros[0] == 0 < zeros[1]
