import keras
import numpy as np

model = keras.Sequential([keras.Input((1,)), keras.layers.Identity()])
loss = keras.losses.BinaryCrossentropy(from_logits=True)
model.compile("sgd", loss, metrics=["accuracy"], run_eagerly=True)
logits = np.array([[0.2], [0.3], [0.4], [1.0], [-1.0]], "float32")
labels = np.array([[1.0], [1.0], [1.0], [1.0], [0.0]], "float32")
_, accuracy = model.test_on_batch(logits, labels)
right = np.mean((logits > 0) == labels)
print("all signs are right:", right, "but 'accuracy' is", accuracy)
assert right == 1 and abs(accuracy - 2 / 5) < 1e-6
