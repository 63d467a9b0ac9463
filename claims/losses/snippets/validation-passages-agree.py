"""The validation loss has the penalty, the cross-entropy metric has not."""

import keras
import numpy as np

strength = 0.25  # drawn
x, y = np.random.normal(size=(6, 4)), np.random.randint(0, 2, (6, 1))
dense = keras.layers.Dense(1, kernel_regularizer=keras.regularizers.L2(strength))
model = keras.Sequential([keras.Input((4,)), dense])
entropy = keras.losses.BinaryCrossentropy(from_logits=True)
metric = keras.metrics.BinaryCrossentropy(from_logits=True, name="bce")
model.compile("sgd", entropy, metrics=[metric])
logs = model.fit(x, y, validation_data=(x, y), verbose=0).history
penalty = strength * np.sum(model.get_weights()[0] ** 2)
gap = logs["val_loss"][0] - logs["val_bce"][0]
print("one text: val_loss is pure data loss (gap 0); another: penalty is in the loss")
print("measured gap of val_loss and val_bce:", gap, "penalty:", penalty)
assert np.isclose(gap, penalty, rtol=1e-4)
