import keras
import numpy as np
import torch

lr = 0.1  # drawn
lam = 0.05  # drawn
layer = keras.layers.Dense(
    1,
    use_bias=False,
    kernel_initializer="ones",
    kernel_regularizer=keras.regularizers.L2(lam),
)
model = keras.Sequential([keras.Input((1,)), layer])
model.compile(keras.optimizers.SGD(lr), lambda y, p: keras.ops.mean(0 * p))
model.train_on_batch(np.ones((1, 1)), np.zeros((1, 1)))
for number in (lam, 2 * lam):
    p = torch.nn.Parameter(torch.ones(1))
    p.grad = torch.zeros(1)
    torch.optim.SGD([p], lr=lr, weight_decay=number).step()
    kernel = float(layer.kernel[0, 0])
    print(
        f"Keras L2({lam}): {kernel:.5f}; torch, weight_decay {number}: {p.item():.5f}"
    )
    assert (abs(kernel - p.item()) < 1e-6) == (number == 2 * lam)
