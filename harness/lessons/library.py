"""What the installed libraries say: of a name, a method, a call with literals.

Run as `python -m harness.lessons.library` it is a process of its own: one question a
line on its input, one answer a line on its output, both JSON. Only callables of the
audited libraries are called, of kinds that have no side effects, with literals only.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import json
import math
import os
import re
import resource
import sys
import warnings
from typing import Any, TypedDict

MEMORY = 6 * 2**30
"""Bytes that the process may take."""
_WITHOUT_FILES = {
    *("EarlyStopping", "ReduceLROnPlateau", "LearningRateScheduler", "TerminateOnNaN"),
    *("LambdaCallback", "History", "ModelCheckpoint"),
}
"""Callbacks that open no file when they are made; ModelCheckpoint does so later."""
STAND_INS: tuple[Any, ...] = ((2,), (3, 4), 0.5, 1, "a")
"""Values of many kinds, for an argument whose value is not known."""

_OPENING = {
    *("filepath", "filename", "file", "path", "directory", "log_dir", "vocabulary"),
    *("backup_dir", "url", "module", "call_fn"),
}
"""Arguments of classes that open a file or run what they are given."""

_PLACES = {
    "keras": [
        *("keras.layers", "keras.optimizers", "keras.callbacks", "keras.losses"),
        *("keras.regularizers", "keras.constraints", "keras.initializers"),
        "keras.optimizers.schedules",
    ],
    "torch": ["torch.nn", "torch.optim", "torch.optim.lr_scheduler"],
}
"""Where a class is looked for that a sentence names."""


class Answer(TypedDict, total=False):
    """What the library says.

    missing: the first part of a name that does not exist, "" if all of it does.
    outcome: of a call: "taken", "refused", "warned", "ignored", or "unknown" if it was
    not tried.
    message: the library's own words. renames: old and new name of an argument. count:
    of trainable parameters; total: of all. shapes: what each layer makes. defaults:
    numbers, by parameter. value: what an object gives when it is called.
    """

    missing: str
    outcome: str
    message: str
    renames: dict[str, str]
    count: int
    total: int
    shapes: list[list[int | None]]
    defaults: dict[str, float]
    value: float


def resolve(name: str) -> tuple[Any, str]:
    """The object that a dotted name stands for, and its first part that is missing."""
    parts = name.split(".")
    try:
        owner: Any = importlib.import_module(parts[0])
    except ImportError:
        return None, ""  # it is not installed here, which says nothing about its names
    for at, part in enumerate(parts[1:], start=2):
        try:
            owner = getattr(owner, part)
        except AttributeError:
            whole = ".".join(parts[:at])
            try:
                owner = importlib.import_module(whole)
            except ModuleNotFoundError as error:
                if error.name and not whole.startswith(error.name):
                    return None, ""  # it is there, and needs another package
                return owner, whole
            except (ImportError, ValueError):
                return owner, whole
    return owner, ""


def ask_name(name: str) -> Answer:
    """Whether the name exists. Attributes of objects other than modules and classes are
    not judged: they may come with use."""
    try:
        owner, missing = resolve(name)
    except Exception as error:  # a library's lazy import may raise anything
        return {"missing": "", "outcome": "unknown", "message": str(error)[:200]}
    judged = inspect.ismodule(owner) or inspect.isclass(owner) or "." not in missing
    return {"missing": missing if judged else ""}


def ask_call(
    name: str,
    positional: int,
    keywords: list[str],
    starred: bool,
    arguments: tuple[list[Any], dict[str, Any]] | None,
) -> Answer:
    """Whether the call is taken: constructed where all arguments are literals, else its
    keywords held against the signature. starred: whether more are handed over."""
    target, missing = resolve(name)
    if missing or not callable(target) or _is_printed(target):
        return {"outcome": "unknown"}
    problem = _signature_problem(target, positional, keywords)
    if not (problem or starred or positional):
        problem = _model_problem(target, keywords)
    if problem:
        return {"outcome": "refused", "message": problem}
    if arguments is None or not _may_be_called(target):
        return {"outcome": "unknown"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            values = [_value(argument) for argument in arguments[0]]
            named = {key: _value(value) for key, value in arguments[1].items()}
        except (Unknown, TypeError, ValueError):
            return {"outcome": "unknown"}
    outcome, said, _ = _tried(target, values, named)
    answer: Answer = {"outcome": outcome}
    if said:
        answer["message"] = said
        for keyword in keywords:
            new = _new_name(target, keyword, said, values, named)
            if new:
                answer["renames"] = {keyword: new}
    return answer


def _new_name(
    target: Any, old: str, said: str, values: list[Any], named: dict[str, Any]
) -> str | None:
    """What an argument is called now: what the library's words say, or an optimizer's
    parameter with these initials; only if the call is taken under that name."""
    import keras

    parameters = inspect.signature(target).parameters
    if old in parameters or old not in said:
        return None
    told = re.findall(r"[Uu]se `(\w+)`", said)
    initials = [p for p in parameters if "".join(w[:1] for w in p.split("_")) == old]
    if not issubclass(target, keras.optimizers.Optimizer):
        initials = []  # `lr` was an optimizer's alone; a layer has lora_rank
    for new in dict.fromkeys([*told, *initials]):
        renamed = {new if key == old else key: value for key, value in named.items()}
        if len(renamed) == len(named) and _tried(target, values, renamed)[0] == "taken":
            return str(new)
    return None


def ask_keyword(name: str, keyword: str) -> Answer:
    """What becomes of a keyword that no signature names, whatever its value: the class
    is made without it, and with it and values of many kinds."""
    import keras

    target, missing = resolve(name)
    if missing or not _may_be_called(target) or _is_declared(target, keyword):
        return {"outcome": "unknown"}
    if issubclass(target, keras.Model):
        return {"outcome": "unknown"}  # which keywords it takes depends on the others
    given = inspect.signature(target).parameters.values()
    needed = [1 for p in given if p.default is p.empty and p.kind in _POSITIONAL]
    without, _, made = _tried(target, needed, {})
    if without != "taken":
        return {"outcome": "unknown"}
    found = [_tried(target, needed, {keyword: value}) for value in STAND_INS]
    outcomes = [outcome for outcome, said, _ in found if keyword in said]
    if all(outcome == "taken" for outcome, _, _ in found):
        ignored = isinstance(made, keras.callbacks.Callback) and all(
            vars(other) == vars(made) for _, _, other in found
        )
        return {"outcome": "ignored" if ignored else "taken"}
    if any(outcome == "taken" for outcome, _, _ in found) or len(outcomes) < 2:
        return {"outcome": "unknown"}
    if len(set(outcomes)) > 1:
        return {"outcome": "unknown"}
    at = next(i for i, (_, said, _) in enumerate(found) if keyword in said)
    said = f"asked with {keyword}={STAND_INS[at]!r}: {found[at][1]}"
    answer: Answer = {"outcome": outcomes[0], "message": said[:500]}
    news = [_new_name(target, keyword, said, needed, {keyword: v}) for v in STAND_INS]
    new = next(filter(None, news), None)
    return {**answer, "renames": {keyword: new}} if new else answer


_POSITIONAL = (
    inspect.Parameter.POSITIONAL_ONLY,
    inspect.Parameter.POSITIONAL_OR_KEYWORD,
)


def _is_declared(target: type, keyword: str) -> bool:
    """Whether the class, or one that it inherits from, names this parameter."""
    return any(
        keyword in inspect.signature(vars(owner)["__init__"]).parameters
        for owner in target.__mro__[:-1]
        if "__init__" in vars(owner)
    )


_UNKNOWN = ("unknown", "", None)


def _tried(
    target: Any, values: list[Any], named: dict[str, Any]
) -> tuple[str, str, Any]:
    """Outcome, the library's words, and what was made."""
    with warnings.catch_warnings(record=True) as caught, _no_memory(target):
        warnings.simplefilter("always")
        try:
            made = target(*values, **named)
        except (TypeError, ValueError, AssertionError) as error:
            said = f"{type(error).__name__}: {str(error).strip()}"
            return "refused", said[:500], None
        except ImportError as error:  # of what was left out, not of a package
            left_out = "Keras 3" in str(error)
            return ("refused", str(error)[:500], None) if left_out else _UNKNOWN
        except Exception:
            return _UNKNOWN
    told = [str(w.message) for w in caught if issubclass(w.category, UserWarning)]
    return ("warned", told[0].strip()[:500], made) if told else ("taken", "", made)


