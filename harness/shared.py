"""Models and layers that checks share, since building and compiling them is slow."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from harness.properties import own_seed

_built: dict[Any, tuple[Any, list[tuple[Any, Any]]]] = {}

Build = TypeVar("Build", bound=Callable[..., Any])


def shared(build: Build) -> Build:
    """Build once per arguments; later calls return it as it was when it was new.

    All state that the object names (`variables`, its optimizer's and its metrics'
    variables, and so the seed generators of its layers) is set back at each call, so
    that examples cannot influence one another. What the builder draws follows from the
    run's seed and its arguments, not from the check that happens to come first.
    """

    @wraps(build)
    def fetch(*args: Any) -> Any:
        key = (build, args)
        if key not in _built:
            with own_seed("shared", build.__qualname__, repr(args)):
                made = build(*args)
            _built[key] = (made, [(v, v.numpy().copy()) for v in _state(made)])
        made, snapshot = _built[key]
        for variable, value in snapshot:
            variable.assign(value)
        return made

    return fetch  # type: ignore[return-value]


def forget() -> None:
    """Drop all shared objects together with their compiled functions."""
    _built.clear()


def _state(made: Any) -> list[Any]:
    variables = list(getattr(made, "variables", []))
    optimizer = getattr(made, "optimizer", None)
    if optimizer is not None:
        if not optimizer.built:
            optimizer.build(made.trainable_variables)
        variables += optimizer.variables
    return variables + list(getattr(made, "metrics_variables", []))
