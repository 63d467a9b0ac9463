"""What is compared: configurations by name, and the ratios between them."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from harness.stack.libraries import backend, load_triton_first

MODELS = "claims.benchmarks.models"
CONTROL, AGAIN, TWICE = "control", "control again", "control twice"
THROUGHPUT, STEP_TIME = "throughput", "step time"
POLICIES = ("float32", "mixed_float16", "mixed_bfloat16")
TENSOR_CORES, TF32 = (7, 0), (8, 0)
"""CUDA compute capabilities from which a card has them."""

Run = Callable[[int], None]
"""`run(k)`: k steps, then one wait for the device."""
CONFIGURATIONS: dict[str, Configuration] = {}
RATIOS: dict[tuple[str, str], Ratio] = {}
MEMORY: list[tuple[str, str]] = []
"""Pairs of which the device memory is compared, too."""


class Undeclared(Exception):
    """A configuration or ratio that nobody declared, said in one sentence."""


@dataclass(frozen=True)
class Scale:
    """How large a configuration is built.

    full: the documents' own sizes, in place of small stand-ins.
    shrink: what batches are divided by, where the device's memory did not suffice.
    """

    full: bool
    shrink: int = 1

    def of(self, both: tuple[int, int]) -> int:
        """The stand-in's or the full batch size, as far as memory allows."""
        return max(1, both[self.full] // self.shrink)


Build = Callable[[Scale], Run]


@dataclass(frozen=True)
class Configuration:
    """A thing that can be timed: `build(scale)` makes it.

    group: configurations that are compared with one another run side by side.
    examples: how many examples a step sees, for a small stand-in and in full.
    policy: the dtype policy that it needs, for `--policies`.
    backends: where it exists; everywhere if empty.
    full_only: too large for a stand-in; on a GPU or with `--thorough` only.
    capability: the CUDA compute capability that it needs, if it needs one.
    """

    name: str
    group: str
    build: Build
    examples: tuple[int, int]
    policy: str = "float32"
    backends: tuple[str, ...] = ()
    full_only: bool = False
    capability: tuple[int, int] | None = None

    def exists(self, run: Scope) -> bool:
        """Whether this run can build it."""
        here = not self.backends or backend() in self.backends
        able = not self.capability or run.capability >= self.capability
        large = run.full or not self.full_only
        return here and able and large and self.policy in run.policies


@dataclass(frozen=True)
class Scope:
    """What a run can and shall measure. capability: (0, 0) without a CUDA device."""

    full: bool = False
    policies: tuple[str, ...] = POLICIES
    capability: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Ratio:
    """`of` over `over`: examples per second, or seconds per step.

    claimed: a text says something about it; it goes before those that nobody claims.
    """

    of: str
    over: str
    quantity: str = THROUGHPUT
    claimed: bool = False

    @property
    def rank(self) -> int:
        """What is measured first where time is short: controls, then claims' ratios."""
        if self.over == CONTROL and self.of in (AGAIN, TWICE):
            return 0
        return 1 if self.claimed else 2

    @property
    def title(self) -> str:
        return f"{self.of} over {self.over}, {self.quantity}"

    def from_step_time(self, log_time: float, examples: tuple[int, int]) -> float:
        """The log-ratio, from that of the seconds a step; examples a step of both."""
        if self.quantity == STEP_TIME:
            return log_time
        import math

        return math.log(examples[0] / examples[1]) - log_time


def configuration(
    name: str, *, group: str, examples: int | tuple[int, int] = 1, **where: Any
) -> Callable[[Build], Build]:
    """Declare the decorated builder; `where` are the last fields of Configuration."""
    both = (examples, examples) if isinstance(examples, int) else examples

    def declare(build: Build) -> Build:
        CONFIGURATIONS[name] = Configuration(name, group, build, both, **where)
        return build

    return declare


def ratio(
    of: str, *, over: str, quantity: str = THROUGHPUT, claimed: bool = False
) -> Ratio:
    """Declare that this ratio is measured; claimed: a text says something about it."""
    for name in (of, over):
        if name not in CONFIGURATIONS:
            raise Undeclared(f"the ratio {of} over {over} names no configuration.")
    return RATIOS.setdefault((of, over), Ratio(of, over, quantity, claimed))


def memory(of: str, *, over: str) -> None:
    """Declare that the device memory of these two is compared."""
    for name in (of, over):
        if name not in CONFIGURATIONS:
            raise Undeclared(f"the memory of {of} over {over} names no configuration.")
    if (of, over) not in MEMORY:
        MEMORY.append((of, over))


def load(module: str = MODELS) -> ModuleType:
    """Import the module that declares them; the control's ratios are added."""
    load_triton_first()
    loaded = importlib.import_module(module)
    ratio(AGAIN, over=CONTROL, quantity=STEP_TIME)
    ratio(TWICE, over=CONTROL, quantity=STEP_TIME)
    return loaded


def chosen(run: Scope) -> list[Ratio]:
    """The ratios of which this run can build both sides, the most wanted first."""
    can = {name for name, c in CONFIGURATIONS.items() if c.exists(run)}
    found = [r for r in RATIOS.values() if r.of in can and r.over in can]
    return sorted(found, key=lambda ratio: ratio.rank)


def chosen_memory(run: Scope) -> list[str]:
    """The configurations whose memory this run compares, each once."""
    pairs = [p for p in MEMORY if all(CONFIGURATIONS[n].exists(run) for n in p)]
    return list(dict.fromkeys(name for pair in pairs for name in pair))
