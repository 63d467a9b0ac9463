"""Which accelerators are there, and how correctness is kept on them."""

from __future__ import annotations

import os

from harness.stack import backend


def gpu_problem() -> str | None:
    """A sentence if the backend of this process sees no GPU, else None."""
    if _gpu_count():
        return None
    return (
        f"--device gpu: the backend {backend()} sees no GPU here; "
        "use --device cpu, or install its CUDA build (see the README)."
    )


def _gpu_count() -> int:
    if backend() == "torch":
        import torch

        return torch.cuda.device_count()
    if backend() == "jax":
        import jax

        return sum(device.platform == "gpu" for device in jax.devices())
    import tensorflow as tf

    return len(tf.config.list_physical_devices("GPU"))


def forbid_tf32() -> None:
    """Full float32 products in every backend: TF32 alone would refute true claims."""
    os.environ["NVIDIA_TF32_OVERRIDE"] = "0"
    os.environ["JAX_DEFAULT_MATMUL_PRECISION"] = "highest"
