"""The index of public names and signatures through the versions of the libraries.

It is made from wheels, or from folders that hold an installed library, and runs nothing
of them: which names the `__init__.py` of the public API import (`keras/_tf_keras` since
Keras 3.0, `keras/api/_v2` before), and what the code says of their parameters. Rebuild
it from a folder of wheels, such as `pip download --no-deps keras==3.8.0 -d DIR` puts
there, and from folders such as `site-packages` for libraries with large wheels:

    python -m harness.lessons.wheels DIR [SITE-PACKAGES ...]
"""

from __future__ import annotations

import argparse
import ast
import gzip
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from harness.lessons.years import FILE

KERAS, OF_TENSORFLOW = "keras", "tensorflow.keras"
APIS = {
    "keras/_tf_keras/keras/": (OF_TENSORFLOW,),
    "keras/api/_v2/keras/": (KERAS, OF_TENSORFLOW),
    "keras/api/_v1/": (),
    "keras/api/_tf_keras/": (),
    "keras/src/": (),
    "keras/api/": (KERAS,),
    "keras/": (KERAS,),
    "keras_tuner/src/": (),
    "keras_tuner/api/": ("keras_tuner",),
    "keras_tuner/": ("keras_tuner",),
    "torch/nn/": ("torch.nn",),
    "torch/optim/": ("torch.optim",),
}
"""Folders of a wheel, and under which names their modules are public."""
METHODS = {
    f"keras.{name}"
    for name in (
        *("Model", "Sequential", "layers.Layer", "optimizers.Optimizer"),
        *("metrics.Metric", "losses.Loss", "callbacks.Callback"),
    )
}
"""Classes whose methods are listed, those that they inherit as well."""
DEEPEST = 12
"""How many imports, or base classes, are followed."""
Index = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Distribution:
    """A version of a library, in a wheel or in a folder."""

    library: str
    version: str
    path: Path

    @cached_property
    def texts(self) -> dict[str, str]:
        """The text of each Python file by its path."""
        wanted = tuple(APIS)
        if self.path.is_dir():
            files = self.path.glob(f"{self.library}/**/*.py")
            names = {p.relative_to(self.path).as_posix(): p for p in files}
            return {
                name: path.read_text("utf-8", "replace")
                for name, path in names.items()
                if name.startswith(wanted)
            }
        with zipfile.ZipFile(self.path) as archive:
            return {
                name: archive.read(name).decode("utf-8", "replace")
                for name in archive.namelist()
                if name.startswith(wanted) and name.endswith(".py")
            }

    def names(self) -> Iterator[tuple[str, str | None]]:
        """Public names, each with the place in the code that it stands for."""
        for path in self.texts:
            folder = next(a for a in APIS if path.startswith(a))
            inside = re.sub(r"/?__init__$", "", path[len(folder) : -len(".py")])
            for prefix in APIS[folder]:
                public = ".".join([prefix, *filter(None, inside.split("/"))])
                yield public, None
                if path.endswith("__init__.py"):
                    for name, place in self._imported(path).items():
                        yield f"{public}.{name}", place

    def _imported(self, path: str) -> dict[str, str]:
        """What a file imports, by the name that it gives it: `module:object`."""
        found: dict[str, str] = {}
        tree = self._tree(path)
        for node in ast.walk(tree) if tree else ():
            if isinstance(node, ast.ImportFrom):
                module = _absolute(path, node)
                for alias in node.names:
                    if alias.name == "*":
                        beside = module.replace(".", "/") + "/__init__.py"
                        found |= self._imported(beside) if beside != path else {}
                    else:
                        found[alias.asname or alias.name] = f"{module}:{alias.name}"
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    found[alias.asname or alias.name] = f"{alias.name}:"
        return found

    def _tree(self, path: str) -> ast.Module | None:
        if path not in self._trees:
            try:
                self._trees[path] = ast.parse(self.texts[path])
            except (KeyError, SyntaxError, ValueError):
                self._trees[path] = None
        return self._trees[path]

    @cached_property
    def _trees(self) -> dict[str, ast.Module | None]:
        return {}

    def defined(self, place: str, deep: int = DEEPEST) -> tuple[str, ast.stmt] | None:
        """The path, and the class or function there, that `module:object` stands for,
        through the imports of the modules between."""
        module, _, name = place.partition(":")
        base = module.replace(".", "/")
        for path in (f"{base}.py", f"{base}/__init__.py"):
            tree = self._tree(path)
            for node in tree.body if tree else ():
                kinds = (ast.ClassDef, ast.FunctionDef)
                if isinstance(node, kinds) and node.name == name:
                    return path, node
            onward = self._imported(path).get(name) if tree else None
            if onward and deep:
                return self.defined(onward, deep - 1)
        return None

    def functions(self, place: str, deep: int = DEEPEST) -> dict[str, ast.FunctionDef]:
        """The function itself, as "", or the methods of a class, inherited ones too."""
        there = self.defined(place)
        if there is None:
            return {}
        path, node = there
        if isinstance(node, ast.FunctionDef):
            return {"": node}
        assert isinstance(node, ast.ClassDef)
        found: dict[str, ast.FunctionDef] = {}
        imported = self._imported(path)
        module = re.sub(r"(/__init__)?\.py$", "", path).replace("/", ".")
        for base in reversed(node.bases) if deep else ():
            head, _, rest = ast.unparse(base).partition(".")
            above = imported.get(head, f"{module}:{head}")
            if rest:
                *outer, last = rest.split(".")
                above = ".".join([above.replace(":", ".").strip("."), *outer])
                above = f"{above}:{last}"
            found |= self.functions(above, deep - 1)
        return found | {n.name: n for n in node.body if isinstance(n, ast.FunctionDef)}


