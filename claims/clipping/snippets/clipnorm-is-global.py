import keras
import numpy as np

gradients = [np.full(4, norm / 2, "float32") for norm in (12.0, 0.09, 3.0)]
limit = 1.0  # drawn


def update(**clipping):
    weights = [keras.Variable(np.zeros(4, "float32")) for _ in gradients]
    keras.optimizers.SGD(1.0, **clipping).apply(
        [keras.ops.convert_to_tensor(g) for g in gradients], weights
    )
    return [float(keras.ops.norm(w)) for w in weights]


each, joint = update(clipnorm=limit), update(global_clipnorm=limit)
print("clipnorm, norm of each update:       ", each)
print("global_clipnorm, norm of each update:", joint)
print("the text expects the joint norm 1 of clipnorm, found", np.linalg.norm(each))
assert np.linalg.norm(each) > 1.4 and abs(np.linalg.norm(joint) - limit) < 1e-5
