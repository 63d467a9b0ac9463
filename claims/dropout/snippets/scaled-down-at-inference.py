import keras
import numpy as np

rate = 0.3  # drawn
x = np.ones(5, "float32")
y = keras.ops.convert_to_numpy(keras.layers.Dropout(rate)(x, training=False))
print("the text says: inference gives", (x * rate).tolist())
print("measured: inference gives", y.tolist())
assert (y == x).all()
