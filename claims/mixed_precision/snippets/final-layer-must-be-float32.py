import keras
import numpy as np

gap = 20.5  # drawn
mixed = keras.DTypePolicy("mixed_float16")
make = {"units": 2, "kernel_initializer": "identity", "dtype": mixed}
x = np.array([[0, gap]], "float32")
logits = keras.layers.Dense(**make)(x)
probabilities = keras.layers.Dense(activation="softmax", **make)(x)
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
print("the text says: a last layer in float16 costs softmax and loss their precision")
print("softmax in the layer:", keras.ops.convert_to_numpy(probabilities)[0])
found = float(loss(np.array([0]), logits))
print("loss of float16 logits:", found, "exact:", np.logaddexp(0, gap))
assert float(probabilities[0, 0]) == 0 and np.isclose(found, gap, rtol=1e-6)
