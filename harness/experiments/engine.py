"""Trainings in processes of this machine, one a core, each finished one on disk.

A process takes some units of one condition at a time, so that it builds the model once.
A process that dies costs the unit it was at: what is missing is handed out again. The
same loop drives other workers (`cluster.py`), which bring the same results.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from itertools import groupby
from pathlib import Path

from harness.errors import InputError
from harness.experiments import units
from harness.experiments.units import Unit
from harness.stack import devices

TOGETHER = 4
"""Units that a process is given at once."""
ATTEMPTS = 3
"""How often workers may die one after the other without a single result."""


class TrainingFailed(InputError):
    """A unit that raises, or workers that die again and again, in one sentence."""


class WorkersDied(Exception):
    """Some units have no result, because what trained them is gone."""


Workers = Callable[[list[list[Unit]], Mapping[str, str], str], Iterator[Unit]]
"""Trains groups of units, on a stack and a device, and keeps the results in their
files; yields each unit that is done. Raises WorkersDied, TrainingFailed."""


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0))


def run(
    wanted: Iterable[Unit],
    folder: Path,
    stack: Mapping[str, str],
    *,
    progress: Callable[[int, int], None],
    device: str = devices.CPU,
    workers: Callable[[Path], Workers] | None = None,
) -> None:
    """Train what has no result yet; returns when all have one. Raises TrainingFailed.

    progress: called with the number of units done and that of all; workers: made for a
    folder of results, processes of this machine if None.
    """
    train = (workers or processes)(folder)
    missing = _missing(wanted, folder, stack)
    whole, died = len(missing), 0
    while missing and died < ATTEMPTS:
        before = len(missing)
        try:
            for done, _ in enumerate(train(_grouped(missing), stack, device), 1):
                progress(whole - before + done, whole)
        except WorkersDied:
            pass
        missing = _missing(missing, folder, stack)
        died = died + 1 if len(missing) == before else 0
    if missing:
        raise TrainingFailed(
            f"workers died {ATTEMPTS} times while they trained; finished trainings "
            "are kept, so that running again goes on from there."
        )


def _missing(
    wanted: Iterable[Unit], folder: Path, stack: Mapping[str, str]
) -> list[Unit]:
    return [u for u in wanted if units.read(u.file(folder, stack)) is None]


def _grouped(missing: list[Unit]) -> list[list[Unit]]:
    """A few units of one condition each."""
    found = []
    for _, group in groupby(missing, key=lambda unit: unit.condition):
        alike = list(group)
        found += [alike[at : at + TOGETHER] for at in range(0, len(alike), TOGETHER)]
    return found


def processes(folder: Path) -> Workers:
    """Processes of this machine, one a core; each writes its results by itself."""

    def train(
        groups: list[list[Unit]], stack: Mapping[str, str], device: str
    ) -> Iterator[Unit]:
        pool = ProcessPoolExecutor(
            min(cores(), len(groups)),
            mp_context=multiprocessing.get_context("spawn"),
            initializer=prepare,
            initargs=(device,),
        )
        with pool:
            tasks = [pool.submit(_write, some, folder, stack) for some in groups]
            try:
                for finished in as_completed(tasks):
                    yield from finished.result()
            except BrokenProcessPool:
                raise WorkersDied from None
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    return train


def prepare(device: str) -> None:
    """Before the libraries are imported: one core, and the same numbers in each run."""
    devices.prepare(device)
    devices.use_one_thread()
    os.environ["TF_DETERMINISTIC_OPS"] = "1"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def _write(some: list[Unit], folder: Path, stack: Mapping[str, str]) -> list[Unit]:
    for unit in some:
        units.write(unit.file(folder, stack), result(unit, stack))
    return some


def result(unit: Unit, stack: Mapping[str, str]) -> str:
    """Train a unit; the text of its file. Raises TrainingFailed."""
    try:
        return units.train(unit, stack)
    except Exception as error:  # of any kind: a trainer is a claim's code
        raise TrainingFailed(
            f"{unit.condition.trainer} with {unit.condition.settings} and seed "
            f"{unit.seed} raised {type(error).__name__}: {error}"
        ) from None
