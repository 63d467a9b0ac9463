"""How many small defects of the libraries do the checks notice?

    pytest claims/ -p harness.running.mutation --mutants 300 --reports reports/mutation

A mutant is one changed operator, comparison, constant or condition in a function that a
claim names in `explained_by`, or that such a function calls. A seeded sample of them is
put into the library one after the other, under checks that run the function (of each
topic a few, and all of the claims that name it), until one check comes to another
outcome: then the mutant is noticed. Survivors are listed in `mutation.json`, so are
mutants of code that no check runs, which are not in the share.
`claims/mutants.toml` says of survivors why they change nothing that a document states;
lines of a library belong to the versions in constraints.txt.

A function is changed by its code object, so that every name that leads to it sees the
change.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import functools
import inspect
import json
import random
import signal
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest

from harness.evidence.store import write_atomically
from harness.evidence.verdict import BROKEN
from harness.running import runner
from harness.running.claim import REGISTRY, Check
from harness.running.faults import Fault
from harness.running.stash import AUDIT, EVIDENCE, POLICY, PROJECT
from harness.stack.places import owner_and_name

LIBRARIES = ("keras", "keras_tuner", "torch", "tensorflow")
LEFT_ALONE = ("keras.src.models.model", "keras.src.backend.common.global_state")
"""Modules whose functions change classes or the process for good, mutated or not."""
MOST_CHECKS = 5
"""Under how many checks of a topic a mutant is tried, besides those of claims that name
its function, before it counts as a survivor."""
SECONDS = 120
"""How long one check may run under a mutant; the slowest takes a few seconds."""
SEEN: set[str] = set()
"""Mutants whose place ran since the last check began: instrumented code adds to it."""

_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
}
_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


@dataclass(frozen=True)
class Target:
    """A function of a library, written in Python."""

    name: str
    function: FunctionType

    @property
    def code(self) -> CodeType:
        return self.function.__code__


@dataclass(frozen=True)
class Mutant:
    """One changed node of a target: its number among the nodes that can be changed."""

    target: Target
    node: int
    does: str

    def fault(self) -> Fault:
        """The change as a fault, which the runner can put under a check."""

        def install(patch: pytest.MonkeyPatch) -> None:
            code = _compiled(self.target, self.node)
            patch.setattr(self.target.function, "__code__", code)

        return Fault(self.does, self.does, install)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("audit")
    group.addoption("--mutants", type=int, default=300, help="size of the sample")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Draw the sample, once all claims are declared."""
    config = session.config
    seed = config.stash[POLICY].seed
    config.pluginmanager.register(Hunt(_sample(config.option.mutants, seed)), "hunt")


