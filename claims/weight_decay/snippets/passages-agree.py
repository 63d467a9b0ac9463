import keras
import numpy as np

lr, decay = 0.02, 0.4  # drawn
gradients = (np.array([1.0, -2.0], "float32"), np.array([0.5, -1.0], "float32"))


def path(optimizer, penalty):
    """Two steps from (2, -2); penalty: coefficient of w ** 2."""
    w = keras.Variable(np.array([2.0, -2.0], "float32"))
    for g in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(g) + 2 * penalty * w], [w])
    return keras.ops.convert_to_numpy(w)


decayed = path(keras.optimizers.AdamW(lr, weight_decay=decay), 0.0)
penalized = path(keras.optimizers.Adam(lr), decay / 2)
print("one passage says: weight decay is L2; another: decoupled decay is another way")
print("AdamW:", decayed, "Adam with L2:", penalized)
assert np.max(np.abs(decayed - penalized)) > 1e-3
