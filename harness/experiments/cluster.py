"""Trainings on a Ray cluster: the same units, the same loop, the same results.

Install it with the extra `cluster`. Where RAY_ADDRESS names a cluster its machines are
used, else one is started here. A worker gets the project's files and a few units, and
sends back the text of each result as soon as it is there; only this process writes.
"""

from __future__ import annotations

import importlib.util
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from harness.experiments import engine, units
from harness.experiments.engine import Workers, WorkersDied
from harness.experiments.units import Unit
from harness.stack import devices

NOT_SENT = ["/.*", "/reports", "**/__pycache__"]
"""What of the project's folder the workers do not need."""


def problem() -> str | None:
    """A sentence if Ray is not installed."""
    if importlib.util.find_spec("ray"):
        return None
    return '--engine ray needs Ray: pip install -e ".[cluster]"'


def on(root: Path) -> Callable[[Path], Workers]:
    """Workers for the project at `root`."""

    def workers(folder: Path) -> Workers:
        def train(
            groups: list[list[Unit]], stack: Mapping[str, str], device: str
        ) -> Iterator[Unit]:
            yield from _trained(_connected(root), groups, folder, stack, device)

        return train

    return workers


def _connected(root: Path):  # type: ignore[no-untyped-def]
    """Ray, connected to a cluster."""
    import ray

    if not ray.is_initialized():
        environment = {"working_dir": str(root), "excludes": NOT_SENT}
        if shlex.quote(sys.executable) != sys.executable:  # Ray puts it into a shell
            environment["py_executable"] = shlex.quote(sys.executable)
        ray.init(runtime_env=environment, include_dashboard=False, log_to_driver=False)
    return ray


def _trained(  # type: ignore[no-untyped-def]
    ray,
    groups: list[list[Unit]],
    folder: Path,
    stack: Mapping[str, str],
    device: str,
) -> Iterator[Unit]:
    gpus = 0 if device == devices.CPU else 1
    task = ray.remote(num_cpus=1, num_gpus=gpus, max_retries=0)(_results)
    left = {task.remote(some, dict(stack), device): iter(some) for some in groups}
    died = False
    while left:
        (ready, *_), _ = ray.wait([*left], num_returns=1)
        try:
            text = ray.get(next(ready))
        except StopIteration:
            del left[ready]
        except engine.TrainingFailed:
            raise
        except ray.exceptions.RayError:
            died = True
            del left[ready]
        else:
            unit = next(left[ready])
            units.write(unit.file(folder, stack), text)
            yield unit
    if died:
        raise WorkersDied


def _results(some: list[Unit], stack: Mapping[str, str], device: str) -> Iterator[str]:
    """On a worker: the texts of these units' results, one after the other."""
    engine.prepare(device)
    for unit in some:
        yield engine.result(unit, stack)
