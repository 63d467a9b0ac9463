import keras
import numpy as np

x = np.random.default_rng(0).uniform(4, 6, (8, 2)).astype("float32")
model = keras.Sequential(
    [keras.Input((2,)), keras.layers.BatchNormalization(), keras.layers.Dropout(0.5)]
)
before = keras.ops.convert_to_numpy(model(x)).copy()
for _ in range(100):
    model(x, training=True)  # 100 passes of MC dropout
after = keras.ops.convert_to_numpy(model(x))
print("the text says: the passes sample the predictions of the trained model")
print("measured: its deterministic output moved by", abs(after - before).max())
assert abs(after - before).max() > 1
