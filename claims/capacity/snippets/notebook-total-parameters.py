import keras

new = keras.layers
layers = [keras.Input((160, 160, 3))]
for filters in (32, 64, 128):
    for _ in range(2):
        layers += [new.Conv2D(filters, 3, padding="same"), new.BatchNormalization()]
    layers.append(new.MaxPooling2D())
layers += [new.Flatten(), new.Dense(256, kernel_initializer="zeros")]
model = keras.Sequential([*layers, new.BatchNormalization(), new.Dense(10)])
model.compile("adam", "mse")
count = model.count_params()
frozen = sum(4 * filters for filters in (32, 64, 128)) + 2 * 256
slots = 2 * (count - frozen)
print("the model has", f"{count:,}", "parameters; Adam keeps", f"{slots:,}", "more")
print("together, which a summary after training prints:", f"{count + slots + 2:,}")
assert count == 13_399_850 and round((count + slots + 2) / 1e6, 1) == 40.2
