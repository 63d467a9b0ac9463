import keras
import numpy as np

x = np.random.normal(size=(4, 6, 6, 3)).astype("float32")
day7 = keras.layers.Conv2D(8, 3, padding="same", use_bias=False)
notebook = keras.layers.Conv2D(8, 3, padding="same", activation="relu")
seen = [keras.ops.convert_to_numpy(layer(x)).min() for layer in (day7, notebook)]
print("the documents together say: normalize between convolution and activation")
print("measured: least input of the normalization: Day 7", seen[0], "notebook", seen[1])
assert seen[0] < 0 <= seen[1]
