"""kernel_regularizer penalizes kernels; biases, gamma and beta pay nothing."""

import keras
import numpy as np

filters = 2  # drawn
reg = keras.regularizers.L2(0.125)
layers = [
    keras.Input((4, 4, 2)),
    keras.layers.Conv2D(filters, 3, kernel_regularizer=reg),
    keras.layers.BatchNormalization(),
    keras.layers.Dense(2, kernel_regularizer=reg),
]
model = keras.Sequential(layers)
model.set_weights([w + 0.5 for w in model.get_weights()])
weights = [keras.ops.convert_to_numpy(v) for v in model.trainable_variables]
kernels = [w for w in weights if w.ndim > 1]
found = float(sum(model.losses))
every = 0.125 * sum(np.sum(w**2) for w in weights)
only = 0.125 * sum(np.sum(w**2) for w in kernels)
print("text: penalty of every parameter", every)
print("measured:", found, "penalty of the kernels", only)
assert np.isclose(found, only) and not np.isclose(found, every)
