"""pytest's hooks and options of `--experiments`; the audit's plugin loads them."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.experiments import cluster, engine
from harness.experiments.campaign import Campaign
from harness.experiments.declaration import Comparison
from harness.experiments.fixtures import OUTCOMES_KEY, Outcomes, outcomes
from harness.running.stash import AUDIT, POLICY, PROJECT
from harness.stack import libraries

FOLDER = ("claims", "experiments")
NEEDS = "needs `--experiments`"
STACK = ("python", "keras", "tensorflow", "torch", "jax", "numpy", "backend", "device")
"""What of the stack the result of a training may depend on."""
_UNITS = {"s": 1, "m": 60, "h": 3600}

__all__ = ["outcomes"]


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("audit", "auditing teaching material")
    group.addoption(
        "--experiments",
        action="store_true",
        dest="audit_experiments",
        help="train for the claims about outcomes, and judge only these",
    )
    group.addoption(
        "--budget",
        type=_seconds,
        metavar="TIME",
        help="for all trainings of --experiments, such as 10m (default: no limit)",
    )
    group.addoption(
        "--engine",
        choices=("local", "ray"),
        default="local",
        help="what trains for --experiments: processes here, or a Ray cluster",
    )


def _seconds(text: str) -> float:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", text)
    if not found or float(found[1]) == 0:
        raise argparse.ArgumentTypeError(f"{text!r}: use a time such as 90s or 10m.")
    return float(found[1]) * _UNITS[found[2] or "s"]


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    option = config.option
    if option.budget is not None and not option.audit_experiments:
        raise pytest.UsageError("--budget is an option of --experiments.")
    if option.engine != "local":
        problem = cluster.problem()
        if not option.audit_experiments:
            problem = "--engine is an option of --experiments."
        if problem:
            raise pytest.UsageError(problem)
    if not option.audit_experiments:
        return
    if option.audit_benchmark:
        raise pytest.UsageError(
            "--experiments and --benchmark each want the machine for themselves: call "
            "pytest twice."
        )
    if getattr(option, "numprocesses", None) or getattr(option, "tx", None):
        raise pytest.UsageError("--experiments has processes of its own: leave -n out.")
    asked = bool(option.keyword or option.markexpr or _names_files(config))
    config.stash[OUTCOMES_KEY] = Outcomes(
        lambda wanted: _campaign(config, wanted),
        lambda line: _say(config, line),
        together=not asked,
    )


def _names_files(config: pytest.Config) -> bool:
    return any(".py" in str(argument) for argument in config.args)


def _campaign(config: pytest.Config, wanted: Sequence[Comparison]) -> Campaign:
    described = libraries.describe(config.option.device)
    stack = {name: str(described.get(name)) for name in STACK}
    on_ray = config.option.engine == "ray"
    root = config.stash[PROJECT].root
    return Campaign(
        wanted,
        config.stash[AUDIT].reports / "trainings",
        stack,
        first=config.stash[POLICY].seed,
        budget=config.option.budget,
        device=config.option.device,
        workers=cluster.on(root) if on_ray else engine.processes,
    )


def _say(config: pytest.Config, line: str) -> None:
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    capture: Any = config.pluginmanager.get_plugin("capturemanager")
    if reporter and capture:
        with capture.global_and_fixture_disabled():
            reporter.write(f"\n{line}", flush=True)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """With `--experiments` no other claim is even imported."""
    if not config.option.audit_experiments or collection_path.is_dir():
        return None
    ours = config.stash[PROJECT].root.joinpath(*FOLDER)
    return None if ours in collection_path.parents else True


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    if config.option.audit_experiments:
        return
    for item in items:
        if "outcomes" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.skip(reason=NEEDS))
