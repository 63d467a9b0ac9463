"""evaluate adds the weight penalty to its loss."""

import keras
import numpy as np

strength = 0.25  # drawn
x, y = np.random.normal(size=(6, 4)), np.random.normal(size=(6, 3))
dense = keras.layers.Dense(3, kernel_regularizer=keras.regularizers.L2(strength))
model = keras.Sequential([keras.Input((4,)), dense])
model.compile("sgd", "mse", metrics=["mse"])
loss, mse = model.evaluate(x, y, verbose=0)
penalty = strength * np.sum(model.get_weights()[0] ** 2)
print("text: loss without penalty", mse)
print("measured: loss", loss, "mse plus penalty", mse + penalty)
assert np.isclose(loss, mse + penalty, rtol=1e-5)
