import keras
import numpy as np

kernel = np.random.default_rng(0).uniform(5, 10, (3, 3, 8, 4)).astype("float32")
norms = {}
for axis in (0, [0, 1, 2]):
    bounded = keras.constraints.MaxNorm(2.0, axis=axis)(kernel)
    bounded = keras.ops.convert_to_numpy(bounded)
    norms[str(axis)] = np.sqrt(np.sum(bounded**2, axis=(0, 1, 2)))
print("the thread asks: does max_norm(2.0) bound each filter by 2?")
print("measured: norms of the filters by axis", norms)
assert np.allclose(norms["0"], 2 * 24**0.5, rtol=1e-4)
assert np.allclose(norms["[0, 1, 2]"], 2, rtol=1e-4)
