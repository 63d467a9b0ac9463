"""Which libraries on which device: the stack that evidence belongs to."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import os
import platform
import sys
from importlib import metadata

Stack = dict[str, str | None]
"""Versions by library (python, keras, tensorflow, torch, jax, numpy), then backend,
device and gpu; None for what is not there."""
BACKENDS = ("tensorflow", "torch", "jax")
_LIBRARIES = ("keras", "tensorflow", "torch", "jax", "numpy")


def backend() -> str:
    """The Keras backend of this process."""
    return os.environ.get("KERAS_BACKEND") or "tensorflow"


def missing_backend() -> str | None:
    """A sentence if the backend that was asked for cannot run here, else None.

    Without Keras there is nothing that needs one: claims may be about something else.
    """
    asked = backend()
    if asked not in BACKENDS:
        return (
            f"KERAS_BACKEND={asked} is no backend of this audit: "
            f"use one of {', '.join(BACKENDS)}."
        )
    if importlib.util.find_spec("keras") and not importlib.util.find_spec(asked):
        there = [name for name in BACKENDS if importlib.util.find_spec(name)]
        return (
            f"the backend {asked} is not installed; installed here: "
            f"{', '.join(there) or 'none'}. Install the package {asked}, or set "
            "KERAS_BACKEND to one that is."
        )
    return None


def load_triton_first() -> None:
    """Import triton, if a CUDA build of torch brought it, before TensorFlow comes.

    TensorFlow 2.20 and later put their LLVM into the global symbol table. Triton 3.7,
    which torch imports with its first optimizer, then crashes the process
    (tensorflow/tensorflow#124205).
    """
    with contextlib.suppress(ImportError):
        importlib.import_module("triton")


def describe(device: str) -> Stack:
    """Versions, backend and device, without importing any of the libraries."""
    return {
        "python": platform.python_version(),
        **{library: version(library) for library in _LIBRARIES},
        "backend": backend(),
        "device": device,
        "gpu": None,
    }


def sentence(stack: Stack) -> str:
    """The stack on one line."""
    names = ("python", "keras", "tensorflow", "torch", "jax", "numpy")
    versions = ", ".join(f"{n} {stack[n]}" for n in names if stack.get(n))
    return f"{versions}; backend {stack['backend']}, device {stack['device']}"


def version(library: str) -> str | None:
    """What the library says of itself, or until it is imported, what its package says.

    Packages have other names than what they install (tensorflow-cpu, keras-nightly),
    and two of them may have written over one another.
    """
    said = getattr(sys.modules.get(library), "__version__", None)
    if said:
        return str(said)
    return _installed(library)


@functools.cache
def _installed(library: str) -> str | None:
    with contextlib.suppress(metadata.PackageNotFoundError):
        return metadata.version(library)
    if importlib.util.find_spec(library) is None:
        return None
    packages = metadata.packages_distributions().get(library, [])
    return metadata.version(packages[0]) if packages else None
