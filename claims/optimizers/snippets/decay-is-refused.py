import warnings

import keras

print("the thread says: decay raises a ValueError")
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    optimizer = keras.optimizers.SGD(0.1, decay=0.5)
optimizer.iterations.assign(10)
rate = float(optimizer.learning_rate)
print("measured:", caught[0].message, "Rate after ten steps:", rate)
assert abs(rate - 0.1) < 1e-6
