"""What the complete runs stored beside a run said before it about each claim."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from itertools import groupby
from os.path import isfile
from pathlib import Path
from typing import Any, NotRequired, TypedDict

from harness.evidence import verdict as v
from harness.evidence.lines import Audited, Beside, EarlierRun, History
from harness.stack.libraries import Stack

MOST_RUNS = 10
MOST_READ = 40
LARGEST_FILE = 64 * 2**20


class Trend(TypedDict):
    """A stored run, and how many of today's claims had each verdict in it."""

    run: EarlierRun
    counts: Mapping[str, int]


class _Stored(TypedDict):
    """What the audit of a neighbour says; `folder` is its name beside this run."""

    started: str
    backend: str
    complete: bool
    stack: Stack
    verdicts: dict[str, str]
    folder: NotRequired[str]


def beside(folder: Path, audited: Audited) -> Beside:
    """`{"history": ...}` for a run in a folder named `runs`; {} if there is none.

    runs: the last MOST_RUNS complete runs that started earlier, newest last, each with
    folder, started, backend and `differs`, the versions that are not this run's;
    verdicts: by claim id, its verdict in each of these runs, None where it was unknown;
    unread: a sentence for each neighbour whose audit.json is damaged or foreign.
    At most MOST_READ neighbours are read, those that are named before the run first.
    """
    folder = folder.resolve()
    started = audited["run"]["started"]
    if folder.parent.name != "runs" or not started:
        return {}
    runs: list[_Stored] = []
    unread = []
    for path in _neighbours(folder)[:MOST_READ]:
        try:
            run = _read(path / "audit.json")
        except ValueError as problem:
            unread.append(f"{path.name} was not read: {problem}.")
            continue
        if run["complete"] is True and run["started"] < started:
            runs.append({**run, "folder": path.name})
        if len(runs) == MOST_RUNS:
            break
    if not runs and not unread:
        return {}
    runs.sort(key=lambda run: run["started"])
    return {"history": _told(runs, audited, unread)}


def _neighbours(folder: Path) -> list[Path]:
    """The other runs with an audit, those named last before this one first."""
    found = [
        path
        for path in folder.parent.iterdir()
        if path != folder and not path.is_symlink() and isfile(path / "audit.json")
    ]
    return sorted(found, key=lambda p: (p.name < folder.name, p.name), reverse=True)


def _read(path: Path) -> _Stored:
    """Raises ValueError, which says why, if it is no audit of ours."""
    try:
        allowed = not path.is_symlink() and path.stat().st_size <= LARGEST_FILE
        audited: Any = json.loads(path.read_text("utf-8")) if allowed else None
    except (OSError, ValueError, RecursionError):
        raise ValueError("audit.json is not readable JSON") from None
    if not allowed:
        raise ValueError("audit.json is a link or too large")
    try:
        run = audited["run"]
        found: _Stored = {
            "started": run["started"],
            "backend": run["stack"]["backend"],
            "complete": run["complete"],
            "stack": dict(run["stack"]),
            "verdicts": {c["id"]: c["verdict"] for c in audited["claims"]},
        }
        dated = re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", found["started"])
    except (KeyError, TypeError, ValueError):
        raise ValueError("audit.json is no audit") from None
    texts = [*found["verdicts"], found["backend"]]
    texts += [version for version in found["stack"].values() if version is not None]
    known = all(
        word in (*v.VERDICTS, v.CORRECTED) for word in found["verdicts"].values()
    )
    if not (dated and known and all(isinstance(text, str) for text in texts)):
        raise ValueError("audit.json is no audit")
    return found


def _told(runs: list[_Stored], audited: Audited, unread: list[str]) -> History:
    stack = audited["run"]["stack"]
    ids = [claim["id"] for claim in audited["claims"]]
    return {
        "runs": [
            {
                "folder": run["folder"],
                "started": run["started"],
                "backend": run["backend"],
                "differs": _differs(run["stack"], stack),
            }
            for run in runs
        ],
        "verdicts": {id: [run["verdicts"].get(id) for run in runs] for id in ids},
        "unread": unread,
    }


def _differs(old: Stack, new: Stack) -> Stack:
    return {
        name: old.get(name)
        for name in old | new
        if name != "backend" and old.get(name) != new.get(name)
    }


def sentences(audited: Audited) -> dict[str, str]:
    """By claim id, the claim's earlier verdicts, newest first; the run's own backend
    before the others. Claims that no earlier run judged have none."""
    told = audited.get("history")
    if not told:
        return {}
    here = audited["run"]["stack"]["backend"]
    backends = {run["backend"] for run in told["runs"]}
    found = {}
    for id, words in told["verdicts"].items():
        pairs = [
            (word, run)
            for word, run in zip(words, told["runs"])
            if word is not None and word != v.NOT_RUN
        ]
        parts = []
        for backend in sorted(backends, key=lambda name: (name != here, name)):
            on = [pair for pair in pairs if pair[1]["backend"] == backend]
            where = "" if backend == here else f"with {backend} "
            parts += [where + _sentence(on)] if on else []
        if parts:
            found[id] = "; ".join(parts)
    return found


def trend(audited: Audited) -> list[Trend]:
    """The stored runs, oldest first, with how many claims had each verdict there."""
    told = audited.get("history")
    if not told:
        return []
    return [
        {"run": run, "counts": Counter(filter(None, words))}
        for run, *words in zip(told["runs"], *told["verdicts"].values())
    ]


def news(audited: Audited) -> dict[str, str]:
    """By claim id, what is new since the last stored run on the same backend."""
    told = audited.get("history")
    here = audited["run"]["stack"].get("backend")
    same = (
        [at for at, run in enumerate(told["runs"]) if run["backend"] == here]
        if told
        else []
    )
    if not told or not same:
        return {}
    last = same[-1]
    date = told["runs"][last]["started"][:10]
    found = {}
    for claim in audited["claims"]:
        before = told["verdicts"].get(claim["id"], [None] * (last + 1))[last]
        if before is None:
            found[claim["id"]] = f"new since {date}"
        elif before != claim["verdict"] and v.NOT_RUN not in (before, claim["verdict"]):
            found[claim["id"]] = f"new: {before} on {date}"
    return found


def _sentence(pairs: list[tuple[str, EarlierRun]]) -> str:
    """`upheld in 7 runs since 2026-11-20; refuted in 2 before, on keras 3.14`."""
    said: list[str] = []
    for word, group in groupby(reversed(pairs), key=lambda pair: pair[0]):
        runs = [run for _, run in group]
        first = f"{len(runs)} {'run' if len(runs) == 1 else 'runs'} "
        first += f"since {runs[-1]['started'][:10]}"
        times = f"{len(runs)} before" if said else first
        said.append(f"{word} in {times}{versions(runs[0]['differs'])}")
    return "; ".join(said)


def versions(differs: Stack) -> str:
    """`, on keras 3.14, numpy 2.3`, or nothing."""
    named = [f"{name} {version or 'absent'}" for name, version in differs.items()]
    return f", on {', '.join(named)}" if named else ""