def _no_memory(target: Any) -> contextlib.AbstractContextManager[Any]:
    """A context in which torch makes a module's parameters without their memory."""
    if not target.__module__.startswith("torch."):
        return contextlib.nullcontext()
    import torch

    return torch.device("meta")


class Unknown(Exception):
    """A name among the arguments that is not handed on."""


def _value(literal: Any) -> Any:
    """A literal as `programs.literal` encodes it; Raises Unknown."""
    if isinstance(literal, list):
        return [_value(item) for item in literal]
    if not isinstance(literal, dict):
        return literal
    if "$tuple" in literal:
        return tuple(_value(item) for item in literal["$tuple"])
    target, missing = resolve(literal.get("$name") or literal["$call"])
    if missing or not callable(target):
        raise Unknown
    if "$name" in literal:
        return target
    if not (_may_be_called(target) or _is_input(target)):
        raise Unknown
    arguments = [_value(item) for item in literal["arguments"]]
    named = {key: _value(item) for key, item in literal["keywords"].items()}
    with _no_memory(target):
        return target(*arguments, **named)


def ask_parameters(layers: list[Any], on: list[list[int]] | None) -> Answer:
    """The parameters of a model of these layers, and the output shape of each if they
    are a chain; from their shapes alone: in a stateless scope Keras makes no arrays for
    new variables. on: which nodes each is called on, None for a Sequential model."""
    import keras

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with keras.StatelessScope():
                made = [_value(layer) for layer in layers]
                model = keras.Sequential(made) if on is None else _connected(made, on)
    except Exception:  # of any kind: what a lesson writes may be too large, too
        return {}
    if not model.built:
        return {}
    chain = not on or all(nodes == [at] for at, nodes in enumerate(on[1:]))
    shapes = [list(layer.output.shape) for layer in model.layers] if chain else []
    return {
        "count": sum(math.prod(v.shape) for v in model.trainable_variables),
        "total": sum(math.prod(w.shape) for w in model.weights),
        "shapes": shapes,
    }


