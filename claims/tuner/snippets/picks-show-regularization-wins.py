import keras_tuner as kt

hp = kt.HyperParameters()
hp.Float("dropout", 0.2, 0.5, step=0.1)
hp.Float("l2", 1e-5, 1e-3, sampling="log")
dropout, l2 = hp.space
rates = [dropout.random_sample(seed) for seed in range(1000)]
strengths = [l2.random_sample(seed) for seed in range(1000)]
print("the text says: capacity plus regularization beats a network without")
print("measured: least regularization tried: L2", min(strengths), "rate", min(rates))
assert min(strengths) >= 1e-5 and min(rates) >= 0.2
