import keras
import numpy as np

x = np.ones((4, 1), "float32")


def rates(function):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    callbacks = [
        keras.callbacks.LearningRateScheduler(function),
        keras.callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=99),
    ]
    fitted = model.fit(x, x, epochs=4, verbose=0, callbacks=callbacks)
    return fitted.history["learning_rate"]


own, kept = rates(lambda epoch: 0.1), rates(lambda epoch, rate: rate)
print("the thread says: LearningRateScheduler always overrides ReduceLROnPlateau")
print("measured: with rates of its own", own, "and with the rate given", kept)
assert np.allclose(own, 0.1) and np.allclose(kept, [0.1, 0.1, 0.05, 0.025])
