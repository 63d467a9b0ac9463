"""Tolerances follow from the format and the work."""

import numpy as np
import pytest

from harness.evidence.tolerance import (
    gamma,
    rounding_interval,
    trajectory_gap,
    unit_roundoff,
)


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_unit_roundoff_is_half_an_ulp_of_one(dtype):
    """u is half of NumPy's eps."""
    assert unit_roundoff(dtype) == np.finfo(dtype).eps / 2


def test_gamma_bounds_the_error_of_a_long_sum():
    """A float32 sum of n terms errs by less than gamma_{n-1} times their magnitudes."""
    x = np.random.default_rng(0).normal(size=1_000).astype("float32")
    total = np.float32(0)
    for term in x:
        total += term

    exact = x.astype("float64").sum()

    assert abs(total - exact) <= gamma(999) * np.abs(x).sum()


def test_gamma_refuses_more_work_than_the_format_carries():
    """float16 has no precision left after 2048 roundings."""
    with pytest.raises(ValueError, match="exhaust"):
        gamma(3_000, "float16")


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("0.000541", 0.0005405, 0.0005415),
        ("1,856", 1855.5, 1856.5),
        ("1.0000e-03", 0.00099995, 0.00100005),
        ("352", 351.5, 352.5),
    ],
)
def test_a_printed_number_is_an_interval(text, low, high):
    """The interval holds what rounds to the printed digits."""
    assert rounding_interval(text) == pytest.approx((low, high))


def test_a_trajectory_may_err_by_eight_gaps():
    """Tolerance is 8 times the largest gap of the oracle in two formats."""
    wide = np.array([1.0, 2.0])
    narrow = np.array([1.0, 2.5], "float32")

    assert trajectory_gap(narrow, wide) == 4.0
