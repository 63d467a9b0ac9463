import contextlib
import io
import tempfile

import keras

model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
with tempfile.TemporaryDirectory() as path:
    name = f"{path}/best.weights.h5"
    best_only = {"save_best_only": True, "save_weights_only": True, "verbose": 1}
    checkpoint = keras.callbacks.ModelCheckpoint(name, **best_only)
    checkpoint.set_model(model)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        checkpoint.on_epoch_end(0, {"val_loss": 3.16996})
said = printed.getvalue().strip().partition(", saving")[0]
print("measured:", said)
assert said == "Epoch 1: val_loss improved from None to 3.16996"
