"""val_loss contains the weight penalty."""

import keras
import numpy as np

strength = 0.25  # drawn
x, y = np.random.normal(size=(6, 4)), np.random.normal(size=(6, 3))
dense = keras.layers.Dense(3, kernel_regularizer=keras.regularizers.L2(strength))
model = keras.Sequential([keras.Input((4,)), dense])
model.compile("sgd", "mse", metrics=["mse"])
logs = model.fit(x, y, validation_data=(x, y), verbose=0).history
penalty = strength * np.sum(model.get_weights()[0] ** 2)
print("text: val_loss is the data loss", logs["val_mse"][0])
print(
    "measured: val_loss",
    logs["val_loss"][0],
    "data loss plus penalty",
    logs["val_mse"][0] + penalty,
)
assert np.isclose(logs["val_loss"][0], logs["val_mse"][0] + penalty, rtol=1e-5)
