"""Switches of the libraries that keep a GPU's numbers comparable."""

import numpy as np
import pytest
import tensorflow as tf

from harness.benchmark import memory, worker
from harness.benchmark.configuration import Configuration, Scale
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


def test_a_card_that_is_not_there_is_named(monkeypatch):
    """The sentence says which one was asked for."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [])

    assert "sees no GPU 1 here" in devices.gpu_problem()


def full(error):
    """A device that holds batches of up to 16, and says so in its own way."""

    def build(scale):
        def run(steps):
            if scale.of((64, 64)) > 16:
                raise error

        return run

    return build


ERRORS = [
    MemoryError(),
    tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor"),
    RuntimeError("RESOURCE_EXHAUSTED: Out of memory while trying to allocate"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_out_of_memory_makes_the_batch_of_the_group_smaller(error):
    """64 examples become 16 in all of what is compared; others keep their batch."""
    easy = Configuration("easy", "one", lambda scale: lambda steps: None, (64, 64))
    heavy = Configuration("heavy", "one", full(error), (64, 64))
    other = Configuration("other", "two", lambda scale: lambda steps: None, (64, 64))

    arms, scales = worker.built([easy, heavy, other], full=False)

    assert [arm.name for arm in arms] == ["easy", "heavy", "other"]
    assert scales == {"one": Scale(False, 4), "two": Scale(False, 1)}


def test_other_errors_are_not_taken_for_a_lack_of_memory():
    """And a batch of one that does not fit is an error, too."""
    wrong = Configuration("wrong", "g", full(ValueError("shape")), (64, 64))
    with pytest.raises(ValueError, match="shape"):
        worker.built([wrong], full=False)

    def never(scale):
        raise MemoryError

    with pytest.raises(MemoryError):
        worker.built([Configuration("never", "g", never, (64, 64))], full=False)


def test_what_a_step_takes_is_told_apart_from_what_stays():
    """A step that needs 64 MiB for a moment, on the counter of this machine."""
    size = 64 * 2**20

    def build(scale):
        return lambda steps: [np.ones(size, "uint8").sum() for _ in range(steps)]

    told = memory.measure(Configuration("c", "g", build, (8, 8)), full=False)

    assert told["examples"] == 8
    assert 0.9 * size < told["activations"] < 2 * size
