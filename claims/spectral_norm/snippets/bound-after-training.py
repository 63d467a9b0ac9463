import keras
import numpy as np

keras.utils.set_random_seed(0)
wrap, dense = keras.layers.SpectralNormalization, keras.layers.Dense
model = keras.Sequential(
    [keras.Input((8,)), *(wrap(dense(n, "relu")) for n in (16, 16)), wrap(dense(1))]
)
x = np.random.default_rng(0).normal(size=(256, 8)).astype("float32")
y = (x.sum(axis=1, keepdims=True) > 0).astype("float32")
loss = keras.losses.BinaryCrossentropy(from_logits=True)
model.compile(keras.optimizers.SGD(0.5), loss, jit_compile=False)
model.fit(x, y, epochs=4, verbose=0)
kernels = [keras.ops.convert_to_numpy(layer.layer.kernel) for layer in model.layers]
norms = [float(np.linalg.norm(kernel, 2)) for kernel in kernels]
print("the text says: every norm is at most 1.0 after training; measured:", norms)
assert max(norms) > 1.001
