import keras
import numpy as np
from sklearn.datasets import load_digits

x, y = load_digits(return_X_y=True)
layers, gains = keras.layers, []
for between in ([layers.ReLU], [layers.BatchNormalization, layers.ReLU]):
    right = []
    for warmup in (0, 35):
        keras.utils.set_random_seed(1)
        hidden = [(layers.Dense(64), *(b() for b in between)) for _ in range(6)]
        model = keras.Sequential([p for parts in hidden for p in parts])
        model.add(layers.Dense(10))
        more = {"warmup_target": 0.03, "warmup_steps": warmup} if warmup else {}
        rate = keras.optimizers.schedules.CosineDecay(
            0.0 if warmup else 0.03, 420 - warmup, **more
        )
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.Adam(rate), loss, steps_per_execution=7)
        model.fit(x[:224] / 16, y[:224], epochs=60, verbose=0)
        guessed = model.predict(x[224:] / 16, verbose=0).argmax(1)
        right.append(np.mean(guessed == y[224:]))
    gains.append(right[1] - right[0])
print("warm-up brings", *gains, "accuracy without and with normalization")
assert gains[0] > 0.01 and gains[1] < 0.02
