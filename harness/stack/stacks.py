"""The stacks that a project measures its claims on: `stacks.toml` beside `claims/`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import Version

from harness.errors import InputError
from harness.stack.libraries import BACKENDS, Stack

FILE = "stacks.toml"
_PACKAGES = {"tensorflow-cpu": "tensorflow", "keras-nightly": "keras"}
"""Packages whose library has another name."""
Series = tuple[int, int]
"""The first two numbers of a version: a release with all that only mends it."""


class BadStacks(InputError):
    """What is wrong with `stacks.toml`, in one sentence."""


@dataclass(frozen=True)
class Stacks:
    """Versions by library of each stack; the first one is what claims are written for.

    required: the same as it is written there, by packages.
    Without a file nothing is known, and every version counts as measured.
    """

    measured: tuple[dict[str, Series], ...] = ()
    required: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def of(cls, root: Path) -> Stacks:
        """Those of the project in this folder. Raises BadStacks."""
        path = root / FILE
        if not path.is_file():
            return cls()
        try:
            tables = tomllib.loads(path.read_text("utf-8"))["stack"]
            required = tuple(tuple(table["requires"]) for table in tables)
            return cls(tuple(map(_versions, required)), required)
        except (ValueError, KeyError, TypeError, InvalidRequirement) as error:
            raise BadStacks(
                f"{path} cannot be used ({error}): each [[stack]] has a name and a "
                'list `requires` such as ["keras==3.8.0"].'
            ) from None

    def unmeasured(self, stack: Stack) -> list[str]:
        """A sentence for each library whose version lies outside of what was measured:
        below the oldest stack's, or above the newest one's. JAX counts as a backend."""
        found = []
        for library in sorted({library for m in self.measured for library in m}):
            if library == "jax" != stack["backend"]:
                continue
            known = sorted({m[library] for m in self.measured if library in m})
            version = stack.get(library)
            if known and version and not known[0] <= series(version) <= known[-1]:
                found.append(
                    f"{library} {version} was not measured ({_said(known[0])} to "
                    f"{_said(known[-1])} were): differences are new, not failures"
                )
        return found

    def elsewhere(self, stack: Stack) -> frozenset[str]:
        """The libraries of another version than the one that claims are written for."""
        first = self.measured[0] if self.measured else {}
        return frozenset(
            library
            for library, known in first.items()
            if (version := stack.get(library)) and series(version) != known
        )


def around(stacks: Stacks, version: str) -> list[str]:
    """What a release of Keras is installed with: the rest of the newest stack whose
    Keras is no newer, or of the oldest one. Raises BadStacks without any stack."""
    known = [
        (measured["keras"], required)
        for measured, required in zip(stacks.measured, stacks.required)
        if any(Requirement(text).name == "keras" for text in required)
    ]
    if not known:
        raise BadStacks(f"{FILE} names no stack with Keras, so none can be installed.")
    older = [pair for pair in known if pair[0] <= series(version)]
    _, required = max(older or [min(known)], key=lambda pair: pair[0])
    others = [text for text in required if Requirement(text).name != "keras"]
    return [f"keras=={version}", *others]


def series(version: str) -> Series:
    """`3.16.0.dev2026102704` is of 3.16."""
    release = (*Version(version).release, 0)
    return release[0], release[1]


def of_other_versions(condition: str) -> bool:
    """Whether what means a stack is a range of versions, and no backend: corrections
    are written for all backends, and for the newest versions only."""
    return condition not in BACKENDS


def applies(condition: str, stack: Stack) -> bool:
    """Whether a stack is meant by a backend's name, or by versions (`keras<3.9`).

    A pre-release counts as the release that it comes before. Raises BadStacks.
    """
    if condition in BACKENDS:
        return condition == stack["backend"]
    try:
        asked = Requirement(condition)
        name, versions = asked.name, asked.specifier
    except InvalidRequirement:
        name, versions = condition, None
    if not versions or name not in stack:
        raise BadStacks(
            f"{condition!r} names no versions: write a backend, or a library with "
            "versions such as 'keras<3.9'."
        )
    version = stack[name]
    return version is not None and versions.contains(Version(version).base_version)


def _versions(requires: Iterable[Any]) -> dict[str, Series]:
    found = {}
    for text in requires:
        asked = Requirement(text)
        (exact,) = asked.specifier
        found[_PACKAGES.get(asked.name, asked.name)] = series(exact.version)
    return found


def _said(known: Series) -> str:
    return ".".join(map(str, known))
