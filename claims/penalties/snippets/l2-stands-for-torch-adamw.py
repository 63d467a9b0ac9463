import torch

lr = 0.001  # drawn
decay = 0.0001  # drawn
p = torch.nn.Parameter(torch.ones(1))
p.grad = torch.zeros(1)
torch.optim.AdamW([p], lr=lr, weight_decay=decay).step()

import keras  # noqa: E402
import numpy as np  # noqa: E402

w = keras.Variable(np.ones(1, "float32"))
gradient = keras.ops.convert_to_tensor([2 * decay])  # of L2(decay) at w = 1
keras.optimizers.Adam(lr).apply([gradient], [w])
ours, theirs = float(w[0]), p.item()
print(f"a weight of 1 after a step without gradient of the data, lr {lr}:")
print(f"Keras, Adam with L2({decay}): {ours:.7f}; torch, AdamW({decay}): {theirs:.7f}")
assert abs(ours - theirs) > 0.5 * lr
