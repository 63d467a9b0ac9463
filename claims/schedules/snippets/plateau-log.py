import contextlib
import io

import keras
import numpy as np

plateau = keras.callbacks.ReduceLROnPlateau(factor=0.5, patience=3, min_lr=1e-5)
model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
model.compile(keras.optimizers.Adam(learning_rate=0.001), "mse")
x = np.ones((4, 1), "float32")
with contextlib.redirect_stdout(io.StringIO()) as printed:
    model.fit(x, x, validation_data=(x, x), callbacks=[plateau], verbose=2)
print("the text: learning_rate: 1.0000e-03")
print("measured:", printed.getvalue().splitlines()[-1])
assert "learning_rate: 0.0010" in printed.getvalue()
