import keras
import numpy as np

norm = keras.layers.BatchNormalization()
norm.trainable = False
model = keras.Sequential([keras.Input((3,)), norm, keras.layers.Dense(1)])
model.compile("sgd", "mse")
x = np.random.default_rng(0).normal(7, 3, (32, 3)).astype("float32")
model.fit(x, x[:, :1], verbose=0)
mean = keras.ops.convert_to_numpy(norm.moving_mean)
print("the thread says: a frozen BatchNormalization updates its moving statistics")
print("measured: moving mean behind a fit", mean)
assert not mean.any()
