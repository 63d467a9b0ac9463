import keras

smoothing = 0.1  # drawn
keras.losses.CategoricalCrossentropy(label_smoothing=smoothing)
try:
    keras.losses.SparseCategoricalCrossentropy(label_smoothing=smoothing)
    error = None
except TypeError as raised:
    error = raised
print("the text expects that the sparse loss takes label_smoothing:", error)
assert error is not None
