import keras
import numpy as np

lr = 0.01  # drawn
decay = 0.1  # drawn
w = 1.0  # drawn
for kind in (keras.optimizers.AdamW, keras.optimizers.Ftrl):
    weight = keras.Variable(np.full(1, w, "float32"))
    kind(lr, weight_decay=decay).apply([keras.ops.zeros((1,))], [weight])
    print(f"{kind.__name__}: a step without a gradient leaves {float(weight[0]):.6f}")
print(f"decoupled decay leaves {w * (1 - lr * decay):.6f}")
assert float(weight[0]) == 0.0
