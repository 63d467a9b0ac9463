import keras
import numpy as np

x = np.ones((2, 1), "float32")


def fitted(**hook):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=True)
    try:
        model.fit(x, x, verbose=0, callbacks=[keras.callbacks.LambdaCallback(**hook)])
    except TypeError as error:
        return type(error).__name__
    return "runs"


epoch = fitted(on_epoch_end=lambda epoch, _: None)
batch = fitted(on_train_batch_end=lambda batch, _: None)
print("the issue says: arguments come by keyword, so the logs must be called logs")
print("measured, with another name: at an epoch", epoch, "at a batch", batch)
assert (epoch, batch) == ("runs", "TypeError")
