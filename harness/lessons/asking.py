"""One process that has the libraries imported, and what it answered before, on disk."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import subprocess
import sys
from pathlib import Path
from threading import Timer
from typing import Any

from harness.errors import InputError
from harness.evidence.store import write_atomically
from harness.lessons import library

SECONDS = 60.0
"""How long one answer may take, the import of the libraries included."""
_PACKAGES = ("keras", "tensorflow", "tensorflow-cpu", "torch", "keras-tuner", "numpy")


class NoAnswer(InputError):
    """The libraries could not be asked, in one sentence."""


class Libraries:
    """Answers questions from the cache, or from a process that is started for the first
    one that is new; a process that hangs or dies leaves its question unanswered."""

    def __init__(self, cache: Path | None = None) -> None:
        self._path = (cache or _cache_folder()) / f"{_stack_key()}.json"
        self._known: dict[str, Any] = _read(self._path)
        self._lost: set[str] = set()
        self._asked: subprocess.Popen[str] | None = None
        self._new = False

    def ask(self, **question: Any) -> dict[str, Any]:
        """The answer to a question of `library.py`; {} if there is none."""
        key = json.dumps(question, sort_keys=True)
        if key in self._lost:
            return {}
        if key not in self._known:
            answer = self._answer(key)
            if answer is None:
                self._lost.add(key)
                return {}
            self._known[key] = answer
            self._new = True
        found: dict[str, Any] = self._known[key]
        return found

    def close(self) -> None:
        """Store what is new, and end the process."""
        self._end()
        if self._new:
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                write_atomically(self._path, json.dumps(self._known))
            except OSError:
                return  # a cache that cannot be written costs time only

    def _answer(self, question: str) -> dict[str, Any] | None:
        """None if the process was killed or died, which another time it may not."""
        process = self._process()
        assert process.stdin and process.stdout
        timer = Timer(SECONDS, process.kill)
        timer.start()
        try:
            process.stdin.write(question + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except OSError:
            line = ""
        finally:
            timer.cancel()
        if not line:
            self._end()
            return None
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _end(self) -> None:
        """Kill the process, and close its pipes."""
        if self._asked:
            with self._asked as process:
                process.kill()
            self._asked = None

    def _process(self) -> subprocess.Popen[str]:
        if self._asked is None:
            try:
                self._asked = subprocess.Popen(
                    [sys.executable, "-m", "harness.lessons.library"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    text=True,
                )
            except OSError as error:
                raise NoAnswer(f"the libraries cannot be asked: {error}") from None
        return self._asked


def _stack_key() -> str:
    """The installed versions, and what asks them, in a name."""
    found = [Path(library.__file__).read_text("utf-8")]
    for package in _PACKAGES:
        try:
            found.append(f"{package}={importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return hashlib.sha256(" ".join(found).encode()).hexdigest()[:16]


def _cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "regularization-audit"


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
