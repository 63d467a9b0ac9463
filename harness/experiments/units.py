"""A unit: one training, of one condition with one seed, and the file of its result.

The result depends on nothing but the code of the trainer, its data, the settings, the
seed and the versions of the libraries. The name of its file is a hash of these, so that
a change of any of them trains anew, and what a killed run finished is found again.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import math
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from harness.evidence.store import write_atomically
from harness.experiments.declaration import FAULT, Condition
from harness.running.faults import Fault


@dataclass(frozen=True)
class Unit:
    """A training to be done."""

    condition: Condition
    seed: int

    def file(self, folder: Path, stack: Mapping[str, str]) -> Path:
        """Where its result is kept."""
        code = _code(self.condition.trainer.partition(":")[0])
        parts = (self.condition.trainer, self.condition.settings, code)
        whole = "\0".join((*parts, json.dumps(stack, sort_keys=True)))
        name = hashlib.sha256(whole.encode()).hexdigest()[:24]
        return folder / f"{name}-{self.seed}.json"


@cache
def _code(module: str) -> str:
    """Fingerprint of a trainer's module and of those beside it that are no tests: they
    name the digests of the data that they read."""
    loaded = importlib.import_module(module)
    assert loaded.__file__
    own = Path(loaded.__file__)
    beside = [p for p in own.parent.glob("*.py") if not p.name.startswith("test_")]
    text = b"\0".join(path.read_bytes() for path in sorted({own, *beside}))
    return hashlib.sha256(text).hexdigest()


def read(file: Path) -> dict[str, float | None] | None:
    """A stored result's metrics, None for one that diverged; None if there is none."""
    try:
        found: dict[str, float | None] = json.loads(file.read_text("utf-8"))["metrics"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found


def _fault(module: str, name: object) -> AbstractContextManager[None]:
    """The defect of this name in `faults.py` beside the trainer."""
    if name is None:
        return nullcontext()
    beside = importlib.import_module(f"{module.rpartition('.')[0]}.faults")
    found = (f for f in vars(beside).values() if isinstance(f, Fault))
    return next(fault for fault in found if fault.name == name).active()


def train(unit: Unit, stack: Mapping[str, str]) -> str:
    """Do the training; the text of its file."""
    module, _, name = unit.condition.trainer.partition(":")
    trainer = getattr(importlib.import_module(module), name)
    settings = unit.condition.read()
    with _fault(module, settings.get(FAULT)):
        metrics = trainer(settings, unit.seed)
    kept = {k: float(v) if math.isfinite(v) else None for k, v in metrics.items()}
    entry = {
        "schema": 1,
        "trainer": unit.condition.trainer,
        "settings": settings,
        "seed": unit.seed,
        "stack": dict(stack),
        "metrics": kept,
    }
    return json.dumps(entry, indent=1, sort_keys=True) + "\n"


def write(file: Path, text: str) -> None:
    """Keep a result, whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(file, text)
