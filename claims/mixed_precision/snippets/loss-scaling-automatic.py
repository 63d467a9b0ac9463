import keras

keras.mixed_precision.set_global_policy("mixed_float16")
model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
mine = keras.optimizers.SGD(0.1)  # what a custom training loop would use
model.compile(keras.optimizers.SGD(0.1), "mse")
print("the text says: the optimizer is wrapped in loss scaling automatically")
print("measured: after compile:", type(model.optimizer).__name__)
print("measured: in a custom training loop:", type(mine).__name__, mine.scale_loss(1.0))
assert type(model.optimizer).__name__ == "LossScaleOptimizer"
assert mine.scale_loss(1.0) == 1.0
