"""The hyperparameter search of the lesson and that of its exercise, with KerasTuner."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras_tuner as kt

OBJECTIVE = "val_accuracy"


def space(hp: kt.HyperParameters) -> dict[str, Any]:
    """Declare units, dropout and learning rate as the lesson does; their values."""
    units = hp.Int("units", min_value=64, max_value=256, step=64)
    dropout = hp.Float("dropout", 0.2, 0.5, step=0.1)
    lr = hp.Float("lr", 1e-4, 1e-2, sampling="log")
    return {"units": units, "dropout": dropout, "lr": lr}


def extended_space(hp: kt.HyperParameters) -> dict[str, Any]:
    """The space of the exercise: L2 strength and width come on top."""
    width = hp.Choice("width", [32, 48, 64])
    l2 = hp.Float("l2", 1e-5, 1e-3, sampling="log")
    return {"width": width, "l2": l2, **space(hp)}


def search_in(
    folder: str | Path,
    build: Callable[[kt.HyperParameters], Any],
    *,
    tuner: type[kt.Tuner] = kt.RandomSearch,
    overwrite: bool = False,
    **limits: Any,
) -> kt.Tuner:
    """A search for the highest validation accuracy, one execution a trial.

    Its trials lie in `folder`; the same call takes an interrupted search up again where
    it stood, unless `overwrite` starts anew. limits: of the effort, for instance
    `max_trials`.
    """
    return tuner(
        build,
        objective=OBJECTIVE,
        executions_per_trial=1,
        directory=folder,
        project_name="cifar10_day7",
        overwrite=overwrite,
        **limits,
    )
