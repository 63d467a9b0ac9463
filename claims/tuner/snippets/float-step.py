import keras_tuner as kt

for high in (0.5, 0.55):
    rate = kt.engine.hyperparameters.Float("dropout", 0.2, high, step=0.1)
    drawn = sorted({round(rate.random_sample(seed), 9) for seed in range(400)})
    print(f"from 0.2 to {high} in steps of 0.1, 400 draws:", drawn)
    assert (0.5 in drawn) == (high > 0.5)
print("the reason: (0.5 - 0.2) // 0.1 is", (0.5 - 0.2) // 0.1)
assert (0.5 - 0.2) // 0.1 == 2
