import keras
import numpy as np

keras.mixed_precision.set_global_policy("mixed_float16")
layer = keras.layers.Dense(8)
output = layer(np.ones((4, 8), "float32"))
print("the text says: half the memory")
print("measured: output", output.dtype, "but weights", [w.dtype for w in layer.weights])
assert {w.dtype for w in layer.weights} == {"float32"}
