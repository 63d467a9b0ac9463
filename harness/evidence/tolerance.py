"""How far rounding alone may carry a result: from the number format and the work."""

import numpy as np

from harness.stack.arrays import Array

_UNIT_ROUNDOFF = {"float64": 2.0**-53, "float32": 2.0**-24, "float16": 2.0**-11}
_UNIT_ROUNDOFF["bfloat16"] = 2.0**-8


def unit_roundoff(dtype: str) -> float:
    """u, half the distance from 1 to the next number of the format."""
    return _UNIT_ROUNDOFF[dtype]


def gamma(operations: int, dtype: str = "float32") -> float:
    """gamma_n = n u / (1 - n u), the relative error of n roundings in a row.

    Higham, Accuracy and Stability of Numerical Algorithms (2002), Lemma 3.1. A sum of
    n terms errs by at most gamma_{n-1} times the sum of their magnitudes (eq. 4.4).
    An elementary function (exp, cos, sqrt) counts as 4 operations: libraries promise
    a few units in the last place. Raises ValueError if n u is not below 1.
    """
    product = operations * unit_roundoff(dtype)
    if product >= 1:
        raise ValueError(f"{operations} operations exhaust the precision of {dtype}")
    return product / (1 - product)


def trajectory_gap(narrow: Array, wide: Array) -> float:
    """Tolerance of a trajectory over many steps: 8 times the oracle's own gap.

    narrow, wide: the same NumPy oracle in the format under test and in a wider one.
    The gap is the largest over all steps and elements, at least one rounding.
    """
    gap = float(np.max(np.abs(narrow.astype(wide.dtype) - wide)))
    one_rounding = unit_roundoff(narrow.dtype.name) * float(np.max(np.abs(wide)))
    return 8 * max(gap, one_rounding)


def rounding_interval(printed: str) -> tuple[float, float]:
    """The numbers that print as `printed`: 0.000541 is [0.0005405, 0.0005415]."""
    digits = printed.replace(",", "")
    mantissa, _, exponent = digits.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    half = 0.5 * 10.0 ** (int(exponent or 0) - decimals)
    return float(digits) - half, float(digits) + half