class Hunt:
    """Puts each mutant under the checks that run its place."""

    def __init__(self, mutants: list[Mutant]) -> None:
        self.mutants = mutants
        self.tried: Counter[tuple[str, str]] = Counter()
        self.noticed: dict[str, tuple[str, str]] = {}
        of_target: dict[Target, list[Mutant]] = {}
        for mutant in mutants:
            of_target.setdefault(mutant.target, []).append(mutant)
        for target, its in of_target.items():
            target.function.__code__ = _recording(target, its)

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Iterator[None]:
        SEEN.clear()
        result = yield
        check = getattr(pyfuncitem.function, "audit_check", None)
        evidence = pyfuncitem.stash.get(EVIDENCE, None)
        if check is None or evidence is None or check.timed:
            return result
        ran = set(SEEN)
        names = inspect.signature(pyfuncitem.obj).parameters
        given = pyfuncitem.funcargs
        arguments = {name: given[name] for name in names if name in given}
        call = functools.partial(pyfuncitem.obj, **arguments)
        policy = replace(pyfuncitem.config.stash[POLICY], faults=None)
        topic = check.claim.id.split(".")[0]
        named = {t.name for p in check.claim.explained_by for t in _with_callees(p)}
        for mutant in self.mutants:
            if mutant.does not in ran or mutant.does in self.noticed:
                continue
            enough = self.tried[mutant.does, topic] >= MOST_CHECKS
            if not enough or mutant.target.name in named:
                self.tried[mutant.does, topic] += 1
                self._try(mutant, call, check, policy, evidence["outcome"])
        return result

    def _try(
        self, mutant: Mutant, call: Any, check: Check, policy: Any, plain: str
    ) -> None:
        outcome = BROKEN
        with _time_limit():
            outcome = runner.under_fault(call, check, policy, mutant.fault())["outcome"]
        _settings_as_before()
        if outcome != plain:
            self.noticed[mutant.does] = (check.name, outcome)

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Iterator[None]:
        result = yield
        folder = session.config.stash[AUDIT].reports
        reached = {does for does, _ in self.tried}
        tried = [m for m in self.mutants if m.does in reached]
        crashed = sum(outcome == BROKEN for _, outcome in self.noticed.values())
        survivors = sorted(m.does for m in tried if m.does not in self.noticed)
        reasons = _explained(session.config.stash[PROJECT].claims / "mutants.toml")
        unexplained = [does for does in survivors if does not in reasons]
        unreached = sorted(m.does for m in self.mutants if m.does not in reached)
        told = {
            "sample": len(self.mutants),
            "tried": len(tried),
            "noticed": len(self.noticed),
            "by a crash": crashed,
            "survivors": {does: reasons.get(does) for does in survivors},
            "in code that no check runs": unreached,
            "noticed by": dict(sorted(self.noticed.items())),
        }
        write_atomically(folder / "mutation.json", json.dumps(told, indent=1) + "\n")
        share = 1 - len(unexplained) / max(1, len(tried))
        explained = len(survivors) - len(unexplained)
        print(
            f"\nmutants: {len(tried)} tried, {len(self.noticed)} noticed ({crashed} of "
            f"them by a crash), {explained} change nothing that a document states: "
            f"{share:.1%} together; {len(unexplained)} survived unexplained; "
            f"{len(unreached)} in code that no check runs: {folder}/mutation.json"
        )
        return result


class TookTooLong(Exception):
    """A mutant under which a check does not end: the check is broken, and notices."""


@contextlib.contextmanager
def _time_limit() -> Iterator[None]:
    """Raise TookTooLong in what runs longer than SECONDS, if Python gets to it."""

    def give_up(number: int, frame: object) -> None:
        raise TookTooLong(f"more than {SECONDS} seconds")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(SECONDS)
    try:
        yield
    except TookTooLong:  # between the check's end and here
        pass
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _settings_as_before() -> None:
    """Keras' settings, which a mutant may have left changed or unusable: among them a
    call that was never ended, whose `training` the next call would take over."""
    import keras

    keras.utils.clear_session(free_memory=False)
    keras.config.set_floatx("float32")


def _explained(file: Path) -> dict[str, str]:
    """Why survivors change nothing that a document states, by what they do."""
    if not file.is_file():
        return {}
    return {
        does: reason
        for reason, mutants in tomllib.loads(file.read_text("utf-8")).items()
        for does in mutants
    }


def _sample(size: int, seed: int) -> list[Mutant]:
    """Functions are drawn first, then a node of each: large ones weigh no more."""
    targets = sorted(_targets().values(), key=lambda target: target.name)
    rng = random.Random(seed)
    found: dict[str, Mutant] = {}
    nodes = {target.name: list(_nodes(target)) for target in targets}
    targets = [target for target in targets if nodes[target.name]]
    most = sum(len(nodes[target.name]) for target in targets)
    while len(found) < min(size, most):
        target = rng.choice(targets)
        number = rng.randrange(len(nodes[target.name]))
        does = f"{target.name}, {nodes[target.name][number]}"
        found[does] = Mutant(target, number, does)
    return list(found.values())


@functools.cache
def _targets() -> dict[str, Target]:
    """All functions that claims name, and those that these call."""
    named = (place for claim in REGISTRY.values() for place in claim.explained_by)
    return {t.name: t for place in sorted(set(named)) for t in _with_callees(place)}


