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
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from harness.evidence.store import write_atomically
from harness.experiments.declaration import Condition


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
    """Fingerprint of a trainer's module, and of the data it says that it reads."""
    loaded = importlib.import_module(module)
    assert loaded.__file__
    text = Path(loaded.__file__).read_bytes() + str(loaded.DATA_SHA256).encode()
    return hashlib.sha256(text).hexdigest()


def read(file: Path) -> dict[str, float | None] | None:
    """A stored result's metrics, None for one that diverged; None if there is none."""
    try:
        found: dict[str, float | None] = json.loads(file.read_text("utf-8"))["metrics"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found


def train(unit: Unit, file: Path, stack: Mapping[str, str]) -> None:
    """Do the training and write its result, whole or not at all."""
    module, _, name = unit.condition.trainer.partition(":")
    trainer = getattr(importlib.import_module(module), name)
    metrics = trainer(unit.condition.read(), unit.seed)
    kept = {k: float(v) if math.isfinite(v) else None for k, v in metrics.items()}
    entry = {
        "schema": 1,
        "trainer": unit.condition.trainer,
        "settings": unit.condition.read(),
        "seed": unit.seed,
        "stack": dict(stack),
        "metrics": kept,
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(file, json.dumps(entry, indent=1, sort_keys=True) + "\n")
