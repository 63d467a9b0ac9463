import keras
import numpy as np

images = np.tile(np.arange(32, dtype="float32")[:, None, None, None], (1, 2, 2, 1))
seen = []


def loss(labels, outputs):
    seen.append([keras.ops.convert_to_numpy(v) for v in (labels, outputs)])
    return keras.ops.mean(keras.ops.abs(labels - outputs), axis=-1)


layers = [keras.layers.MixUp(1.0), keras.layers.Flatten()]
model = keras.Sequential([keras.Input((2, 2, 1)), *layers])
model.compile("sgd", loss, run_eagerly=True)
model.fit(images, images.reshape(32, 4), verbose=0, shuffle=False)
labels, outputs = seen[0]
print("largest gap of a label to its mixed image:", np.abs(labels - outputs).max())
print("the labels are as they were:", np.array_equal(labels, images.reshape(32, 4)))
assert np.array_equal(labels, images.reshape(32, 4))
assert np.abs(labels - outputs).max() > 0.1
