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

import pytest

from harness.running import pytest_internals


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, args: list[str]
) -> Generator[None]:
    """Give the run the configuration of our project, if it found none at all.

    Raises UsageError for a folder on the command line that may not be read.
    """
    here = early_config.invocation_params.dir
    file = next(filter(None, map(_configuration, (here, *here.parents))), None)
    if early_config.inipath is None and file is not None:
        pytest_internals.configure(early_config, args, file)
    try:
        return (yield)
    except PermissionError as error:
        path = Path(error.filename or "")
        if path.name != "conftest.py":
            raise
        raise pytest.UsageError(
            f"{path.parent} cannot be read ({error.strerror}); name folders that you "
            "may read."
        ) from None


def _configuration(folder: Path) -> Path | None:
    """pytest's configuration of a project with claims to audit."""
    files = [folder / name for name in ("pytest.ini", "pyproject.toml")]
    is_audit = (folder / "claims" / "documents").is_dir()
    return next((f for f in files if is_audit and f.is_file()), None)
