import keras
import numpy as np


def update(**clipping):
    weight = keras.Variable(np.zeros(2, "float32"))
    sgd = keras.optimizers.SGD(1.0, **clipping)
    sgd.apply([keras.ops.array([4.0, 0.5])], [weight])
    return -keras.ops.convert_to_numpy(weight.value)


by_value, by_norm = update(clipvalue=1.0), update(clipnorm=1.25**0.5)
norms = np.linalg.norm(by_value), np.linalg.norm(by_norm)
print("the text says: distributions of gradient norms show the difference")
print("measured: norms", norms, "of", by_value, by_norm)
assert np.isclose(*norms) and not np.allclose(by_value, by_norm, atol=0.1)
