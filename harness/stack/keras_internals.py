"""What Keras has no public name for; `tests/test_internals.py` says when it is gone."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator, Mapping
from typing import Any

_SESSION = ("GLOBAL_STATE_TRACKER", "GLOBAL_SETTINGS_TRACKER")
"""What `clear_session` replaces; the second one is there until Keras 3.15."""


def forget_seed_generator() -> None:
    """Keras makes its generator of seeds anew, from Python's generator as it is now."""
    state = _global_state()
    if state is not None:
        state.set_global_attribute("global_seed_generator", None)


@contextlib.contextmanager
def own_session() -> Iterator[None]:
    """Keras' global state, put back afterwards as it was."""
    state = _global_state()
    before = {name: vars(state)[name] for name in _SESSION if hasattr(state, name)}
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(state, name, value)


def _global_state() -> Any:
    """The module of Keras' global state; None in Keras 2, which draws each seed from
    Python's generator and keeps its state in TensorFlow's graph."""
    try:
        return importlib.import_module("keras.src.backend.common.global_state")
    except ModuleNotFoundError:
        return None


def tensor_of(variable: Any) -> Any:
    """What holds a variable's value; in Keras 2 a variable is TensorFlow's own."""
    return variable if callable(variable.value) else variable.value


def name_of(variable: Any) -> str:
    """Its name; that of Keras 2 ends in the number of an output."""
    return str(variable.name).partition(":")[0]


def is_built(optimizer: Any) -> bool:
    """Whether it has its variables; in Keras 2 building it again changes nothing."""
    return bool(getattr(optimizer, "built", False))


def regularize(layer: Any, weight: str, regularizer: Any) -> None:
    """The weight of a built layer has this regularizer, or none, from now on.

    Keras 3 asks the variable for its regularizer, Keras 2 keeps a call for each.
    """
    variable = getattr(layer, weight)
    if not hasattr(layer, "_callable_losses"):
        variable.regularizer = regularizer
        return
    calls = layer._callable_losses
    calls[:] = [call for call in calls if call.args[0].args[0] is not variable]
    if regularizer is not None:
        layer._handle_weight_regularization(weight, variable, regularizer)


def variables_of(optimizer: Any) -> list[Any]:
    """Its variables and its learning rate, which Keras 2 keeps apart from them."""
    variables = list(optimizer.variables)
    rate = getattr(optimizer, "_learning_rate", None)
    if hasattr(rate, "assign") and all(rate is not known for known in variables):
        variables.append(rate)
    return variables


def rate_in(log: Mapping[str, Any]) -> Any:
    """The learning rate that a callback has logged; Keras 2 calls it lr."""
    return log.get("learning_rate", log.get("lr"))


def choose_backend(name: str) -> None:
    """Choose the backend of this name as importing Keras with it does.

    The names of the backend that is in use stay as they are. Raises what Keras raises.
    """
    import runpy

    from keras.src import backend
    from keras.src.backend import config

    before = config._BACKEND
    config._BACKEND = name
    try:
        runpy.run_path(backend.__file__)
    finally:
        config._BACKEND = before
