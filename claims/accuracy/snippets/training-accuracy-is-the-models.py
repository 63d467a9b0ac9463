import keras
import numpy as np

rate = 0.5  # drawn
x = np.ones((4096, 1), "float32")
dense = keras.layers.Dense(1)
model = keras.Sequential([keras.Input((1,)), keras.layers.Dropout(rate), dense])
dense.set_weights([np.array([[2.0]]), np.array([-1.0])])  # right for every row
model.compile(
    keras.optimizers.SGD(0.0),
    keras.losses.BinaryCrossentropy(from_logits=True),
    metrics=[keras.metrics.BinaryAccuracy(threshold=0.0)],
)
logged = model.fit(x, x, batch_size=4096, verbose=0).history["binary_accuracy"][0]
evaluated = model.evaluate(x, x, verbose=0)[1]
print("the same weights on the same rows: logged by fit", logged)
print("found by evaluate", evaluated)
assert evaluated == 1 and logged < 1 - rate / 2
