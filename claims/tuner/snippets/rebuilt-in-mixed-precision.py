import tempfile

import keras
import keras_tuner as kt
import numpy as np


def build_model(hp):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("adam", "mse", metrics=["accuracy"])
    return model


x, y = np.ones((4, 2)), np.zeros((4, 1))
keras.mixed_precision.set_global_policy("mixed_float16")
with tempfile.TemporaryDirectory() as folder:
    tuner = kt.RandomSearch(build_model, "val_accuracy", 1, directory=folder)
    tuner.search(x, y, validation_data=(x, y), verbose=0)
    final = build_model(tuner.get_best_hyperparameters(1)[0])
print("the text says: mixed precision on, for the model rebuilt after the search")
print("measured:", keras.config.dtype_policy().name, final.layers[0].compute_dtype)
assert final.layers[0].compute_dtype == "float32"
