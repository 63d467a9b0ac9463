"""In which versions of a library a public name was there, and a call had a parameter.

The index is made by `wheels.py`, from wheels that are read and never run.
"""

from __future__ import annotations

import ast
import gzip
import json
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import resources
from typing import Any

FILE = "years.json.gz"


def until(name: str) -> tuple[str, str] | None:
    """The last version that has a name, or a method, and the next one, which lacks it;
    None if no version of the index has it, or the newest does."""
    there = _span(name)
    return _left(_library(name)["versions"], there[1]) if there else None


def had(name: str, parameter: str) -> tuple[str, str] | None:
    """The last version in which a call names the parameter, and the next one."""
    own = _library(name)
    last = [
        end
        for _, end, text in own["calls"].get(name, ())
        if parameter in _parameters(text)
    ]
    return _left(own["versions"], max(last)) if last else None


def _left(versions: list[str], last: int) -> tuple[str, str] | None:
    return None if last == len(versions) - 1 else (versions[last], versions[last + 1])


@cache
def _parameters(text: str) -> set[str]:
    tree = ast.parse(f"lambda {text}: 0", mode="eval").body
    return {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}


def together(names: Iterable[str]) -> tuple[str, str] | None:
    """The first and the last version of Keras that has all of these names and methods,
    as far as the index knows them; None if it knows none, or no version has all."""
    spans = list(filter(None, map(_span, names)))
    if not spans:
        return None
    first, last = max(s[0] for s in spans), min(s[1] for s in spans)
    versions = _index()["keras"]["versions"]
    return (versions[first], versions[last]) if first <= last else None


def is_newest(version: str) -> bool:
    """Whether the index has no later version of Keras."""
    return bool(version == _index()["keras"]["versions"][-1])


def _span(name: str) -> tuple[int, int] | None:
    """The first and the last version, by number, that has a name or a method."""
    own = _library(name)
    if name in own["names"]:
        first, last = own["names"][name]
        return first, last
    calls = own["calls"].get(name)
    return (calls[0][0], calls[-1][1]) if calls else None


def methods(name: str) -> Iterator[str]:
    """Those that any version of the index has for a class."""
    for call in _library(name)["calls"]:
        if call.startswith(f"{name}."):
            yield call[len(name) + 1 :]


def _library(name: str) -> dict[str, Any]:
    top = name.partition(".")[0]
    found = _index().get("keras" if top == "tensorflow" else top)
    return found or {"versions": [], "names": {}, "calls": {}}


@cache
def _index() -> dict[str, dict[str, Any]]:
    data = resources.files("harness.lessons").joinpath(FILE).read_bytes()
    found: dict[str, dict[str, Any]] = json.loads(gzip.decompress(data))
    return found
