"""A pytest plugin that finds the project although an option's value looks like a path.

pytest looks for the project's configuration above each argument that exists, and takes
the folder in `--reports DIR` for a test path; then it knows none of our options. This
plugin is an entry point of the package: pytest loads it all the same. It looks above
the folder where pytest was called, and if a project of ours lies there, puts its
configuration in place before conftest files are loaded.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from _pytest.config.findpaths import determine_setup


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, args: list[str]
) -> Generator[None]:
    """Give the run the configuration of our project, if it found none at all."""
    here = early_config.invocation_params.dir
    file = next(filter(None, map(_configuration, (here, *here.parents))), None)
    if early_config.inipath is None and file is not None:
        _configure(early_config, args, file)
    return (yield)


def _configuration(folder: Path) -> Path | None:
    """pytest's configuration of a project with claims to audit."""
    files = [folder / name for name in ("pytest.ini", "pyproject.toml")]
    is_audit = (folder / "claims" / "documents").is_dir()
    return next((f for f in files if is_audit and f.is_file()), None)


def _configure(config: Any, args: list[str], file: Path) -> None:
    """What `Config.parse` of pytest 9 does with a configuration that it finds.

    Without a path among the arguments, pytest then loads the conftest of the folder
    where it was called, which registers the harness and with it the options.
    """
    known = config.known_args_namespace
    root, inipath, inicfg, _ = determine_setup(
        inifile=str(file),
        override_ini=known.override_ini,
        args=[],
        rootdir_cmd_arg=None,
        invocation_dir=config.invocation_params.dir,
    )
    config._rootpath, config._inipath, config._inicfg = root, inipath, inicfg
    config._inicache.clear()
    config._configure_python_path()
    args[:] = [*config.getini("addopts"), *args]
    config.pluginmanager.consider_preparse(args, exclude_only=False)
    known.file_or_dir, known.confcutdir = [], str(root)
