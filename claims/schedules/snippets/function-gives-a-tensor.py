import keras
import numpy as np

x = np.ones((2, 1), "float32")


def slower(epoch, lr):
    return lr * keras.ops.exp(-0.1)


model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
print("the page expects that the rate falls")
try:
    model.fit(x, x, callbacks=[keras.callbacks.LearningRateScheduler(slower)])
except ValueError as error:
    print(error)
else:
    raise AssertionError("the tensor was taken")
