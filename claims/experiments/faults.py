"""Defects of trainings: a condition that is silently not applied."""

from harness.experiments.ruling import differences
from harness.running.faults import replaced

conditions_are_the_same = replaced(
    "harness.experiments.campaign:Campaign.differences",
    lambda original: (
        lambda self, one, seeds: differences(
            *2 * [self.values(one.against, one.metric, seeds)], lower=one.lower
        )
    ),
    name="conditions_are_the_same",
    does="the claimed condition is not applied, so that both trainings are one",
)
