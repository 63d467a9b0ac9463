"""What is compared: configurations by name, and the ratios between them."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

from harness.stack import backend

MODELS = "claims.benchmarks.models"
CONTROL, AGAIN, TWICE = "control", "control again", "control twice"
THROUGHPUT, STEP_TIME = "throughput", "step time"
POLICIES = ("float32", "mixed_float16", "mixed_bfloat16")

Run = Callable[[int], None]
CONFIGURATIONS: dict[str, Configuration] = {}
RATIOS: dict[tuple[str, str], Ratio] = {}


class Undeclared(Exception):
    """A configuration or ratio that nobody declared, said in one sentence."""


@dataclass(frozen=True)
class Configuration:
    """A thing that can be timed. `build(full)` returns `run(k)`: k steps, one wait.

    group: configurations that are compared with one another run side by side.
    examples: how many examples a step sees, for a small stand-in and in full.
    policy: the dtype policy that it needs, for `--policies`.
    backends: where it exists; everywhere if empty.
    full_only: too large for a stand-in; on a GPU or with `--thorough` only.
    """

    name: str
    group: str
    build: Callable[[bool], Run]
    examples: tuple[int, int]
    policy: str = "float32"
    backends: tuple[str, ...] = ()
    full_only: bool = False

    def exists(self, *, full: bool, policies: tuple[str, ...]) -> bool:
        """Whether this run can build it."""
        here = not self.backends or backend() in self.backends
        return here and self.policy in policies and (full or not self.full_only)


@dataclass(frozen=True)
class Ratio:
    """`of` over `over`: examples per second, or seconds per step."""

    of: str
    over: str
    quantity: str = THROUGHPUT

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
    name: str, *, group: str, examples: int | tuple[int, int] = 1,
    policy: str = "float32", backends: tuple[str, ...] = (), full_only: bool = False,
) -> Callable[[Callable[[bool], Run]], Callable[[bool], Run]]:  # fmt: skip
    """Declare the decorated builder as a configuration."""
    both = (examples, examples) if isinstance(examples, int) else examples

    def declare(build: Callable[[bool], Run]) -> Callable[[bool], Run]:
        CONFIGURATIONS[name] = Configuration(
            name, group, build, both, policy, backends, full_only
        )
        return build

    return declare


def ratio(of: str, *, over: str, quantity: str = THROUGHPUT) -> Ratio:
    """Declare that this ratio is measured."""
    for name in (of, over):
        if name not in CONFIGURATIONS:
            raise Undeclared(f"the ratio {of} over {over} names no configuration.")
    return RATIOS.setdefault((of, over), Ratio(of, over, quantity))


def load(module: str = MODELS) -> ModuleType:
    """Import the module that declares them; the control's ratios are added."""
    loaded = importlib.import_module(module)
    ratio(AGAIN, over=CONTROL, quantity=STEP_TIME)
    ratio(TWICE, over=CONTROL, quantity=STEP_TIME)
    return loaded


def chosen(*, full: bool, policies: tuple[str, ...]) -> list[Ratio]:
    """The ratios of which this run can build both sides."""
    can = {
        name
        for name, c in CONFIGURATIONS.items()
        if c.exists(full=full, policies=policies)
    }
    return [r for r in RATIOS.values() if r.of in can and r.over in can]