@functools.cache
def _with_callees(place: str) -> list[Target]:
    owner, name = owner_and_name(place)
    found = getattr(owner, name)
    if isinstance(found, type):  # of a class, what makes it and what it computes
        methods = ("__init__", "call", "__call__", "forward", "step", "update_step")
        functions = [vars(found)[m] for m in methods if m in vars(found)]
        targets = [t for f in functions for t in _target(f)]
    else:
        targets = list(_target(found))
    owners = {t.name: owner for t in targets}
    called = [
        callee for target in targets for callee in _callees(target, owners[target.name])
    ]
    return list({t.name: t for t in [*targets, *called]}.values())


def _target(found: Any) -> Iterator[Target]:
    """The Python function behind an attribute, if it is one of the libraries'."""
    found = getattr(found, "fget", found)
    found = inspect.unwrap(getattr(found, "__func__", found))
    library = (getattr(found, "__module__", None) or "").split(".")[0]
    ours = isinstance(found, FunctionType) and library in LIBRARIES
    ours = ours and found.__module__ not in LEFT_ALONE
    if ours and _tree(found) is not None:
        yield Target(f"{found.__module__}:{found.__qualname__}", found)


def _callees(target: Target, owner: Any) -> Iterator[Target]:
    """Functions of the same library that the target calls by a name of its module or
    as methods of its own class."""
    node = _definition(target)
    library = target.function.__module__.split(".")[0]
    for call in (n for n in ast.walk(node) if isinstance(n, ast.Call)):
        found = None
        if isinstance(call.func, ast.Name):
            found = target.function.__globals__.get(call.func.id)
        elif isinstance(call.func, ast.Attribute):
            base = call.func.value
            if isinstance(base, ast.Name) and base.id == "self":
                found = getattr(owner, call.func.attr, None)
        module = getattr(found, "__module__", None) or ""
        if module.split(".")[0] == library and not isinstance(found, type):
            yield from _target(found)


@functools.cache
def _source(module: str) -> tuple[str, ast.Module]:
    text = Path(inspect.getfile(sys.modules[module])).read_text("utf-8")
    return text, ast.parse(text)


def _tree(function: FunctionType) -> ast.AST | None:
    """The function's definition in its module, found by its first line."""
    try:
        _, tree = _source(function.__module__)
    except (OSError, TypeError, KeyError, SyntaxError):
        return None
    first = function.__code__.co_firstlineno
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            lines = [d.lineno for d in node.decorator_list] + [node.lineno]
            if min(lines) == first and node.name == function.__name__:
                return node
    return None


def _definition(target: Target) -> ast.FunctionDef:
    node = _tree(target.function)
    assert isinstance(node, ast.FunctionDef)
    return node


def _nodes(target: Target) -> Iterator[str]:
    """What each node that can be changed becomes, in words."""
    for node, change in _changes(_definition(target)):
        yield f"line {getattr(node, 'lineno', '?')}: {change}"


def _changes(function: ast.FunctionDef) -> Iterator[tuple[ast.AST, str]]:
    """Nodes below the function's body that can be changed, in a fixed order.

    Docstrings, annotations, messages of errors and warnings, and functions within stay.
    """
    stack: list[ast.AST] = list(reversed(function.body))
    while stack:
        node = stack.pop()
        if isinstance(node, (ast.Raise, ast.FunctionDef, ast.ClassDef, ast.JoinedStr)):
            continue
        if isinstance(node, ast.Call) and "warn" in ast.unparse(node.func):
            continue
        if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in _OPERATORS:
            yield node, f"{_word(node.op)} becomes {_word(_OPERATORS[type(node.op)]())}"
        if isinstance(node, ast.Compare) and type(node.ops[0]) in _COMPARISONS:
            other = _COMPARISONS[type(node.ops[0])]()
            yield node, f"{_word(node.ops[0])} becomes {_word(other)}"
        if isinstance(node, ast.If | ast.IfExp):
            yield node, "the condition is negated"
        if isinstance(node, ast.BoolOp):
            yield (
                node,
                "and becomes or"
                if isinstance(node.op, ast.And)
                else ("or becomes and"),
            )
        if isinstance(node, ast.Constant) and isinstance(
            node.value, bool | int | float
        ):
            yield node, f"{node.value!r} becomes {_other(node.value)!r}"
        children = [
            child
            for field, value in ast.iter_fields(node)
            if field not in ("annotation", "returns", "decorator_list")
            for child in (value if isinstance(value, list) else [value])
            if isinstance(child, ast.AST)
        ]
        stack += reversed(children)


