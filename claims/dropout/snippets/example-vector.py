import keras
import numpy as np

rate = 0.4  # drawn
vector = np.array([0.2, 0.5, 1.3, 0.8, 1.1], "float32")
rows = np.tile(vector, (16, 1))
out = keras.ops.convert_to_numpy(keras.layers.Dropout(rate)(rows, training=True))
kept = out != 0
ratios = sorted(set(np.round((out / rows)[kept], 4).tolist()))
print("the text says: survivors keep their value (ratio 1)")
print("measured: output over input of the survivors:", ratios)
assert min(ratios) > 1
