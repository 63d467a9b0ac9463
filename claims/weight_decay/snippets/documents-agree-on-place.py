import keras
import numpy as np

lr = 0.05  # drawn
decay = 0.1  # drawn
w = keras.Variable(np.ones(2, "float32"))
optimizer = keras.optimizers.AdamW(lr, weight_decay=decay)
optimizer.apply([keras.ops.zeros(2)], [w])
penalty = float(keras.regularizers.L2(decay)(np.ones(2, "float32")))
kept = float(w[0])
print("a weight of 1 after a step of keras.optimizers.AdamW without gradient:", kept)
print("the penalty of L2 on a layer with two such weights:", penalty)
assert abs(kept - (1 - lr * decay)) < 1e-6 and abs(penalty - 2 * decay) < 1e-6
