import contextlib
import io
import tempfile

import keras_tuner as kt


def declare(hp):
    hp.Int("units", 64, 256, step=64)


with tempfile.TemporaryDirectory() as path:
    tuner = kt.RandomSearch(declare, objective="val_accuracy", directory=path)
with contextlib.redirect_stdout(io.StringIO()) as printed:
    tuner.search_space_summary()
print(printed.getvalue())
heading, config = printed.getvalue().splitlines()[2:]
assert heading == "units (Int)" and "'sampling': 'linear'" in config
