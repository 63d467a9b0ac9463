import keras
import numpy as np

x = np.ones((4, 1), "float32")


def trained(epochs, patience):
    schedule = keras.optimizers.schedules.CosineDecay(0.1, 100)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(schedule), "mse")
    plateau = keras.callbacks.ReduceLROnPlateau("loss", patience=patience, min_delta=99)
    try:
        model.fit(x, x, epochs=epochs, verbose=0, callbacks=[plateau])
    except TypeError:
        return "TypeError"
    return "runs"


print("the issue says: ReduceLROnPlateau fails beside a schedule")
found = trained(epochs=2, patience=5), trained(epochs=3, patience=1)
print("measured: without a plateau and with one:", found)
assert found == ("runs", "TypeError")
