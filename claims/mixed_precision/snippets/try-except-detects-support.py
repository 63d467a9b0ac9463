import os

os.environ["CUDA_VISIBLE_DEVICES"] = "-1"  # no GPU is visible
import keras

try:
    keras.mixed_precision.set_global_policy("mixed_float16")
    supported = True
except Exception:
    supported = False
print("the text says: without support the except branch runs")
print("measured: without a GPU, taken for supported:", supported)
assert supported
