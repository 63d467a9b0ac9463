"""Backends that Keras had once."""

from hypothesis import strategies as st

from claims.code import faults
from harness import REFUTED, claim, given, judge, public
from harness.stack.keras_internals import choose_backend

runs_on_theano_and_cntk = claim(
    "code.runs-on-theano-and-cntk",
    says="Keras runs on Theano and on CNTK.",
    sources=[
        public(
            "https://github.com/keras-team/keras/blob/2.3.1/README.md",
            "Keras runs on TensorFlow, on CNTK or on Theano",
        )
    ],
    verdict=REFUTED,
    severity="lesson",
    instead="Keras 3 runs on neither Theano nor CNTK: importing it with one of them as "
    "its backend ends in a ValueError.",
    explained_by="keras.src.backend.config:backend",
    faults=[faults.any_backend_is_tensorflow],
)
old_backends = st.sampled_from(["theano", "cntk"])


@runs_on_theano_and_cntk.as_worded
@given(name=old_backends)
def test_keras_is_imported_with_it(name):
    """What importing Keras does to choose its backend runs to its end."""
    judge.runs(lambda: choose_backend(name), what="import")


@runs_on_theano_and_cntk.instead
@given(name=old_backends)
def test_keras_refuses_it(name):
    """A ValueError."""
    judge.raises(ValueError, lambda: choose_backend(name), what="import")
