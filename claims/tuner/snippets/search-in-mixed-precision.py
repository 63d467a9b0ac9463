import tempfile

import keras
import keras_tuner as kt
import numpy as np


def build_model(hp):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("adam", "mse", metrics=["accuracy"])
    print("policy", keras.config.dtype_policy().name, type(model.optimizer).__name__)
    computed.append(model.layers[0].compute_dtype)
    return model


computed, x, y = [], np.ones((4, 2)), np.zeros((4, 1))
print("the text says: the policy at the top of the script holds for what follows")
keras.mixed_precision.set_global_policy("mixed_float16")
with tempfile.TemporaryDirectory() as folder:
    tuner = kt.RandomSearch(build_model, "val_accuracy", 1, directory=folder)
    tuner.search(x, y, validation_data=(x, y), verbose=0)
print("measured: the trial computes in", computed[-1])
assert computed == ["float16", "float32"]
