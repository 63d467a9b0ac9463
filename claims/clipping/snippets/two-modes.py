import inspect

import keras

names = inspect.signature(keras.optimizers.Adam).parameters
modes = [name for name in names if "clip" in name]
print("the text speaks of two modes, the optimizer has", modes)
assert sorted(modes) == ["clipnorm", "clipvalue", "global_clipnorm"]
