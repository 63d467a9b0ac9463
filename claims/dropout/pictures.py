"""A picture of how many units are dropped."""

import numpy as np
from scipy import stats

from harness import judge
from harness.evidence import pictures


def dropped_units(counts: np.ndarray, rate: float) -> None:
    """Counts of zeros in rows of 16 units, beside their law."""
    exact = stats.binom(16, rate).pmf(np.arange(17))
    judge.picture(
        f"How many of the 16 units of a row Dropout({rate:.2g}) sets to zero: the "
        f"shares in {counts.size} rows lie on the law Binomial(16, {rate:.2g}).",
        lambda: pictures.law(counts, exact, x="units of a row that are zero"),
    )
