"""Switches of the libraries that keep a GPU's numbers comparable."""

import pytest
import tensorflow as tf

from harness.stack import devices


@pytest.mark.parametrize("allowed", [True, False])
def test_tf32_is_switched_and_restored(allowed, monkeypatch):
    """In TensorFlow, torch and JAX, each by its own switch."""
    import jax
    import torch

    enabled = tf.config.experimental.tensor_float_32_execution_enabled
    before = enabled(), torch.backends.cudnn.allow_tf32

    seen = []
    with devices.tf32(allowed):
        seen.append(enabled())
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    with devices.tf32(allowed):
        seen.append(torch.backends.cudnn.allow_tf32)
        seen.append(torch.backends.cuda.matmul.allow_tf32)
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    with devices.tf32(allowed):
        precision = jax.config.jax_default_matmul_precision
        seen.append(precision == "tensorfloat32")

    assert seen == [allowed] * 4
    assert (enabled(), torch.backends.cudnn.allow_tf32) == before


def test_tensorflows_lack_of_memory_is_one():
    """A batch that does not fit is told apart from other errors."""
    full = tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")

    assert devices.is_out_of_memory(full)
    assert not devices.is_out_of_memory(tf.errors.NotFoundError(None, None, "no"))
