"""Of all trainable weights only the regularized kernels have a penalty."""

import keras

filters = 2  # drawn
layers = [
    keras.Input((4, 4, 2)),
    keras.layers.Conv2D(filters, 3, kernel_regularizer=keras.regularizers.L2(1e-4)),
    keras.layers.BatchNormalization(),
]
model = keras.Sequential(layers)
penalized = [v.path for v in model.trainable_variables if v.regularizer is not None]
print("one sentence: every parameter,", len(model.trainable_variables))
print("another: kernels only; measured:", penalized)
assert len(model.losses) == len(penalized) == 1
assert len(model.trainable_variables) == 4
