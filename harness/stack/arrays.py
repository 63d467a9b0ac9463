"""Tensors of any library as plain NumPy arrays."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Plain = float | str | None | list["Plain"]
"""A measured, expected or drawn value as JSON can hold it."""


def as_array(value: Any) -> Array:
    """`value` (Keras, TensorFlow, torch, JAX or Python) as a NumPy array.

    bfloat16, which NumPy cannot compare with others, becomes float32 (exactly).
    """
    if hasattr(value, "detach"):
        value = value.detach().cpu()
        if "bfloat16" in str(value.dtype):
            value = value.float()
    if hasattr(value, "numpy"):
        value = value.numpy()
    array = np.asarray(value)
    if array.dtype.kind == "V" and array.dtype.name == "bfloat16":
        return array.astype("float32")
    return array


def plain(value: Any) -> Plain:
    """`value` for the evidence: a number, a string, or a flat list of these.

    Longer lists are cut after 12 items; numbers that JSON cannot hold become strings.
    """
    if isinstance(value, str) or value is None:
        return value
    if isinstance(value, (list, tuple, np.ndarray)) or hasattr(value, "shape"):
        flat = as_array(value).ravel().tolist()
        if np.ndim(as_array(value)) == 0:
            return plain(flat[0])
        return [plain(item) for item in flat[:12]] + (["…"] if len(flat) > 12 else [])
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        number = float(value)
        return number if np.isfinite(number) else str(number)
    return str(value)
