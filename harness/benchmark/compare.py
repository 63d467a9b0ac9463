"""`python -m harness.benchmark.compare OLD NEW`: two runs or machines, by ratios.

Absolute times of two machines say nothing; a ratio and its interval travel. Two ratios
differ if their intervals are disjoint.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TypedDict

from harness.benchmark.lines import Measured
from harness.benchmark.report import RATIOS
from harness.errors import InputError

Key = tuple[str, str, str]


class Known(TypedDict):
    """A run's intervals by configuration, configuration and quantity."""

    path: Path
    rows: dict[Key, list[float] | None]
    full: bool | None


class UnreadableResults(InputError):
    """Earlier results that are missing or damaged, said in one sentence."""


def read(run: Path) -> Known:
    """A run's ratios, from its folder or from the file itself."""
    path = run / RATIOS if run.is_dir() else run
    try:
        found: Measured = json.loads(path.read_text("utf-8"))
        rows = {
            (r["of"], r["over"], r["quantity"]): r["interval"] for r in found["ratios"]
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnreadableResults(
            f"{path}: no results of `pytest --benchmark` ({type(error).__name__}); "
            f"name a run's folder that holds {RATIOS}."
        ) from None
    return {"path": path, "rows": rows, "full": found.get("full")}


def lines(old: Known, new: Known) -> list[str]:
    """A line for each ratio that both runs know."""
    said = []
    if old["full"] != new["full"]:
        said.append("one run took the stand-ins, the other the full models.")
    for key in old["rows"].keys() & new["rows"].keys():
        before, after = old["rows"][key], new["rows"][key]
        told = f"{_said(before)} -> {_said(after)}"
        said.append(f"{_word(before, after):<13} {told:<36} {key[0]} over {key[1]}")
    return sorted(said)


def between(old: Path, new: Path) -> list[str]:
    """The comparison of two run folders; empty unless both hold ratios."""
    if not all((run / RATIOS).is_file() for run in (old, new)):
        return []
    return lines(read(old), read(new))


def _said(interval: list[float] | None) -> str:
    return f"[{interval[0]:.3g}, {interval[1]:.3g}]" if interval else "no interval"


def _word(before: list[float] | None, after: list[float] | None) -> str:
    if not before or not after:
        return "unknown"
    if after[0] > before[1]:
        return "larger"
    return "smaller" if after[1] < before[0] else "no difference"


def main(arguments: list[str] | None = None) -> int:
    """Print the comparison; exit 2 with a sentence for unreadable results."""
    given = sys.argv[1:] if arguments is None else arguments
    if len(given) != 2:
        print("use: python -m harness.benchmark.compare OLD NEW", file=sys.stderr)
        return 2
    try:
        old, new = (read(Path(name)) for name in given)
    except UnreadableResults as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print("\n".join(lines(old, new)) or "the runs have no ratio in common")
    return 0


if __name__ == "__main__":
    sys.exit(main())
