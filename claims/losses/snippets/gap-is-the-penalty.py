"""On equal data and weights the penalty leaves no gap between loss and val_loss."""

import keras
import numpy as np

strength = 0.25  # drawn
x, y = np.random.normal(size=(6, 4)), np.random.normal(size=(6, 3))
dense = keras.layers.Dense(3, kernel_regularizer=keras.regularizers.L2(strength))
model = keras.Sequential([keras.Input((4,)), dense])
model.compile(keras.optimizers.SGD(0.0), "mse")
logs = model.fit(x, y, validation_data=(x, y), verbose=0).history
penalty = strength * np.sum(model.get_weights()[0] ** 2)
print("text: loss exceeds val_loss by", penalty)
print("measured:", logs["loss"][0] - logs["val_loss"][0])
assert np.isclose(logs["loss"][0], logs["val_loss"][0], rtol=1e-5)
