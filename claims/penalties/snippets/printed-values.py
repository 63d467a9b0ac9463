"""The initial penalties of the block: printed values against 200 initializations."""

import keras
import numpy as np

printed = {3: 0.00031178, 32: 0.00089442}
for channels, value in printed.items():
    drawn = []
    for _ in range(200):
        kernel = keras.initializers.GlorotUniform()((3, 3, channels, 32))
        drawn.append(1e-4 * np.sum(keras.ops.convert_to_numpy(kernel) ** 2))
    expected = 1e-4 * 9 * channels * 32 * 2 / (9 * channels + 9 * 32)
    print(
        f"text: {value}; measured: {np.mean(drawn):.6f} +- {np.std(drawn):.6f}, "
        f"closed form {expected:.6f}, range {min(drawn):.6f} to {max(drawn):.6f}"
    )
    assert abs(value - expected) > 10 * np.std(drawn)
    assert value < min(drawn)
