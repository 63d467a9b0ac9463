import tempfile

import keras_tuner as kt

with tempfile.TemporaryDirectory() as path:
    same = {"objective": "val_accuracy", "executions_per_trial": 1, "directory": path}
    kt.RandomSearch(lambda hp: None, max_trials=10, **same)
    kt.Hyperband(lambda hp: None, max_epochs=8, overwrite=True, **same)
    try:
        kt.Hyperband(lambda hp: None, max_trials=10, overwrite=True, **same)
    except ValueError as error:
        refused = str(error)
print("Hyperband with max_trials:", refused)
assert "max_trials" in refused
