import tempfile
from contextlib import suppress

import keras
import keras_tuner as kt


class Model(kt.HyperModel):
    def build(self, hp):
        return keras.Sequential([keras.layers.Dense(hp.Int("units", 1, 99))])

    def fit(self, hp, model, *args, **kwargs):
        begun.append(kwargs.get("initial_epoch", 0))
        if len(begun) == 2:
            raise KeyboardInterrupt  # killed in its second trial
        return 0.5


begun, limits = [], {"objective": "val_accuracy", "max_trials": 3}
with tempfile.TemporaryDirectory() as path:
    for _ in range(2):
        with suppress(KeyboardInterrupt):
            kt.RandomSearch(Model(), directory=path, **limits).search(verbose=0)
print("first epochs:", begun, "- the second trial is run twice, from its start")
assert begun == [0, 0, 0, 0]
