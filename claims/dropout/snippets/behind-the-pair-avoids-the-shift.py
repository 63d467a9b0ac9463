import keras
import numpy as np

rate = 0.5  # drawn
keras.utils.set_random_seed(1)
active = np.tile([0.0, 2.0], 8192).reshape(-1, 1, 1, 1)  # what a ReLU gives
dropout = keras.layers.Dropout(rate)
conv = keras.layers.Conv2D(1, 1, use_bias=False, kernel_initializer="ones")
norm = keras.layers.BatchNormalization(momentum=0.0)
norm(conv(dropout(active, training=True)), training=True)
collected = float(keras.ops.convert_to_numpy(norm.moving_variance)[0])
at_test = float(np.var(keras.ops.convert_to_numpy(conv(dropout(active)))))
print("dropout behind BatchNorm and ReLU, then the next convolution and BatchNorm:")
print(f"variance collected in training {collected:.2f}, at test time {at_test:.2f}")
assert collected > 1.2 * at_test
