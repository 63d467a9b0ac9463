import keras
import numpy as np

gradients = [np.full(4, norm / 2, "float32") for norm in (12.0, 0.9)]
limit = 1.0


def update(**clipping):
    weights = [keras.Variable(np.zeros(4, "float32")) for _ in gradients]
    keras.optimizers.SGD(1.0, **clipping).apply(
        [keras.ops.convert_to_tensor(g) for g in gradients], weights
    )
    return [float(keras.ops.norm(w)) for w in weights]


each = update(clipnorm=limit)
print("norms before:", [12.0, 0.9], "and after:", each)
cosine = (12.0 * each[0] + 0.9 * each[1]) / np.hypot(12.0, 0.9) / np.hypot(*each)
print("every gradient keeps its direction; cosine of the whole one:", cosine)
assert cosine < 0.9
