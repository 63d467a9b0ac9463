import keras

print("the old library: save writes the folder my_model")
model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
try:
    model.save("my_model")
except ValueError as refused:
    print("measured:", refused)
else:
    raise AssertionError("the folder was written")
