import keras
import numpy as np
import torch

rate = 0.5  # drawn
x = np.ones((1, 128), "float32")
ours = keras.ops.convert_to_numpy(keras.layers.Dropout(rate)(x))  # flag forgotten
theirs = torch.nn.Dropout(rate)(torch.from_numpy(x)).numpy()  # eval() forgotten
print("the text says: both omissions have one effect")
print("measured: units dropped: Keras", (ours == 0).sum(), "torch", (theirs == 0).sum())
assert (ours == 0).sum() == 0 < (theirs == 0).sum()
