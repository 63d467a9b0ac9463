"""The local engine: trainings in processes, one a core, each finished one on disk.

A process takes some units of one condition at a time, so that it builds the model once.
A process that dies costs the unit it was at: what is missing is handed out again.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Mapping
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


class TrainingFailed(InputError):
    """A unit that raises, or processes that die again and again, in one sentence."""


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
) -> None:
    """Train what has no result yet; returns when all have one. Raises TrainingFailed.

    progress: called with the number of units done and that of all.
    """
    wanted = list(wanted)
    for _ in range(ATTEMPTS):
        missing = [u for u in wanted if units.read(u.file(folder, stack)) is None]
        if not missing:
            return
        try:
            _train(missing, folder, stack, progress, device)
        except BrokenProcessPool:
            continue
    if any(units.read(u.file(folder, stack)) is None for u in wanted):
        raise TrainingFailed(
            f"processes died {ATTEMPTS} times while they trained; finished trainings "
            "are kept, so that running again goes on from there."
        )


def _train(
    missing: list[Unit],
    folder: Path,
    stack: Mapping[str, str],
    progress: Callable[[int, int], None],
    device: str,
) -> None:
    pool = ProcessPoolExecutor(
        min(cores(), len(missing)),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_prepare,
        initargs=(device,),
    )
    done = 0
    with pool:
        tasks = [pool.submit(_task, some, folder, stack) for some in _some(missing)]
        try:
            for finished in as_completed(tasks):
                done += finished.result()
                progress(done, len(missing))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _some(missing: list[Unit]) -> Iterable[list[Unit]]:
    for _, group in groupby(missing, key=lambda unit: unit.condition):
        alike = list(group)
        for at in range(0, len(alike), TOGETHER):
            yield alike[at : at + TOGETHER]


def _prepare(device: str) -> None:
    """Each process has one core, and computes the same in every run."""
    devices.prepare(device)
    devices.use_one_thread()
    os.environ["TF_DETERMINISTIC_OPS"] = "1"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def _task(some: list[Unit], folder: Path, stack: Mapping[str, str]) -> int:
    for unit in some:
        try:
            units.train(unit, unit.file(folder, stack), stack)
        except Exception as error:  # of any kind: a trainer is a claim's code
            raise TrainingFailed(
                f"{unit.condition.trainer} with {unit.condition.settings} and seed "
                f"{unit.seed} raised {type(error).__name__}: {error}"
            ) from None
    return len(some)
