import keras

print("the issue says: optimizers accept lr and ignore it")
try:
    keras.optimizers.Adam(lr=0.1)
    found = "accepted"
except ValueError as error:
    found = str(error)
print("measured: Keras", keras.__version__, found)
assert found.startswith("Argument(s) not recognized")
