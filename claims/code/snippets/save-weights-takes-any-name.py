import keras

print("the old library: save_weights writes weights.h5")
model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
try:
    model.save_weights("weights.h5")
except ValueError as refused:
    print("measured:", refused)
else:
    raise AssertionError("the file was written")