def _word(node: ast.AST) -> str:
    return type(node).__name__


def _other(value: bool | int | float) -> bool | int | float:
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int) else value * 1.05 + (value == 0)


def _change(node: ast.AST) -> None:
    if isinstance(node, ast.BinOp | ast.AugAssign):
        node.op = _OPERATORS[type(node.op)]()
    elif isinstance(node, ast.Compare):
        node.ops[0] = _COMPARISONS[type(node.ops[0])]()
    elif isinstance(node, ast.If | ast.IfExp):
        node.test = ast.copy_location(ast.UnaryOp(ast.Not(), node.test), node.test)
    elif isinstance(node, ast.BoolOp):
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float):
        node.value = _other(node.value)


@functools.cache
def _compiled(target: Target, number: int) -> CodeType:
    """The target's code with its node of this number changed."""

    def change(function: ast.FunctionDef) -> None:
        node, _ = list(_changes(function))[number]
        _change(node)

    return _recompiled(target, change)


def _recording(target: Target, mutants: list[Mutant]) -> CodeType:
    """The target's own code, which also says which of the mutants' places ran."""

    def change(function: ast.FunctionDef) -> None:
        nodes = [node for node, _ in _changes(function)]
        marked = {id(nodes[mutant.node]): mutant.does for mutant in mutants}
        _Marking(marked).visit(function)

    return _recompiled(target, change)


class _Marking(ast.NodeTransformer):
    """Puts `SEEN.add(...) or` before the expressions that mutants change."""

    def __init__(self, marked: dict[int, str]) -> None:
        self._marked = marked

    def visit(self, node: ast.AST) -> Any:
        does = self._marked.get(id(node))
        self.generic_visit(node)
        if does is None:
            return node
        if isinstance(node, ast.If):
            node.test = self._said(does, node.test)
        elif isinstance(node, ast.AugAssign):
            node.value = self._said(does, node.value)
        elif isinstance(node, ast.expr):
            return self._said(does, node)
        return node

    @staticmethod
    def _said(does: str, value: ast.expr) -> ast.expr:
        said = f"__import__('{__name__}', fromlist=['SEEN']).SEEN.add({does!r})"
        call = ast.parse(said, mode="eval").body
        return ast.copy_location(ast.BoolOp(ast.Or(), [call, value]), value)


def _recompiled(target: Target, change: Any) -> CodeType:
    """The function's code from its module's changed source: with its own free names,
    such as `__class__`, in their order."""
    original = _ORIGINAL.setdefault(target.name, target.code)
    _, whole = _source(target.function.__module__)
    definition = _definition_at(whole, original)
    outside = copy.copy(definition.body)
    kept = copy.deepcopy(definition.body)
    try:
        definition.body = kept
        change(definition)
        ast.fix_missing_locations(definition)
        compiled = compile(whole, original.co_filename, "exec", dont_inherit=True)
    finally:
        definition.body = outside
    return next(c for c in _codes(compiled) if _same_place(c, original))


_ORIGINAL: dict[str, CodeType] = {}


def _definition_at(tree: ast.AST, code: CodeType) -> ast.FunctionDef:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == code.co_name:
            lines = [d.lineno for d in node.decorator_list] + [node.lineno]
            if min(lines) == code.co_firstlineno:
                return node
    raise LookupError(code.co_qualname)


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _same_place(code: CodeType, original: CodeType) -> bool:
    return (
        code.co_qualname == original.co_qualname
        and code.co_firstlineno == original.co_firstlineno
        and set(code.co_freevars) == set(original.co_freevars)
    )
