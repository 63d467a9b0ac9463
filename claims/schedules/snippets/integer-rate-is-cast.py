import keras
import numpy as np

try:
    keras.optimizers.SGD(1)
    found = "taken"
except ValueError:
    found = "ValueError"
model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
model.compile(keras.optimizers.SGD(1.0), "mse")
plateau = keras.callbacks.ReduceLROnPlateau(
    "loss", factor=0.5, patience=1, min_delta=99
)
x = np.ones((4, 1), "float32")
model.fit(x, x, epochs=2, verbose=0, callbacks=[plateau])
rate = float(model.optimizer.learning_rate)
print("the issue says: a rate of 1 is halved to 0")
print("measured: SGD(1)", found, "and SGD(1.0) is halved to", rate)
assert found == "ValueError" and rate == 0.5
