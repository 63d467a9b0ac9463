"""The project as pytest sees it: the harness, and the fixtures that claims share."""

import pytest

pytest_plugins = ["harness.running.plugin"]


@pytest.fixture(scope="session")
def device(pytestconfig):
    """Where the claims run: "cpu" or "gpu"."""
    return pytestconfig.option.device


@pytest.fixture(scope="session")
def no_gpu(device):
    """The claim is about a machine whose libraries see no GPU."""
    if device == "gpu":
        pytest.skip("about a machine without a GPU: run with `--device cpu`")


@pytest.fixture(scope="session")
def gpu(device):
    """The claim is about a machine with a GPU."""
    if device != "gpu":
        pytest.skip("no GPU in use: run with `--device gpu`")


@pytest.fixture
def tiny_network():
    """Four inputs, three hidden units, one output; compiled, and new for each test."""
    import keras  # the harness' own tests do without it

    layers = [keras.Input((4,)), keras.layers.Dense(3, "relu"), keras.layers.Dense(1)]
    model = keras.Sequential(layers)
    model.compile("sgd", "mse")
    return model
