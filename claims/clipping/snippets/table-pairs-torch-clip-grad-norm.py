import keras
import numpy as np
import torch

norms = (12.0, 0.09, 3.0)  # drawn
limit = 1.0  # drawn
gradients = [np.full(4, norm / 2, "float32") for norm in norms]


def in_keras(**clipping):
    weights = [keras.Variable(np.zeros(4, "float32")) for _ in gradients]
    tensors = [keras.ops.convert_to_tensor(g) for g in gradients]
    keras.optimizers.SGD(1.0, **clipping).apply(tensors, weights)
    return np.array([float(keras.ops.norm(w)) for w in weights])


parameters = [torch.nn.Parameter(torch.zeros(4)) for _ in gradients]
for parameter, gradient in zip(parameters, gradients):
    parameter.grad = torch.tensor(gradient)
torch.nn.utils.clip_grad_norm_(parameters, limit)
peer = np.array([float(p.grad.norm()) for p in parameters])
print("clip_grad_norm_:", peer, "clipnorm:", in_keras(clipnorm=limit))
print("global_clipnorm:", in_keras(global_clipnorm=limit))
assert np.max(np.abs(in_keras(clipnorm=limit) - peer)) > 0.02
assert np.allclose(in_keras(global_clipnorm=limit), peer, atol=1e-5)
