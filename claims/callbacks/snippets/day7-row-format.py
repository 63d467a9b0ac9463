import contextlib
import io

import keras
import numpy as np

model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
model.compile("sgd", "mse", metrics=["accuracy"])
x = np.ones((4, 1))
with contextlib.redirect_stdout(io.StringIO()) as printed:
    model.fit(x, x, validation_data=(x, x), verbose=2)
row = printed.getvalue().splitlines()[-1]
print("the text: 352/352 - loss: ... - accuracy: ... - val_loss: ...")
print("measured:", row)
assert "/step - accuracy" in row and row.index("accuracy") < row.index("loss")
