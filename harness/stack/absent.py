"""Names that the installed version of a library does not have, found by asking it."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Collection, Iterator
from types import ModuleType, TracebackType
from typing import Any

from harness.stack.libraries import version

_CANNOT_IMPORT = re.compile(r"cannot import name '(\w+)' from '([\w.]+)'")
_NO_ATTRIBUTE = re.compile(r"module '([\w.]+)' has no attribute '(\w+)'")
_GENERATED = re.compile(r"^keras\.(api\.|src\.)?(_v2\.|_tf_keras\.)?(keras\.)?")
"""Keras' public names live in generated modules, which nobody imports by name."""


class Absent(Exception):
    """What a library does not offer; classified as a missing name is."""

    def __init__(self, library: str, what: str) -> None:
        super().__init__(what)
        self.library = library


@contextlib.contextmanager
def offered(library: str, what: str, refused: type[Exception]) -> Iterator[None]:
    """Within, the library is asked for something that some of its versions refuse.

    Raises Absent with what it is ("threshold of zero in BinaryAccuracy").
    """
    try:
        yield
    except refused as error:
        raise Absent(library, what) from error


def name(error: BaseException | None, libraries: Collection[str]) -> str | None:
    """`no keras.layers.CutMix in keras 3.8.0`, if the error says so of one of these
    libraries; None for every other error, and for one that a library itself runs into.

    Keras raises what a layer's call raises once more, in other words.
    """
    while error is not None:
        if isinstance(error, Absent) and error.library in libraries:
            return f"no {error} in {error.library} {version(error.library)}"
        missing = _missing(error) or ""
        library = missing.partition(".")[0]
        if library in libraries and _raised_in(error.__traceback__) != library:
            return f"no {missing} in {library} {version(library)}"
        error = error.__context__
    return None


def _missing(error: BaseException) -> str | None:
    """The full name that the error says is not there."""
    if isinstance(error, AttributeError) and error.name:
        return f"{_called(error.obj)}.{error.name}"
    if isinstance(error, AttributeError):  # said by a module's own `__getattr__`
        found = _NO_ATTRIBUTE.search(str(error))
        return f"{_public(found[1])}.{found[2]}" if found else None
    if isinstance(error, ModuleNotFoundError):
        return error.name
    if isinstance(error, ImportError):
        found = _CANNOT_IMPORT.search(str(error))
        return f"{_public(found[2])}.{found[1]}" if found else None
    return None


def _called(owner: Any) -> str:
    """The full name of a module, of a class, or of an object's class."""
    if isinstance(owner, ModuleType):
        return _public(owner.__name__)
    kind = owner if isinstance(owner, type) else type(owner)
    return f"{kind.__module__.partition('.')[0]}.{kind.__qualname__}"


def _public(module: str) -> str:
    return _GENERATED.sub("keras.", module)


def _raised_in(traceback: TracebackType | None) -> str | None:
    """The package of the frame that raised, or that asked a module for a name."""
    package = None
    while traceback is not None:
        frame = traceback.tb_frame
        if frame.f_code.co_name != "__getattr__":
            package = str(frame.f_globals.get("__name__")).partition(".")[0]
        traceback = traceback.tb_next
    return package
