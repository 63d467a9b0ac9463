import keras

keras.mixed_precision.set_global_policy("mixed_float16")
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
model.optimizer.build(model.trainable_variables)
lines = []
model.summary(print_fn=lines.append)
print("the model has", f"{count:,}", "parameters; Adam's slots are", f"{slots:,}")
assert count == 13_399_850 and "Total params: 40,196,740" in lines[0]
