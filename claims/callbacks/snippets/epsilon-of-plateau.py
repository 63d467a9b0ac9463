import warnings

import keras

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    callback = keras.callbacks.ReduceLROnPlateau(epsilon=0.5)
print("the thread says: epsilon is min_delta, with a warning")
print("measured: min_delta", callback.min_delta, "and warnings", len(caught))
assert callback.min_delta == 1e-4 and not caught