def _connected(made: list[Any], on: list[list[int]]) -> Any:
    """A functional model: the first is its input, the last makes its output."""
    import keras

    tensors = [made[0]]
    for layer, nodes in zip(made[1:], on[1:]):
        given = [tensors[at] for at in nodes]
        tensors.append(layer(given if len(given) > 1 else given[0]))
    return keras.Model(tensors[0], tensors[-1])


def ask_value(made: Any, given: Any) -> Answer:
    """What a schedule gives for a step, or a regularizer for a list of weights."""
    import keras
    import numpy as np

    kinds = (
        keras.optimizers.schedules.LearningRateSchedule,
        keras.regularizers.Regularizer,
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            target = _value(made)
            if not isinstance(target, kinds):
                return {}
            weights = np.asarray(given, "float32") if isinstance(given, list) else given
            return {"value": float(target(weights))}
    except Exception:
        return {}


def ask_defaults(library: str, name: str) -> Answer:
    """The numeric defaults of the class of a library that goes by this short name."""
    modules = _PLACES[library]
    places = [place for place, missing in map(resolve, modules) if not missing]
    found = [getattr(place, name) for place in places if hasattr(place, name)]
    if len(found) != 1 or not inspect.isclass(found[0]):
        return {"defaults": {}}
    parameters = inspect.signature(found[0]).parameters.values()
    numeric = {
        p.name: float(p.default)
        for p in parameters
        if isinstance(p.default, (int, float)) and not isinstance(p.default, bool)
    }
    return {"defaults": numeric}


def ask_method(name: str, positional: int, keywords: list[str]) -> Answer:
    """Whether a class of a kind that may be called has the method, and a method with
    such arguments; it is not called."""
    owner, _, method = name.rpartition(".")
    target, missing = resolve(owner)
    if missing or not _may_be_called(target) or hasattr(target, "__getattr__"):
        return {"missing": ""}
    if not hasattr(target, method):
        return {"missing": method}
    if not inspect.isfunction(inspect.getattr_static(target, method)):
        return {"missing": ""}  # a property, or a method of the class
    problem = _signature_problem(getattr(target, method), 1 + positional, keywords)
    return {"missing": "", "message": problem} if problem else {"missing": ""}


def ask_attribute(name: str) -> Answer:
    """Whether the objects of a class have an attribute: the class has it, or somewhere
    its own code or that of a class it inherits from speaks of it.

    A model and a callback are not judged: others give them attributes, too; nor is what
    stands in `legacy` for a class that is gone.
    """
    import keras

    owner, _, attribute = name.rpartition(".")
    target, missing = resolve(owner)
    if missing or not _may_be_called(target) or hasattr(target, "__getattr__"):
        return {"missing": ""}
    if ".legacy." in owner or issubclass(
        target, (keras.Model, keras.callbacks.Callback)
    ):
        return {"missing": ""}
    if hasattr(target, attribute):
        return {"missing": ""}
    word = re.compile(rf"\.{attribute}\b|[\"']{attribute}[\"']")
    for one in target.__mro__[:-1]:
        try:
            if word.search(inspect.getsource(one)):
                return {"missing": ""}
        except (OSError, TypeError):
            return {"missing": ""}
    return {"missing": attribute}


def _signature_problem(target: Any, positional: int, keywords: list[str]) -> str | None:
    """A sentence if no value could make the call right."""
    if inspect.isclass(target) and _has_its_own_new(target):
        return None  # which of the two signatures holds is not told
    try:
        parameters = list(inspect.signature(target).parameters.values())
    except (TypeError, ValueError):
        return None
    kinds = {p.kind for p in parameters}
    places = [
        p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
    ]
    if inspect.Parameter.VAR_POSITIONAL not in kinds and positional > len(places):
        return f"takes {len(places)} positional arguments, and is given {positional}"
    if inspect.Parameter.VAR_KEYWORD in kinds:
        return None
    names = {p.name for p in parameters}
    unknown = [keyword for keyword in keywords if keyword not in names]
    return f"has no argument {unknown[0]!r}" if unknown else None


def _model_problem(target: Any, keywords: list[str]) -> str | None:
    """What keras.Model says of keywords where it is given no inputs and outputs."""
    import keras

    if target is not keras.Model or {"inputs", "outputs"} & {*keywords}:
        return None
    made = keras.Input((2,))
    outcome, said, _ = _tried(target, [], {keyword: made for keyword in keywords})
    unknown = outcome == "refused" and "Unrecognized keyword arguments" in said
    return said.partition(": {")[0] + f": {', '.join(keywords)}" if unknown else None


def _has_its_own_new(target: type) -> bool:
    """Keras' operations share one `__new__`, which takes whatever `__init__` does."""
    keras = target.__module__.startswith("keras.")
    owners = target.__mro__[:1] if keras else target.__mro__[:-1]
    return any("__new__" in vars(owner) for owner in owners)


def _is_printed(target: Any) -> bool:
    """A tensor: what looks like its constructor is how a tensor is printed."""
    return inspect.isclass(target) and target.__name__ == "Tensor"


def _is_input(target: Any) -> bool:
    """Whether it is the function that declares a model's input."""
    import keras

    return target is keras.Input


def _may_be_called(target: Any) -> bool:
    """Whether it is a class of a kind that opens no file and moves no data."""
    if not inspect.isclass(target):
        return False
    import keras

    kinds = (
        keras.layers.Layer,
        keras.losses.Loss,
        keras.metrics.Metric,
        keras.optimizers.Optimizer,
        keras.optimizers.schedules.LearningRateSchedule,
        keras.regularizers.Regularizer,
        keras.constraints.Constraint,
        keras.initializers.Initializer,
    )
    legacy = getattr(keras.optimizers, "legacy", None)  # refuses to be made, says why
    if legacy and target is getattr(legacy, "Adam", None):
        return True
    if target.__module__.startswith("torch.nn.modules."):
        import torch

        return issubclass(target, torch.nn.Module)
    if not target.__module__.startswith("keras."):
        return False
    if issubclass(target, keras.callbacks.Callback):
        return target.__name__ in _WITHOUT_FILES
    opening = _OPENING & set(inspect.signature(target).parameters)
    return issubclass(target, kinds) and not opening


def versions() -> dict[str, str]:
    """What the answers hold for: the libraries that can be imported here."""
    found = {}
    for name in ("keras", "tensorflow", "torch"):
        with contextlib.suppress(ImportError):
            found[name] = str(importlib.import_module(name).__version__)
    return found


def ask_library(name: str) -> Answer:
    """Why a library cannot be imported here; nothing if it can."""
    try:
        importlib.import_module(name)
    except ImportError as error:
        return {"message": str(error).split("\n")[0]}
    return {}


def main() -> int:
    """Answer questions until the input ends."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    answers, sys.stdout = sys.stdout, sys.stderr  # libraries print what they like
    for line in sys.stdin:
        question = json.loads(line)
        kind = question.pop("ask")
        if kind == "name":
            answer: Any = ask_name(question["name"])
        elif kind == "method":
            answer = ask_method(**question)
        elif kind == "attribute":
            answer = ask_attribute(question["name"])
        elif kind == "parameters":
            answer = ask_parameters(**question)
        elif kind == "value":
            answer = ask_value(**question)
        elif kind == "defaults":
            answer = ask_defaults(**question)
        elif kind == "keyword":
            answer = ask_keyword(question["name"], question["keyword"])
        elif kind == "versions":
            answer = versions()
        elif kind == "library":
            answer = ask_library(question["name"])
        else:
            answer = ask_call(**question)
        print(json.dumps(answer), file=answers, flush=True)
    return 0


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    os._exit(code)
