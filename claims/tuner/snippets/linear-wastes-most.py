import keras_tuner as kt

rate = kt.engine.hyperparameters.Float("lr", 1e-4, 1e-2)
share = 1 - rate.value_to_prob(5e-3)
above = [
    sum(rate.random_sample(10 * search + k) > 5e-3 for k in range(10))
    for search in range(64)
]
print(f"expected share of the linear draws above 5e-3: {share:.3f}")
print("draws of ten above 5e-3, in 64 searches:", above)
assert 0.5 < share < 0.51 and min(above) <= 5
