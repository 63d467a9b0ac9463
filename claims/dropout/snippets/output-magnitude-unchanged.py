import keras
import numpy as np

rate = 0.5  # drawn
x, layer = np.ones(20_000, "float32"), keras.layers.Dropout(rate)
training = keras.ops.convert_to_numpy(layer(x, training=True))
print("the text says: the output is as large in training as at inference")
print("measured: mean", training.mean(), "against 1; mean square", (training**2).mean())
assert (training**2).mean() > 1 + 0.5 * rate / (1 - rate)
