import keras
import numpy as np
import torch

lr = 0.01  # drawn
gradient = 10  # drawn
power = -8  # drawn
for g in (1.0, gradient * 10.0**power):
    w = keras.Variable(np.zeros(1, "float32"))
    adamw = keras.optimizers.AdamW(lr, weight_decay=0.1, epsilon=10.0**power)
    adamw.apply([keras.ops.full((1,), g)], [w])
    p = torch.nn.Parameter(torch.zeros(1))
    p.grad = torch.full((1,), g)
    torch.optim.AdamW([p], lr=lr, weight_decay=0.1, eps=10.0**power).step()
    print(f"gradient {g:g}: Keras moves by {float(w[0]):g}, torch by {p.item():g}")
assert abs(float(w[0]) - p.item()) > 0.2 * lr
