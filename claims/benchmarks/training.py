"""A training step that can be repeated and waited for, on each Keras backend."""

from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np

Run = Callable[[int], None]


def training(model: keras.Model, batches: Iterator[Any]) -> Run:
    """`run(k)`: k steps as `fit` compiles them, then one wait for the device."""
    if keras.backend.backend() != "tensorflow":  # its first step builds everything
        model._symbolic_build(data_batch=next(batches))
    model.make_train_function()
    if keras.backend.backend() == "jax":
        return _training_on_jax(model, batches)
    step, torch = model.train_function, keras.backend.backend() == "torch"
    last: dict[str, Any] = {}

    def run(steps: int) -> None:
        for _ in range(steps):
            last.update(step([next(batches)] if torch else batches))
        wait_for(last.get("loss"))

    return run


def _training_on_jax(model: keras.Model, batches: Iterator[Any]) -> Run:
    """The same, with the state that JAX hands from step to step."""
    state = model._get_jax_state(
        trainable_variables=True,
        non_trainable_variables=True,
        optimizer_variables=True,
        metrics_variables=True,
        purge_model_variables=True,
    )
    kept = {"state": state, "loss": None}

    def run(steps: int) -> None:
        for _ in range(steps):
            logs, kept["state"] = model.train_function(kept["state"], batches)
            kept["loss"] = logs["loss"]
        wait_for(kept["loss"])

    return run


def inference(model: keras.Model, x: np.ndarray) -> Run:
    """`run(k)`: k predictions of one batch, compiled, then one wait."""
    inputs, call = keras.ops.convert_to_tensor(x), compiled(model)
    last: dict[str, Any] = {}

    def run(steps: int) -> None:
        for _ in range(steps):
            last["y"] = call(inputs)
        wait_for(last.get("y"))

    return run


def compiled(model: keras.Model) -> Callable[[Any], Any]:
    """The model's forward pass as its backend compiles it; PyTorch runs it as it is."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return tf.function(lambda x: model(x, training=False))
    if keras.backend.backend() == "jax":
        import jax

        weights = [v.value for v in model.trainable_variables]
        others = [v.value for v in model.non_trainable_variables]
        call = jax.jit(lambda t, n, x: model.stateless_call(t, n, x, training=False)[0])
        return lambda x: call(weights, others, x)
    import torch

    return torch.no_grad()(lambda x: model(x, training=False))


def wait_for(value: Any) -> None:
    """Wait until the device has computed this; without a value nothing is to do."""
    if keras.backend.backend() == "torch":
        import torch

        if torch.cuda.is_available():
            torch.cuda.synchronize()
    if value is not None:
        keras.ops.convert_to_numpy(value)
