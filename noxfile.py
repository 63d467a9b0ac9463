"""Run the claims on every stack of `stacks.toml`, each in an environment of its own.

All of them: `nox`. One of them: `nox -s "stack(keras-3.8)"`. Arguments after `--` go
to pytest. Environments are kept; installing them again is a look at what is there.
"""

import tomllib
from pathlib import Path

import nox
from packaging.requirements import Requirement

nox.needs_version = ">=2025"
nox.options.default_venv_backend = "uv"
nox.options.reuse_venv = "yes"

ROOT = Path(__file__).parent
STACKS = tomllib.loads((ROOT / "stacks.toml").read_text("utf-8"))["stack"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
TOOLS = ("hypothesis", "pytest", "pytest-benchmark", "pytest-xdist")
"""The same everywhere. Of all else a stack gets the newest that goes with it."""


@nox.session(python="3.11")
@nox.parametrize("stack", STACKS, ids=[stack["name"] for stack in STACKS])
def stack(session: nox.Session, stack: dict) -> None:
    """The claims on one stack; its last run is `reports/stacks/<name>/latest`."""
    declared = [Requirement(text) for text in PROJECT["dependencies"]]
    others = [str(r) if r.name in TOOLS else r.name for r in declared]
    without = stack.get("without", [])
    overrides = Path(session.create_tmp(), "overrides.txt")
    overrides.write_text("".join(f"{name}; python_version < '3'\n" for name in without))
    needed = [*stack["requires"], *(name for name in others if name not in without)]
    session.install("--overrides", str(overrides), *needed)
    session.install("--no-deps", "--editable", ".")
    session.run(
        "pytest",
        "claims/",
        "-q",
        "--reports",
        f"reports/stacks/{stack['name']}",
        *session.posargs,
        env={"KERAS_BACKEND": stack.get("backend", "tensorflow")},
    )
