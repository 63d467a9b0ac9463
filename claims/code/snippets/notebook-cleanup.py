import gc
import weakref

import keras
import numpy as np

model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
model.compile("adam", "mse")
history = model.fit(np.ones((1, 1)), np.ones((1, 1)), verbose=0)
kernel = weakref.ref(model.layers[0].kernel)
del model
gc.collect()
keras.backend.clear_session()
print("the text says: the memory of the model is free now")
print("measured: weights gone:", kernel() is None, "- held by", type(history).__name__)
assert kernel() is history.model.layers[0].kernel
del history
gc.collect()
assert kernel() is None
