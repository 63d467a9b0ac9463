import keras
import numpy as np

inputs = keras.Input((4, 4, 3))
conv = keras.layers.Conv2D(2, 3, kernel_regularizer=keras.regularizers.L2(1e-4))
probe = keras.Model(inputs, conv(inputs))
before = (len(probe.weights), len(probe.losses))
probe(np.zeros((1, 4, 4, 3), "float32"))
after = (len(probe.weights), len(probe.losses))
print("weights and penalties before the call:", before, "and after it:", after)
assert before == after == (2, 1)
