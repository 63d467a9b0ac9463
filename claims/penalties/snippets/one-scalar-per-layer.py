"""model.losses has a scalar per regularized trainable weight, not per layer."""

import keras

strength = 0.25  # drawn
reg = keras.regularizers.L2(strength)
one = keras.layers.Dense(2, kernel_regularizer=reg)
two = keras.layers.Dense(2, kernel_regularizer=reg, bias_regularizer=reg)
none = keras.layers.Dense(2, kernel_regularizer=reg, trainable=False)
for layer in (one, two, none):
    layer.build((None, 3))
entries = [len(layer.losses) for layer in (one, two, none)]
print("text: one scalar for each regularized layer")
print(
    "measured: kernel", entries[0], "kernel and bias", entries[1], "frozen", entries[2]
)
assert entries == [1, 2, 0]
