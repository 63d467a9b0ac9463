"""Gradients to clip, limits, and an optimizer that shows what it uses of them."""

from hypothesis import strategies as st

from claims.common.updates import KERNEL, updated_by


def limits():
    return st.sampled_from([0.5, 1.0, 4.0])


def norms():
    """Two norms, one above every limit, one below every limit."""
    long = st.integers(50, 300).map(lambda k: k / 10)
    return st.tuples(long, st.integers(1, 40).map(lambda k: k / 100))


def sgd(sizes=(KERNEL, 4), **clipping):
    """A kernel and a vector of zeros, whose update is minus the gradient SGD uses."""
    return updated_by("SGD", sizes, learning_rate=1.0, **clipping)
