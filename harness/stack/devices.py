"""Which accelerators are there, how one is chosen, how correctness is kept on it."""

from __future__ import annotations

import argparse
import contextlib
import os
from collections.abc import Iterator
from typing import Any

from harness.stack.libraries import backend

CPU, GPU = "cpu", "gpu"


def chosen(text: str) -> str:
    """The value of `--device`: cpu, gpu, or gpu:N for one of several cards."""
    kind, colon, card = text.partition(":")
    if kind not in (CPU, GPU) or (colon and not (kind == GPU and card.isdecimal())):
        raise argparse.ArgumentTypeError(
            f"{text!r}: use cpu, gpu, or gpu:1 for the second of several cards."
        )
    return text


def prepare(device: str) -> str:
    """Set what must stand before TensorFlow, torch or JAX are imported: the card that
    they see, TF32 off (alone it would refute true claims), and memory taken as it is
    needed. Returns cpu or gpu."""
    kind, _, card = device.partition(":")
    if kind == CPU:
        os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
        os.environ["JAX_PLATFORMS"] = "cpu"
        return CPU
    if card:
        os.environ["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID"  # as nvidia-smi counts
        os.environ["CUDA_VISIBLE_DEVICES"] = card
    os.environ["NVIDIA_TF32_OVERRIDE"] = "0"
    os.environ["JAX_DEFAULT_MATMUL_PRECISION"] = "highest"
    os.environ["TF_FORCE_GPU_ALLOW_GROWTH"] = "true"
    os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"] = "false"
    return GPU


def use_one_thread() -> None:
    """One thread an operation, before the libraries are imported.

    The arrays of claims are tiny, so that handing them to other threads takes longer
    than the work; and a sum over one thread does not depend on the number of cores.
    """
    for name in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def gpu_problem() -> str | None:
    """A sentence if the backend of this process sees no GPU, else None."""
    if gpu_count():
        return None
    card = os.environ.get("CUDA_VISIBLE_DEVICES")
    which = f"no GPU {card}" if card else "no GPU"
    return (
        f"--device gpu: the backend {backend()} sees {which} here; "
        "use --device cpu, or install its CUDA build (see the README)."
    )


def gpu_count() -> int:
    """How many GPUs the backend of this process sees; imports the backend."""
    if backend() == "torch":
        import torch

        return torch.cuda.device_count()
    if backend() == "jax":
        import jax

        return sum(device.platform == "gpu" for device in jax.devices())
    import tensorflow as tf

    return len(tf.config.list_physical_devices("GPU"))


@contextlib.contextmanager
def tf32(allowed: bool) -> Iterator[None]:
    """Float32 products in TensorFloat-32, or in full, on cards that have both."""
    if backend() == "jax":
        import jax

        with jax.default_matmul_precision("tensorfloat32" if allowed else "highest"):
            yield
    elif backend() == "torch":
        import torch

        switches: Any = (torch.backends.cuda.matmul, torch.backends.cudnn)
        before = [switch.allow_tf32 for switch in switches]
        for switch in switches:
            switch.allow_tf32 = allowed
        try:
            yield
        finally:
            for switch, state in zip(switches, before):
                switch.allow_tf32 = state
    else:
        from tensorflow import config

        enabled = config.experimental.tensor_float_32_execution_enabled()
        config.experimental.enable_tensor_float_32_execution(allowed)
        try:
            yield
        finally:
            config.experimental.enable_tensor_float_32_execution(enabled)


def is_out_of_memory(error: Exception) -> bool:
    """Python's MemoryError, TensorFlow's, torch's, or what XLA says for JAX."""
    names = ("ResourceExhaustedError", "OutOfMemoryError")
    return (
        isinstance(error, MemoryError)
        or type(error).__name__ in names
        or "RESOURCE_EXHAUSTED" in str(error)
    )


@contextlib.contextmanager
def deterministic_operations() -> Iterator[None]:
    """TensorFlow as after `enable_op_determinism()`, which has no public way back."""
    import tensorflow as tf
    from tensorflow.python.framework.config import disable_op_determinism

    tf.config.experimental.enable_op_determinism()
    try:
        yield
    finally:
        disable_op_determinism()
