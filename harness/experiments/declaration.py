"""What is compared: two conditions of a training, a metric, and what would matter.

A comparison is declared before anything runs, at the top of a file of claims. Its
conditions are settings of a trainer, a function of the settings and a seed alone that
returns numbers; the same seed gives both conditions the same split of the data, initial
weights and order of batches, as far as these exist in both.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from harness.errors import InputError

Trainer = Callable[[Mapping[str, object], int], Mapping[str, float]]
FAULT = "fault"
"""The setting that names a defect of the library."""
MOST = 60
"""Comparisons that the error rates of a campaign are shared among."""
COMPARISONS: dict[str, Comparison] = {}
"""All that were declared, by name, in the order of their declaration."""


CONTROLS: dict[str, Control] = {}
"""By name; each campaign runs them, and without them its verdicts say nothing."""


class Undeclared(InputError):
    """A comparison that says too little, or one too many, in one sentence."""


@dataclass(frozen=True)
class Condition:
    """A trainer with settings; seconds: what a unit takes on one core, roughly."""

    trainer: str
    settings: str
    seconds: float

    def read(self) -> dict[str, object]:
        """The settings as the trainer gets them."""
        read: dict[str, object] = json.loads(self.settings)
        return read

    def under(self, fault: str) -> Condition:
        """The same with a defect of the library, which the trainer's folder has in its
        `faults.py` by this name."""
        whole = json.dumps(self.read() | {FAULT: fault}, sort_keys=True)
        return replace(self, settings=whole)


def condition(trainer: Trainer, *, seconds: float, **settings: object) -> Condition:
    """A condition; settings are numbers, texts and lists of these."""
    place = f"{trainer.__module__}:{trainer.__name__}"
    return Condition(place, json.dumps(settings, sort_keys=True), seconds)


@dataclass(frozen=True)
class Comparison:
    """`of` is better than `against` in `metric`, by at least `matters` in most seeds.

    lower: a smaller value is the better one; matters: the smallest median difference
    that would matter to a reader, in the metric's unit; because: where that size comes
    from; scope: data, network and length of the training, for the verdict.
    """

    name: str
    of: Condition
    against: Condition
    metric: str
    lower: bool
    matters: float
    because: str
    scope: str

    @property
    def measure(self) -> str:
        """The metric in words: `val_loss` is "val loss"."""
        return self.metric.replace("_", " ")

    def under(self, fault: str) -> Comparison:
        """The same, with both conditions trained under a defect of the library."""
        of, against = self.of.under(fault), self.against.under(fault)
        return replace(self, of=of, against=against)


def comparison(
    name: str,
    *,
    of: Condition,
    against: Condition,
    metric: str,
    matters: float,
    because: str,
    scope: str,
    lower: bool = False,
) -> Comparison:
    """Declare a comparison. Raises Undeclared for a name that is taken, a difference
    that cannot matter, or more comparisons than the error rates are shared among."""
    if name in COMPARISONS:
        raise Undeclared(f"the comparison {name!r} is declared twice.")
    if not matters > 0:
        raise Undeclared(f"{name}: matters is {matters}, and has to be above 0.")
    if len(COMPARISONS) == MOST:
        raise Undeclared(
            f"{name} is one more than the {MOST} comparisons that share the error "
            "rates: raise MOST in harness/experiments/declaration.py."
        )
    made = Comparison(name, of, against, metric, lower, matters, because, scope)
    COMPARISONS[name] = made
    return made


@dataclass(frozen=True)
class Control:
    """Two conditions of which it is known whether they differ in a metric."""

    of: Condition
    against: Condition
    metric: str
    differs: bool


def control(
    name: str, *, of: Condition, against: Condition, metric: str, differs: bool
) -> None:
    """Declare a control: a condition against itself with other seeds (differs=False),
    or two that must be told apart. Raises Undeclared for a name that is taken."""
    if name in CONTROLS:
        raise Undeclared(f"the control {name!r} is declared twice.")
    CONTROLS[name] = Control(of, against, metric, differs)
