import tempfile

import keras
import keras_tuner as kt


class Model(kt.HyperModel):
    def build(self, hp):
        return keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])

    def fit(self, hp, model, *args, callbacks, **kwargs):
        same.append(any(c is counting for c in callbacks))
        return 0.5


counting, same = keras.callbacks.History(), []
with tempfile.TemporaryDirectory() as path:
    tuner = kt.RandomSearch(Model(), objective="val_accuracy", directory=path)
    tuner._configure_tensorboard_dir = lambda *args: None
    tuner.run_trial(tuner.oracle.create_trial("tuner0"), callbacks=[counting])
print("the callback handed in reaches fit itself:", same)
assert same == [False]
