import keras
import numpy as np
import tensorflow as tf


class Mixup(keras.layers.Layer):
    def call(self, images, labels):
        share, labels = keras.random.beta((), 1.0, 1.0), tf.cast(labels, "float32")
        return tuple(share * v + (1 - share) * v[::-1] for v in (images, labels))


images, classes = np.zeros((128, 2, 2, 1), "float32"), np.arange(128) % 2 * 9
for labels in (np.eye(10, dtype="float32")[classes], classes):
    data = tf.data.Dataset.from_tensor_slices((images, labels)).batch(128).map(Mixup())
    _, mixed = next(data.as_numpy_iterator())
    print("labels of shape", labels.shape, "become, for the first image,", mixed[0])
print("the classes 0 and 9 became", set(mixed.tolist()))
assert not set(mixed.tolist()) <= {0.0, 9.0}
try:
    data.map(keras.layers.MixUp())
except TypeError as error:
    print("keras.layers.MixUp:", error)
