import keras

new = keras.layers


def count(units, normalized):
    layers = [keras.Input((32, 32, 3))]
    for filters in (32, 64):
        for _ in range(2):
            bias = not normalized
            layers.append(new.Conv2D(filters, 3, padding="same", use_bias=bias))
            layers += [new.BatchNormalization()] if normalized else []
        layers.append(new.MaxPooling2D())
    layers += [new.Flatten(), new.Dense(units, use_bias=not normalized)]
    layers += [new.BatchNormalization()] if normalized else []
    return keras.Sequential([*layers, new.Dense(10)]).count_params()


baseline, upgraded = count(128, False), count(192, True)
print("parameters of the baseline:", baseline, "and of the upgraded network:", upgraded)
assert (baseline, upgraded) == (591_274, 855_274)
