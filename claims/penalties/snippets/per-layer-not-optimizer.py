"""Keras optimizers have weight decay too, and apply it to every variable."""

import keras
import numpy as np

decay = 0.25  # drawn
layers = [keras.Input((3,)), keras.layers.Dense(2), keras.layers.BatchNormalization()]
model = keras.Sequential(layers)
for variable in model.trainable_variables:
    variable.assign(keras.ops.ones(variable.shape))
optimizer = keras.optimizers.AdamW(0.25, weight_decay=decay)
zeros = [keras.ops.zeros(v.shape) for v in model.trainable_variables]
optimizer.apply(zeros, model.trainable_variables)
print("text: decay is per layer in Keras; penalties here:", model.losses)
for variable in model.trainable_variables:
    value = keras.ops.convert_to_numpy(variable)
    print("measured:", variable.name, "shrinks from 1 to", value.ravel()[0])
    assert np.allclose(value, 1 - 0.25 * decay)
