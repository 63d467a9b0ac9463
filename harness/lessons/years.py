"""In which versions of Keras a public name was there: an index, and its lookup.

The index is made from wheels without running anything of them: the modules that they
hold, and the names that the `__init__.py` of their public API import (`keras/_tf_keras`
since Keras 3.0, `keras/api/_v2` before). Rebuild it from a folder of wheels, such as
`pip download --no-deps keras==3.8.0 -d DIR` puts there:

    python -m harness.lessons.years DIR
"""

from __future__ import annotations

import argparse
import ast
import gzip
import json
import re
import zipfile
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path

FILE = "years.json.gz"
KERAS, OF_TENSORFLOW = "keras", "tensorflow.keras"
APIS = {
    "keras/_tf_keras/keras/": (OF_TENSORFLOW,),
    "keras/api/_v2/keras/": (KERAS, OF_TENSORFLOW),
    "keras/api/_v1/": (),
    "keras/api/_tf_keras/": (),
    "keras/src/": (),
    "keras/api/": (KERAS,),
    "keras/": (KERAS,),
}
"""Folders of a wheel, and under which names their modules are public."""


def until(name: str) -> tuple[str, str] | None:
    """The last version that has a name, and the next one, which lacks it; None if no
    version of the index has it, or the newest does."""
    versions, names = _index()
    there = names.get(name)
    if not there or there[-1] == len(versions) - 1:
        return None
    return versions[there[-1]], versions[there[-1] + 1]


@cache
def _index() -> tuple[list[str], dict[str, list[int]]]:
    data = resources.files("harness.lessons").joinpath(FILE).read_bytes()
    read = json.loads(gzip.decompress(data))
    return read["versions"], read["names"]


def built(folder: Path) -> dict[str, object]:
    """The index of the wheels in a folder: versions, oldest first, and for each name
    the first and the last of them that has it."""
    wheels = sorted(folder.glob("keras-*.whl"), key=lambda path: _key(_version(path)))
    names: dict[str, list[int]] = {}
    for number, wheel in enumerate(wheels):
        for name in set(_names(wheel)):
            names.setdefault(name, [number, number])[1] = number
    return {"versions": [*map(_version, wheels)], "names": dict(sorted(names.items()))}


def _version(wheel: Path) -> str:
    return wheel.name.split("-")[1]


def _key(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version)]


def _names(wheel: Path) -> Iterator[str]:
    with zipfile.ZipFile(wheel) as archive:
        for path in archive.namelist():
            folder = next((a for a in APIS if path.startswith(a)), None)
            if folder is None or not path.endswith(".py"):
                continue
            inside = re.sub(r"/?__init__$", "", path[len(folder) : -len(".py")])
            for prefix in APIS[folder]:
                module = ".".join([prefix, *filter(None, inside.split("/"))])
                yield module
                if path.endswith("__init__.py"):
                    yield from _imported(module, archive.read(path).decode())


def _imported(module: str, text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.ImportFrom, ast.Import)):
            yield from (f"{module}.{a.asname or a.name}" for a in node.names)


def main() -> None:
    """Write the index of a folder of wheels."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path, metavar="DIR")
    found = built(parser.parse_args().folder)
    text = json.dumps(found, separators=(",", ":")).encode()
    Path(__file__).with_name(FILE).write_bytes(gzip.compress(text, mtime=0))


if __name__ == "__main__":
    main()
