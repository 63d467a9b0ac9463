"""Deliberate defects of a library, to show that a check can fail.

A fault patches an attribute of Keras, TensorFlow, torch or KerasTuner, never of ours.
"""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from typing import Any

import pytest

from harness.running import shared
from harness.stack.places import owner_and_name

_active: ContextVar[Fault | None] = ContextVar("active", default=None)
Function = Callable[..., Any]
Change = Callable[[Any], Any]


class NotInstalled(Exception):
    """A fault patches something that this version of the library does not have."""


@dataclass(frozen=True)
class Fault:
    """A named defect; `install` puts it in through a `pytest.MonkeyPatch`.

    place: what it replaces, if that is all that it does.
    """

    name: str
    does: str
    install: Callable[[pytest.MonkeyPatch], None]
    place: str | None = None

    @contextlib.contextmanager
    def active(self) -> Iterator[None]:
        """The library with this defect, and without it again afterwards; shared models
        and their traces stay apart. Raises NotInstalled."""
        with shared.apart(self), pytest.MonkeyPatch.context() as patch:
            try:
                self.install(patch)
            except Exception as error:  # of any kind: a fault is a claim's code
                raise NotInstalled(f"it cannot be put in: {error}") from error
            token = _active.set(self)
            try:
                yield
            finally:
                _active.reset(token)


def active() -> Fault | None:
    """The fault that the library has now; trainings have it in their own processes."""
    return _active.get()


def fault(install: Callable[[pytest.MonkeyPatch], None]) -> Fault:
    """A fault from a function; its docstring's first line says what it does."""
    does = (install.__doc__ or "").strip().split("\n")[0]
    if not does:
        raise ValueError(f"fault {install.__name__} needs a docstring")
    return Fault(install.__name__, does, install)


def replaced(place: str, by: Change, *, name: str, does: str) -> Fault:
    """`module:Class.attribute` is replaced by `by(original)`."""

    def install(patch: pytest.MonkeyPatch) -> None:
        owner, attribute = owner_and_name(place)
        original = vars(owner).get(attribute, getattr(owner, attribute))
        patch.setattr(owner, attribute, by(original))

    return Fault(name, does, install, place)


def output_times(place: str, factor: float) -> Fault:
    """What the function at `place` returns is multiplied by `factor`."""

    def by(original: Function) -> Function:
        @wraps(original)
        def scaled(*args: Any, **kwargs: Any) -> Any:
            return original(*args, **kwargs) * factor

        return scaled

    name = f"{_short(place)} x {factor:g}"
    return replaced(
        place, by, name=name, does=f"{_short(place)} returns {factor:g} times its value"
    )


def argument(place: str, parameter: str, change: Change, *, does: str) -> Fault:
    """The call at `place` sees `change(value)` for its parameter `parameter`."""

    def by(original: Function) -> Function:
        signature = inspect.signature(original)

        @wraps(original)
        def changed(*args: Any, **kwargs: Any) -> Any:
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            bound.arguments[parameter] = change(bound.arguments[parameter])
            return original(*bound.args, **bound.kwargs)

        return changed

    return replaced(place, by, name=f"{_short(place)}: {does}", does=does)


def constructor(layer: str, parameter: str, change: Change, *, does: str) -> Fault:
    """The layer at `module:Class` takes `change(value)` for its `parameter`.

    Keras inspects the constructor of a layer that it creates and needs a `self` there,
    which `argument` does not have.
    """

    def by(original: Function) -> Function:
        signature = inspect.signature(original)

        def changed(self: Any, *args: Any, **kwargs: Any) -> None:
            bound = signature.bind(self, *args, **kwargs)
            bound.apply_defaults()
            bound.arguments[parameter] = change(bound.arguments[parameter])
            original(*bound.args, **bound.kwargs)

        return changed

    name = f"{_short(layer)}: {does}"
    return replaced(f"{layer}.__init__", by, name=name, does=does)


def result(place: str, change: Change, *, does: str) -> Fault:
    """The call at `place` returns `change(value)` in place of its value."""

    def by(original: Function) -> Function:
        @wraps(original)
        def changed(*args: Any, **kwargs: Any) -> Any:
            return change(original(*args, **kwargs))

        return changed

    return replaced(place, by, name=f"{_short(place)}: {does}", does=does)


def figure(figures: dict[str, Any], name: str, value: Any) -> Fault:
    """The document's figure `name` reads `value`; for claims about its arithmetic."""
    does = f"{name} reads {value}"
    return Fault(does, does, lambda patch: patch.setitem(figures, name, value))


def _short(place: str) -> str:
    return place.partition(":")[2]
