"""Models and layers that checks share, since building and compiling them is slow."""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from functools import partial, wraps
from typing import Any, TypeVar, cast

from harness.evidence.seeds import own_seed
from harness.stack.keras_internals import is_built, tensor_of, variables_of
from harness.stack.libraries import backend

KEPT = 12  # faults whose models are kept, the last ones: memory has an end

Built = dict[Any, "Kept"]
_built: Built = {}
_under_faults: OrderedDict[Hashable, Built] = OrderedDict()

Build = TypeVar("Build", bound=Callable[..., Any])


def shared(build: Build) -> Build:
    """Build once per arguments; later calls return it as it was when it was new.

    Set back at each call are its variables, its optimizer's and its metrics', and so
    the seed generators of its layers; and the plain settings (numbers, words, switches)
    of the object, its layers and its optimizer; a model that a check compiled with
    another optimizer is built again. What else a check changes (a layer put in, a list
    written to) is not seen: such a check builds its own. What the builder draws follows
    from the run's seed and its arguments, not from the check that comes first.
    """

    @wraps(build)
    def fetch(*args: Any) -> Any:
        key = (build, args)
        if key not in _built or _built[key].compiled_again():
            with own_seed("shared", build.__qualname__, repr(args)):
                _built[key] = Kept(build(*args))
        return _built[key].as_new()

    return cast("Build", fetch)


class Kept:
    """An object that a builder returned, and how to make it new again.

    Compiled metrics get their variables with the first data that the model sees, and
    others when it is compiled again: the model sets new ones back by itself, once.
    """

    def __init__(self, made: Any) -> None:
        self.made = made
        self.optimizer = getattr(made, "optimizer", None)
        self.restorers = [_restorer(v) for v in _state(made)]
        self.settings = [(part, _settings(part)) for part in _parts(made)]
        self.metrics: list[Any] = []
        self.metric_restorers: list[Callable[[], Any]] = []

    def compiled_again(self) -> bool:
        """Whether the model has another optimizer than when it was new."""
        return getattr(self.made, "optimizer", None) is not self.optimizer

    def as_new(self) -> Any:
        """The object, with its state and its settings set back."""
        for part, settings in self.settings:
            for name, value in settings.items():
                if getattr(part, name) != value:
                    setattr(part, name, value)
        for restore in (*self.restorers, *self.metric_restorers):
            restore()
        metrics = getattr(self.made, "metrics_variables", [])
        if [*map(id, metrics)] != [*map(id, self.metrics)]:
            self.made.reset_metrics()
            self.metrics = metrics
            self.metric_restorers = [_restorer(v) for v in metrics]
        return self.made


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

    Under TensorFlow it is the bare operation: the conversions of
    `keras.Variable.assign` take ten times as long, those of `tf.Variable` twice.
    """
    value = variable.numpy().copy()
    if backend() != "tensorflow":
        return partial(variable.assign, value)
    import tensorflow as tf

    assign, handle = tf.raw_ops.AssignVariableOp, tensor_of(variable).handle
    return partial(assign, resource=handle, value=tf.constant(value))


def _parts(made: Any) -> Iterator[Any]:
    """The object, its optimizer, its layers and theirs."""
    yield made
    if getattr(made, "optimizer", None) is not None:
        yield made.optimizer
    for layer in getattr(made, "layers", []):
        yield from _parts(layer)


def _settings(part: Any) -> dict[str, Any]:
    """Public attributes that hold a plain value, and whether it is trainable.

    `built` stays as it is: variables that are there cannot be made again.
    """
    plain = (bool, int, float, str, type(None))
    found = {
        name: value
        for name, value in getattr(part, "__dict__", {}).items()
        if not name.startswith("_") and isinstance(value, plain) and name != "built"
    }
    if hasattr(part, "trainable"):
        found["trainable"] = part.trainable
    return found


def _state(made: Any) -> list[Any]:
    variables = [made] if hasattr(made, "numpy") else []
    variables += list(getattr(made, "variables", []))
    optimizer = getattr(made, "optimizer", None)
    if optimizer is not None:
        if not is_built(optimizer):
            optimizer.build(made.trainable_variables)
        variables += variables_of(optimizer)
    return variables
