import keras
import numpy as np

rate = 0.3  # drawn
x, layer = np.ones(256, "float32"), keras.layers.Dropout(rate)
training = keras.ops.convert_to_numpy(layer(x, training=True)).max()
inference = keras.ops.convert_to_numpy(layer(x, training=False)).max()
print("one text says: training multiplies by", 1 / (1 - rate), "; measured:", training)
print("two texts say: test time multiplies by", rate, "; measured:", inference)
assert inference == 1
