import keras
import numpy as np

lr = 0.01  # drawn
decay = 0.1  # drawn


def descend(optimizer, penalty):
    """20 steps on (w - 3) ** 2 / 2 from w = 2; penalty: coefficient of w ** 2."""
    w = keras.Variable(np.full(1, 2, "float32"))
    for _ in range(20):
        optimizer.apply([(w - 3) + 2 * penalty * w], [w])
    return float(w[0])


for kind in (keras.optimizers.SGD, keras.optimizers.Adam):
    decayed = descend(kind(lr, weight_decay=decay), 0.0)
    penalized = descend(kind(lr), decay / 2)
    print(f"{kind.__name__}: decay {decayed:.5f}, L2 {penalized:.5f}")
print("the text expects no difference")
assert abs(decayed - penalized) > 1e-3
