import importlib.metadata
from unittest import mock

import keras_tuner as kt
from keras_tuner.src.tuners import bayesian

needed = [r for r in importlib.metadata.requires("keras-tuner") if "scikit" in r]
print("keras-tuner and scikit-learn:", needed)
with mock.patch.object(bayesian, "sklearn", None):  # as after the text's command
    try:
        kt.oracles.BayesianOptimizationOracle(objective="val_accuracy")
        refused = ""
    except ImportError as error:
        refused = str(error)
print("without it:", refused)
assert "scikit-learn" in refused and all("extra" in r for r in needed)
