import keras_tuner as kt

hp = kt.HyperParameters()
hp.Int("units", 64, 256, step=64)
hp.Float("dropout", 0.2, 0.5, step=0.1)
hp.Float("lr", 1e-4, 1e-2, sampling="log")
oracle = kt.oracles.RandomSearchOracle(
    objective=kt.Objective("val_accuracy", "max"), hyperparameters=hp
)
points = [oracle.populate_space(str(k))["values"] for k in range(10)]
distinct = {name: len({p[name] for p in points}) for name in points[0]}
print("distinct values of ten random points:", distinct)
assert distinct["units"] <= 4 and distinct["dropout"] <= 4 and distinct["lr"] == 10
