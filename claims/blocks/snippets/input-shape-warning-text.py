import warnings

import keras

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    keras.layers.Dense(16, input_shape=(28,))
said = str(caught[0].message)
print(said)
assert "`input_dim`" in said and "Input(shape)" in said
assert "input_shape_tuple" not in said and "Dense" not in said
