"""pytest's hooks and options of `pytest --benchmark`; the audit's plugin loads them."""

from __future__ import annotations

import json
import math
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TextIO

import pytest

from harness.benchmark import controller, machine, report
from harness.benchmark.configuration import (
    MODELS,
    POLICIES,
    Scope,
    chosen,
    chosen_memory,
    load,
)
from harness.benchmark.fixtures import RATIOS_KEY, Ratios, ratios
from harness.benchmark.results import Results
from harness.running.stash import AUDIT, POLICY

BLOCKS_KEY = pytest.StashKey[Path]()
FOLDER = ("claims", "benchmarks")
"""What is timed, and the single timings; a claim about it is with its topic."""
THROUGHPUT = "test_throughput.py"
"""The file of a topic whose claims are about speed or memory."""
DEFAULT_BUDGET = 540.0
NEEDS = "needs `--benchmark`"

__all__ = ["ratios"]


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("audit", "auditing teaching material")
    group.addoption(
        "--benchmark",
        action="store_true",
        dest="audit_benchmark",
        help="measure the throughput claims, and only these",
    )
    group.addoption(
        "--time-budget",
        type=float,
        default=DEFAULT_BUDGET,
        metavar="SECONDS",
        help=f"for all ratios of --benchmark together (default: {DEFAULT_BUDGET:.0f})",
    )
    group.addoption(
        "--policies",
        default=",".join(POLICIES),
        metavar="P,...",
        help="dtype policies that --benchmark compares (default: all three)",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if not config.option.audit_benchmark:
        if config.option.time_budget != DEFAULT_BUDGET:
            raise pytest.UsageError("--time-budget is an option of --benchmark.")
        return
    problem = _problem(config)
    if problem:
        raise pytest.UsageError(problem)
    config.stash[RATIOS_KEY] = Ratios(lambda: _measured(config), config.option.device)


def _problem(config: pytest.Config) -> str | None:
    """One sentence if these options cannot be followed."""
    option = config.option
    if getattr(option, "numprocesses", None) or getattr(option, "tx", None):
        return "--benchmark measures one process at a time: leave -n out."
    if not 0 < option.time_budget < math.inf:
        budget = f"--time-budget {option.time_budget:g}"
        return f"{budget}: it must be above 0 seconds, and have an end."
    if option.faults:
        return "--benchmark measures the libraries as they are: leave --faults out."
    for policy in option.policies.split(","):
        if policy not in POLICIES:
            return f"--policies {policy!r}: use some of {', '.join(POLICIES)}."
    return None


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """With `--benchmark` no other claim is even imported."""
    if not config.option.audit_benchmark or collection_path.is_dir():
        return None
    benchmarks = config.rootpath.joinpath(*FOLDER)
    timed = collection_path.name == THROUGHPUT or benchmarks in collection_path.parents
    return None if timed else True


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    if config.option.audit_benchmark:
        _ours_first(items)
        return
    single = getattr(config.option, "benchmark_only", False)
    for item in items:
        names = getattr(item, "fixturenames", ())
        if "ratios" in names or (_is_single_timing(item) and not single):
            item.add_marker(pytest.mark.skip(reason=NEEDS))


def _ours_first(items: list[pytest.Item]) -> None:
    """The ratios before the single timings, which stay in their order."""
    items.sort(key=_is_single_timing)


def _is_single_timing(item: pytest.Item) -> bool:
    folder = item.path.parent
    named = "benchmark" in getattr(item, "fixturenames", ())
    return named and (folder.parent.name, folder.name) == FOLDER


def _measured(config: pytest.Config) -> Results:
    """Start the processes; their raw lines are on disk as soon as they are there."""
    load(MODELS)
    folder = config.stash[AUDIT].reports
    folder.mkdir(parents=True, exist_ok=True)
    raw = config.stash[BLOCKS_KEY] = folder / f"blocks-{os.getpid()}.jsonl"
    option = config.option
    full = option.device == "gpu" or option.thorough
    capability = machine.capability() if option.device == "gpu" else None
    scope = Scope(
        full, (POLICIES[0], *option.policies.split(",")), capability or (0, 0)
    )
    order = controller.Order(
        chosen(scope),
        seed=_seed(config),
        seconds=option.time_budget,
        memory=chosen_memory(scope),
        full=full,
        folder=config.rootpath,
    )
    with _Progress(config) as progress, raw.open("w", encoding="utf-8") as file:
        found = controller.measure(
            order, progress=progress, keep=lambda line: _append(file, line)
        )
        if found.least is not None:
            progress(f"nothing is measured: {found.trouble()}")
        for line in controller.memory(order) if found.least is None else ():
            _append(file, line)
            progress(f"memory: {line['name']}")
            found.memory[line["name"]] = line
        return found


def _append(file: TextIO, line: Mapping[str, object]) -> None:
    file.write(json.dumps(line) + "\n")
    file.flush()


def _seed(config: pytest.Config) -> int:
    return config.stash[POLICY].seed


class _Progress:
    """The line that tells what runs: rewritten on a terminal, else one a process."""

    def __init__(self, config: pytest.Config) -> None:
        self._reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
        self._capture: Any = config.pluginmanager.get_plugin("capturemanager")
        self._last = ""

    def __enter__(self) -> Callable[[str], None]:
        return self.show if self._reporter else (lambda line: None)

    def __exit__(self, *raised: object) -> None:
        if self._reporter and self._last:
            self._write("\n")

    def show(self, line: str) -> None:
        head = line.split(":", maxsplit=1)[0]
        if self._reporter.isatty:
            width = shutil.get_terminal_size().columns - 1
            self._write("\r" + line[:width].ljust(width))
        elif head != self._last:
            self._write(f"\n{line}")
        self._last = head

    def _write(self, text: str) -> None:
        with self._capture.global_and_fixture_disabled():
            self._reporter.write(text, flush=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Put the raw blocks and the ratios beside the run's evidence."""
    measured = _results(session.config)
    audit = session.config.stash.get(AUDIT, None)
    if measured is None or audit is None or not audit.has_evidence:
        return
    described = machine.describe(session.config.option.device)
    report.write(audit.folder, measured, described, session.config.stash[BLOCKS_KEY])


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    measured = _results(config)
    if measured is not None:
        terminalreporter.section("ratios", "=")
        for line in report.lines(measured):
            terminalreporter.write_line(line)


def _results(config: pytest.Config) -> Results | None:
    held = config.stash.get(RATIOS_KEY, None)
    return held.results if held else None


@pytest.hookimpl(optionalhook=True)
def pytest_benchmark_update_machine_info(
    config: pytest.Config, machine_info: dict[str, Any]
) -> None:
    """Single timings carry the same description of the machine."""
    described = machine.describe(config.option.device)
    machine_info["audit"] = json.loads(json.dumps(described))
