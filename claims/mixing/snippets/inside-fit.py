import keras
import numpy as np

images = np.tile(np.arange(64, dtype="float32")[:, None, None, None], (1, 2, 2, 1))
seen = []


def loss(labels, outputs):
    seen.append([keras.ops.convert_to_numpy(v) for v in (labels, outputs)])
    return keras.ops.mean(keras.ops.abs(labels - outputs), axis=-1)


for layer in (keras.layers.MixUp(1.0), keras.layers.CutMix(1.0)):
    layers = [keras.Input((2, 2, 1)), layer, keras.layers.Flatten()]
    model = keras.Sequential(layers)
    model.compile("sgd", loss, run_eagerly=True)
    model.fit(images, images.reshape(64, 4), 64, verbose=0, shuffle=False)
    labels, outputs = seen.pop()
    gap, same = np.abs(labels - outputs).max(), images.reshape(64, 4)
    print(layer.name, "largest gap of a label to its mixed image:", gap)
    print("the labels are as they were:", np.array_equal(labels, same))
    assert np.array_equal(labels, same) and gap > 0.1
