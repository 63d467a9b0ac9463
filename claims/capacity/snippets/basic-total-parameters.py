import keras

new = keras.layers
layers = [keras.Input((160, 160, 3))]
for filters in (32, 64, 128):
    layers += [new.Conv2D(filters, 3, padding="same"), new.MaxPooling2D()]
layers += [new.Flatten(), new.Dense(256, kernel_initializer="zeros"), new.Dense(10)]
model = keras.Sequential(layers)
frozen = sum(layer.count_params() for layer in layers[1:] if not layer.trainable)
count = model.count_params()
print("basic model:", f"{count:,}", "parameters,", frozen, "of them not trainable")
print("with Adam's two slots:", f"{3 * count + 2:,}")
assert round(count / 1e6, 1) == 13.2 and round((3 * count + 2) / 1e6, 1) == 39.6
assert not model.non_trainable_weights
