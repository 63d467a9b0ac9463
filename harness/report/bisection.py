"""In which release of Keras did a claim's verdict become another one?"""

from __future__ import annotations

import ast
import difflib
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.version import Version

from harness.errors import InputError
from harness.evidence import record
from harness.evidence.lines import JudgedClaim
from harness.evidence.store import read_run
from harness.report.text import number
from harness.stack.stacks import Stacks, around


class NoFlip(InputError):
    """Why no release can be named, in one sentence."""


@dataclass(frozen=True)
class Seen:
    """A claim as one release has it; sources: the objects that explain it, by place."""

    version: str
    claim: JudgedClaim
    sources: dict[str, str]

    @property
    def verdict(self) -> str:
        return self.claim["verdict"]


def search(versions: Sequence[str], see: Callable[[str], Seen]) -> tuple[Seen, Seen]:
    """Two neighbouring releases between which the verdict changes.

    versions: the oldest first. Looks at both ends, then at log2 of them. Raises NoFlip
    if both ends agree: there may be two flips between them.
    """
    if len(versions) < 2:
        raise NoFlip("there are no two releases between --from and --to.")
    low, high = see(versions[0]), see(versions[-1])
    if low.verdict == high.verdict:
        raise NoFlip(
            f"the claim is {low.verdict} in Keras {low.version} and in {high.version}: "
            "name ends whose verdicts differ."
        )
    first, last = 0, len(versions) - 1
    while last - first > 1:
        middle = (first + last) // 2
        seen = see(versions[middle])
        if seen.verdict == low.verdict:
            first, low = middle, seen
        else:
            last, high = middle, seen
    return low, high


def releases(first: str, last: str) -> list[str]:
    """The released versions of Keras from `first` to `last`, oldest first; the end of
    a series ("3.15") is its last release. Asks pip. Raises NoFlip."""
    asked = [sys.executable, "-m", "pip", "index", "versions", "keras"]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    found = re.search(r"^Available versions: (.*)$", answer, re.MULTILINE)
    if not found:
        raise NoFlip("pip does not tell which versions of Keras there are.")
    low, high = Version(first), Version(last)
    every = sorted(map(Version, found[1].split(", ")))
    return [
        str(version)
        for version in every
        if low <= version and version.release[: len(high.release)] <= high.release
    ]


def in_environment(root: Path, id: str) -> Callable[[str], Seen]:
    """Installs a release into the environment for this (nox, uv) and runs the claim."""
    stacks = Stacks.of(root)
    topic = id.partition(".")[0].replace("-", "_")

    def see(version: str) -> Seen:
        reports = root / "reports" / "stacks" / "bisect" / version
        pytest = [f"claims/{topic}", "-q", "-k", id, "--reports", str(reports)]
        call = [sys.executable, "-m", "nox", "-s", "release", "--"]
        call += [*around(stacks, version), "--", *pytest]
        ran = subprocess.run(
            call, cwd=root, capture_output=True, text=True, check=False
        )
        runs = sorted((reports / "runs").glob("*"))
        if ran.returncode or not runs:
            last = (ran.stderr or ran.stdout).strip().splitlines()[-1:]
            raise NoFlip(f"Keras {version} could not be measured: {' '.join(last)}")
        audited = record.audit(read_run(runs[-1]))
        claim = next((c for c in audited["claims"] if c["id"] == id), None)
        if claim is None:
            raise NoFlip(f"no claim has the id {id}; the ids are in audit.json.")
        packages = next((root / ".nox" / "release").glob("lib/python*/site-packages"))
        sources = {place: source(packages, place) for place in claim["explained_by"]}
        return Seen(version, claim, sources)

    return see


def source(packages: Path, place: str) -> str:
    """The text of the class or function that holds `module:Class.attribute`; "" if this
    version does not have it."""
    module, _, name = place.partition(":")
    path = packages / f"{module.replace('.', '/')}.py"
    if not path.is_file():
        return ""
    text = path.read_text("utf-8")
    for node in ast.parse(text).body:
        if getattr(node, "name", None) == name.partition(".")[0]:
            return ast.get_source_segment(text, node) or ""
    return ""


def told(low: Seen, high: Seen) -> Iterator[str]:
    """The release, both evidences, and the changed lines of what explains the claim."""
    yield (
        f"{low.claim['id']}: {low.verdict} until Keras {low.version}, {high.verdict} "
        f"from Keras {high.version}"
    )
    for seen in (low, high):
        yield f"Keras {seen.version}: {seen.verdict}"
        for check in seen.claim["checks"]:
            measured, expected = number(check["measured"]), number(check["expected"])
            yield f"  {check['role']}, {check['test']}: {check['outcome']}"
            yield f"    measured {measured}, expected {expected}"
    for place, before in low.sources.items():
        yield f"what changed in {place}:"
        after = high.sources[place]
        changed = difflib.unified_diff(
            before.splitlines(),
            after.splitlines(),
            low.version,
            high.version,
            "",
            "",
            2,
        )
        yield from (f"  {line.rstrip()}" for line in changed)
