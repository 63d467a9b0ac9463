import keras
import numpy as np

layer = keras.layers.Dense(
    5,
    kernel_initializer="ones",
    kernel_regularizer=keras.regularizers.L1(0.01),
    activity_regularizer=keras.regularizers.L2(0.01),
)
layer(2 * np.ones((5, 5), "float32"))
total = sum(float(loss) for loss in layer.losses)
print("the issue says: the penalties add up to 25.25")
print("measured: Keras", keras.__version__, total)
assert abs(total - 5.25) < 1e-4
