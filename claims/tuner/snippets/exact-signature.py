import tempfile

import keras
import keras_tuner as kt
import numpy as np


def build(hp):
    rate = hp.Float("lr", 1e-4, 1e-2, sampling="log")
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(rate), "mse")
    return model


x, options = np.ones((2, 1)), {"callbacks": None, "verbose": 0}
build(kt.HyperParameters()).fit(x, x, validation_data=(x, x), **options)
with tempfile.TemporaryDirectory() as path:
    tuner = kt.RandomSearch(build, "val_loss", max_trials=1, directory=path)
    print("the text says: search() has the exact signature of fit()")
    tuner.search(x, x, validation_data=(x, x), **options)
(trial,) = tuner.oracle.trials.values()
print("measured: fit takes callbacks=None; the trial of the search:", trial.status)
assert trial.status != "COMPLETED"
