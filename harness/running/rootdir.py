"""A pytest plugin that finds the project although an option's value looks like a path.

pytest looks for the project's configuration above each argument that exists, and takes
the folder in `--reports DIR` for a test path. Then it knows none of our options. This
plugin is an entry point of the package: pytest loads it all the same, and it starts
pytest again with the configuration named.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from pathlib import Path

import pytest


@pytest.hookimpl(wrapper=True, tryfirst=True)  # before output is captured
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """Start again if no configuration was found, but one of ours lies here or above."""
    here = early_config.invocation_params.dir
    file = next(filter(None, map(_configuration, (here, *here.parents))), None)
    if early_config.inipath is None and file is not None:
        given = [str(argument) for argument in early_config.invocation_params.args]
        found = ["--rootdir", str(file.parent), "--config-file", str(file)]
        os.execv(sys.executable, [sys.executable, "-m", "pytest", *found, *given])
    return (yield)


def _configuration(folder: Path) -> Path | None:
    """pytest's configuration of a project with claims to audit."""
    files = [folder / name for name in ("pytest.ini", "pyproject.toml")]
    is_audit = (folder / "claims" / "documents").is_dir()
    return next((f for f in files if is_audit and f.is_file()), None)
