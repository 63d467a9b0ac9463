"""Defects of layers that see another argument than the one they were given."""

import inspect
from collections.abc import Callable
from typing import Any

from harness.faults import Fault, replaced


def constructor(
    layer: str, parameter: str, change: Callable[[Any], Any], *, does: str
) -> Fault:
    """The layer at `module:Class` takes `change(value)` for its `parameter`.

    Keras inspects the constructor of a layer that it creates and needs a `self` there,
    which `harness.faults.argument` does not have.
    """

    def by(original: Callable) -> Callable:
        signature = inspect.signature(original)

        def changed(self: Any, *args: Any, **kwargs: Any) -> None:
            bound = signature.bind(self, *args, **kwargs)
            bound.apply_defaults()
            bound.arguments[parameter] = change(bound.arguments[parameter])
            original(*bound.args, **bound.kwargs)

        return changed

    name = f"{layer.partition(':')[2]}: {does}"
    return replaced(f"{layer}.__init__", by, name=name, does=does)
