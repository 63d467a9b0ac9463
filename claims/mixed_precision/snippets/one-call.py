import tempfile

import keras
import keras_tuner as kt
import numpy as np


def build_model(hp):
    hp.Float("lr", 1e-4, 1e-2, sampling="log")
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("adam", "mse", metrics=["accuracy"])
    computed.append(model.layers[0].compute_dtype)
    return model


computed, x, y = [], np.ones((4, 2)), np.zeros((4, 1))
keras.mixed_precision.set_global_policy("mixed_float16")
with tempfile.TemporaryDirectory() as folder:
    tuner = kt.RandomSearch(build_model, "val_accuracy", 2, directory=folder)
    tuner.search(x, y, validation_data=(x, y), verbose=0)
print("the text says: one call switches mixed precision on")
print("measured: before the search", computed[0], "but in its trials", computed[1:])
assert computed == ["float16", "float32", "float32"]
