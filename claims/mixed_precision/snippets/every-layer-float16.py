import keras
import numpy as np

size = 1000  # drawn
keras.mixed_precision.set_global_policy("mixed_float16")
norm = keras.layers.BatchNormalization(momentum=0.0)
norm(np.array([[size], [-size]], "float16"), training=True)
variance = float(keras.ops.convert_to_numpy(norm.moving_variance)[0])
print("the text: every layer computes in float16, whose largest number is 65504")
print("measured: batch normalization computed the variance", variance)
assert variance > 65504
