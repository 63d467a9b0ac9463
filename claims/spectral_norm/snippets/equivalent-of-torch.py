import keras
import numpy as np
import torch

kernel = np.diag([2.0, 0.5, 0.25]).astype("float32")
x = np.ones((1, 3), "float32")
wrapper = keras.layers.SpectralNormalization(keras.layers.Dense(3, use_bias=False))
wrapper.build((None, 3))
wrapper.layer.kernel.assign(kernel)
linear = torch.nn.Linear(3, 3, bias=False)
linear.weight.data = torch.from_numpy(kernel.T.copy())
module = torch.nn.utils.spectral_norm(linear, n_power_iterations=40)
module(torch.from_numpy(x))
ours = keras.ops.convert_to_numpy(wrapper(x, training=False))
theirs = module.eval()(torch.from_numpy(x)).detach().numpy()
print("the text says: the two are equivalent")
print("measured: at inference Keras gives", ours, "and torch", theirs)
assert abs(ours - theirs).max() > 0.9
