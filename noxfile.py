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
    install(session, stack["requires"], stack.get("without", []))
    session.run(
        "pytest",
        "claims/",
        "-q",
        "--reports",
        f"reports/stacks/{stack['name']}",
        *session.posargs,
        env={"KERAS_BACKEND": stack.get("backend", "tensorflow")},
    )


@nox.session(python="3.11", default=False)
def release(session: nox.Session) -> None:
    """One environment for `python -m harness bisect`, which changes versions in it:
    requirements, then `--` and the arguments of pytest."""
    middle = session.posargs.index("--")
    install(session, session.posargs[:middle], [])
    session.run("pytest", *session.posargs[middle + 1 :], success_codes=[0, 1])


def install(session: nox.Session, requires: list[str], without: list[str]) -> None:
    """These versions, and what else the claims need; not what is named in `without`."""
    declared = [Requirement(text) for text in PROJECT["dependencies"]]
    others = [str(r) if r.name in TOOLS else r.name for r in declared]
    overrides = Path(session.create_tmp(), "overrides.txt")
    overrides.write_text("".join(f"{name}; python_version < '3'\n" for name in without))
    needed = [*requires, *(name for name in others if name not in without)]
    session.install("--overrides", str(overrides), *needed)
    session.install("--no-deps", "--editable", ".")
