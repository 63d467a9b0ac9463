"""An end in time for code that may have none, such as a search under a fault."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator


class NoEnd(BaseException):
    """No `Exception`: libraries catch these, and would go on."""


@contextlib.contextmanager
def bounded(seconds: float | None) -> Iterator[None]:
    """Raise NoEnd when what is inside takes longer; only the main thread can."""
    if seconds is None or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        raise NoEnd(f"not within {seconds:g} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
