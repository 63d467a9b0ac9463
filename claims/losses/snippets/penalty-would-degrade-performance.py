import keras
import numpy as np

x, y = np.ones((4, 2)), np.zeros((4, 1))
results = []
for regularizer in (None, keras.regularizers.L2(0.5)):
    dense = keras.layers.Dense(
        1, kernel_initializer="ones", kernel_regularizer=regularizer
    )
    model = keras.Sequential([keras.Input((2,)), dense])
    model.compile("sgd", "mse", metrics=["mse"])
    results.append([float(v) for v in model.evaluate(x, y, verbose=0)])
print("loss and metric without a penalty:", results[0], "- with one:", results[1])
assert results[0][1] == results[1][1] and results[1][0] == results[0][0] + 1
