"""fit adds the L2 penalty; a custom training loop that omits model.losses does not."""

import keras
import numpy as np
import tensorflow as tf

strength = 0.25  # drawn
x, y, start = (np.random.normal(size=s).astype("f4") for s in ((6, 4), (6, 3), (4, 3)))
dense = keras.layers.Dense(
    3, use_bias=False, kernel_regularizer=keras.regularizers.L2(strength)
)
model = keras.Sequential([keras.Input((4,)), dense])
model.compile(keras.optimizers.SGD(0.125), "mse")
model.set_weights([start])
model.fit(x, y, batch_size=6, verbose=0)
(fitted,) = model.get_weights()
model.set_weights([start])
with tf.GradientTape() as tape:
    loss = tf.reduce_mean((model(x, training=True) - y) ** 2)
found = tape.gradient(loss, model.trainable_variables)
model.optimizer.apply(found, model.trainable_variables)
gap = model.get_weights()[0] - fitted
print("text: the penalty is added by itself, so both loops agree")
print("measured: custom loop minus fit", gap.ravel())
assert np.allclose(gap, 0.125 * 2 * strength * start, atol=1e-5)
