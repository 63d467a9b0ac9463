import keras
import numpy as np

keras.mixed_precision.set_global_policy("mixed_float16")
day7 = keras.layers.Dense(10, dtype="float32")
notebook = keras.layers.Dense(10, activation="softmax")
x = np.ones((1, 2), "float16")
found = [keras.backend.standardize_dtype(layer(x).dtype) for layer in (day7, notebook)]
print("the documents together say: the last layer computes in float32")
print("measured: Day 7's", found[0], "- the notebook's", found[1])
assert found == ["float32", "float16"]
