import keras
import numpy as np

x = np.ones((2, 1), "float32")
model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
model.compile("sgd", "mse", metrics=["accuracy"])
history = model.fit(x, x, validation_data=(x, x), verbose=0).history
print("the text expects the keys acc and val_acc")
print(sorted(history))
assert "acc" not in history and "accuracy" in history
