import tempfile

import keras_tuner as kt

outside = kt.HyperParameters()
outside.Float("lr", 1e-4, 1e-2, sampling="log")
for handed_in in (None, outside):
    with tempfile.TemporaryDirectory() as path:
        tuner = kt.RandomSearch(
            lambda hp: None,
            objective="val_accuracy",
            directory=path,
            hyperparameters=handed_in,
        )
    names = [p.name for p in tuner.oracle.get_space().space]
    print("hyperparameters=", "container" if handed_in else None, "searches", names)
    assert names == (["lr"] if handed_in else [])
