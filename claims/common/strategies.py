"""What property checks draw, by meaning and within sane magnitudes."""

from __future__ import annotations

from hypothesis import strategies as st


def dropout_rates(lowest: float = 0.05, highest: float = 0.95) -> st.SearchStrategy:
    """Rates in steps of 0.01; the steps let exact bounds be computed once each."""
    return st.integers(round(100 * lowest), round(100 * highest)).map(lambda k: k / 100)


def seeds() -> st.SearchStrategy:
    """Integers that make examples distinct where the other draws are few."""
    return st.integers(0, 2**20)


def strengths() -> st.SearchStrategy:
    """Regularization factors from 1e-4 to 0.5, spread over the magnitudes."""
    return st.builds(lambda m, e: m * 10.0**e, st.integers(1, 5), st.integers(-4, -1))


def learning_rates() -> st.SearchStrategy:
    """Learning rates from 1e-4 to 0.5, spread over the magnitudes."""
    return strengths()
