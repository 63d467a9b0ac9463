"""Adam with L1: features without a use get small weights, but no zeros."""

import keras
import numpy as np

rng = np.random.default_rng(0)
x = rng.normal(size=(256, 20)).astype("float32")
y = x[:, :2] @ np.array([[2.0], [-1.5]]) + 0.1 * rng.normal(size=(256, 1))
reg = keras.regularizers.L1(0.2)
dense = keras.layers.Dense(1, use_bias=False, kernel_regularizer=reg)
model = keras.Sequential([keras.Input((20,)), dense])
model.compile(keras.optimizers.Adam(0.01), "mse")
model.fit(x, y, epochs=60, batch_size=32, verbose=0)
found = model.get_weights()[0]
w = np.zeros((20, 1))
for _ in range(500):  # proximal gradient descent on the same objective
    w = w - 0.1 * 2 / 256 * x.T @ (x @ w - y)
    w = np.sign(w) * np.maximum(abs(w) - 0.1 * 0.2, 0)
print("text: some weights become exactly zero; minimizer:", np.sum(w == 0))
print("measured zeros:", np.sum(found == 0), "below 0.05:", np.sum(abs(found) < 0.05))
assert np.sum(w == 0) >= 15 and np.sum(found == 0) < 5