def _absolute(path: str, node: ast.ImportFrom) -> str:
    """The module that is imported from, in a file at this path."""
    if not node.level:
        return node.module or ""
    package = path.removesuffix("/__init__.py") if path.endswith("__init__.py") else ""
    parts = (package or path.rpartition("/")[0]).split("/")
    above = parts[: len(parts) - (node.level - 1)]
    return ".".join([*above, *filter(None, [node.module])])


def signature(function: ast.FunctionDef) -> str:
    """The parameters without `self` and without annotations."""
    arguments = function.args
    kept = [*arguments.posonlyargs, *arguments.args]
    for one in (*kept, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg):
        if one:
            one.annotation = None
    if kept and kept[0].arg == "self":
        (arguments.posonlyargs or arguments.args).pop(0)
    return ast.unparse(arguments)


def _calls(distribution: Distribution) -> Iterator[tuple[str, str]]:
    """Public names that can be called, each with its parameters."""
    for name, place in distribution.names():
        if place is None or name.startswith(OF_TENSORFLOW):
            continue
        found = distribution.functions(place)
        made = found.get("") or found.get("__init__")
        if made:
            yield name, signature(made)
        for method, function in found.items() if name in METHODS else ():
            if method and not method.startswith("_"):
                yield f"{name}.{method}", signature(function)


def built(places: list[Path]) -> Index:
    """By library: its versions, oldest first; for each public name the first and the
    last of them that has it; for each that can be called its parameters, from which
    version to which."""
    index: Index = {}
    each = {(one.library, one.version): one for one in _distributions(places)}
    found = sorted(each.values(), key=lambda d: (d.library, _key(d.version)))
    for one in map(replace, found):  # what is read of one is not kept for the next
        own = index.setdefault(one.library, {"versions": [], "names": {}, "calls": {}})
        number = len(own["versions"])
        own["versions"].append(one.version)
        for name, _ in one.names():
            own["names"].setdefault(name, [number, number])[1] = number
        for name, parameters in dict(_calls(one)).items():
            spans = own["calls"].setdefault(name, [])
            if spans and spans[-1][1:] == [number - 1, parameters]:
                spans[-1][1] = number
            else:
                spans.append([number, number, parameters])
    return index


def _distributions(places: list[Path]) -> Iterator[Distribution]:
    """The wheels in folders, and the libraries that are installed in them."""
    libraries = {api.partition("/")[0] for api in APIS}
    for folder in places:
        for path in sorted(folder.glob("*")):
            name, _, rest = path.name.partition("-")
            library = name.lower().replace("-", "_")
            if library in libraries and path.suffix == ".whl":
                yield Distribution(library, rest.split("-")[0], path)
            elif library in libraries and path.name.endswith(".dist-info"):
                version = rest.removesuffix(".dist-info")
                yield Distribution(library, version, folder)


def _key(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version.partition("+")[0])]


def main() -> None:
    """Write the index of folders of wheels and of installed libraries."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folders", type=Path, nargs="+", metavar="DIR")
    found = built(parser.parse_args().folders)
    text = json.dumps(found, separators=(",", ":"), sort_keys=True).encode()
    Path(__file__).with_name(FILE).write_bytes(gzip.compress(text, mtime=0))
    for library, own in found.items():
        print(f"{library}: {', '.join(own['versions'])}; {len(own['names'])} names")


if __name__ == "__main__":
    main()
