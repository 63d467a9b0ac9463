"""model.losses is a list; adding it to a loss makes a vector, without an error."""

import keras
import numpy as np

strength = 0.25  # drawn
reg = keras.regularizers.L2(strength)
layers = [keras.layers.Dense(3, kernel_regularizer=reg) for _ in range(2)]
model = keras.Sequential([keras.Input((3,)), *layers])
paid = [strength * np.sum(w**2) for w in model.get_weights()[::2]]
found = [float(entry) for entry in model.losses]
print("text: the sum of the penalties,", sum(paid))
print("measured: a", type(model.losses).__name__, "of", found)
loss = keras.ops.add(1.0, keras.ops.stack(model.losses))
print("a data loss of 1.0 plus this list:", keras.ops.convert_to_numpy(loss))
assert len(found) == 2 and np.allclose(found, paid)
