import sys
import tempfile
from unittest import mock

import keras
import keras_tuner as kt


class Model(kt.HyperModel):
    def build(self, hp):
        return keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])

    def fit(self, hp, model, *args, **kwargs):
        return 0.5


hidden = {"tensorboard.plugins.hparams": None}  # TensorFlow 2.21 doesn't install it
with tempfile.TemporaryDirectory() as path, mock.patch.dict(sys.modules, hidden):
    tuner = kt.RandomSearch(Model(), "val_accuracy", max_trials=1, directory=path)
    tuner.search(verbose=0)
(trial,) = tuner.oracle.trials.values()
print("trial:", trial.status, (trial.message or "").splitlines()[-1:])
assert (trial.status == "FAILED") == (keras.backend.backend() == "tensorflow")
