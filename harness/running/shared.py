"""Models and layers that checks share, since building and compiling them is slow."""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from functools import partial, wraps
from typing import Any, TypeVar, cast

from harness.evidence.seeds import own_seed
from harness.stack.libraries import backend

KEPT = 12  # faults whose models are kept, the last ones: memory has an end

Built = dict[Any, tuple[Any, list[Callable[[], Any]]]]
_built: Built = {}
_under_faults: OrderedDict[Hashable, Built] = OrderedDict()

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
            _built[key] = (made, [_restorer(v) for v in _state(made)])
        made, restorers = _built[key]
        for restore in restorers:
            restore()
        if getattr(made, "_compile_metrics", None):  # built with the first data
            made.reset_metrics()
        return made

    return cast("Build", fetch)


@contextlib.contextmanager
def apart(fault: Hashable) -> Iterator[None]:
    """Within, only what was built under this fault is shared.

    A trace made before the fault would not see it, one made under it would keep it: no
    object passes from one side to the other.
    """
    global _built
    outside, _built = _built, _under_faults.setdefault(fault, {})
    _under_faults.move_to_end(fault)
    while len(_under_faults) > KEPT:
        _under_faults.popitem(last=False)
    try:
        yield
    finally:
        _built = outside


def _restorer(variable: Any) -> Callable[[], Any]:
    """A call that sets a Keras variable back to its present value.

    Under TensorFlow it bypasses the conversions of `keras.Variable.assign`, which take
    five times as long as the assignment.
    """
    value = variable.numpy().copy()
    if backend() != "tensorflow":
        return partial(variable.assign, value)
    import tensorflow as tf

    return partial(variable.value.assign, tf.constant(value), read_value=False)


def _state(made: Any) -> list[Any]:
    variables = list(getattr(made, "variables", []))
    optimizer = getattr(made, "optimizer", None)
    if optimizer is not None:
        if not optimizer.built:
            optimizer.build(made.trainable_variables)
        variables += optimizer.variables
    return variables + list(getattr(made, "metrics_variables", []))
