"""What pytest has no public name for; `harness/tests/test_internals.py` says when a
piece of it is gone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from _pytest.config.findpaths import determine_setup

USED = ("_rootpath", "_inipath", "_inicfg", "_inicache", "_configure_python_path")
"""The attributes of `pytest.Config` that `configure` sets or calls."""


def configure(config: Any, args: list[str], file: Path) -> None:
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
