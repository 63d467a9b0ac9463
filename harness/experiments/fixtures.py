"""The fixture `outcomes`: what a check of an outcome of training judges with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from harness.evidence import judge
from harness.evidence.measurement import Decision, current
from harness.evidence.verdict import FALSIFIED, INCONCLUSIVE
from harness.experiments import pictures, ruling
from harness.experiments.campaign import Campaign
from harness.experiments.declaration import COMPARISONS, Comparison
from harness.experiments.engine import TrainingFailed
from harness.experiments.ruling import ALPHA, LOOKS, Ruling
from harness.running.faults import Fault, active


class Outcomes:
    """The run's campaign, which is run when the first check asks.

    together: whether all declared comparisons are run at once, or each one alone.
    """

    def __init__(
        self,
        made: Callable[[Sequence[Comparison]], Campaign],
        progress: Callable[[str], None],
        *,
        together: bool,
    ) -> None:
        self._made, self._progress, self._together = made, progress, together
        self._campaigns: dict[tuple[str, Fault | None], Campaign] = {}
        self._failed: TrainingFailed | None = None

    def judge(self, comparison: Comparison) -> None:
        """In most seeds the claimed condition is better, by what matters or more.

        Stores the decision as evidence; raises Falsified through it. Under a fault both
        conditions are trained with it, for the first look.
        """
        fault = active()
        if fault:
            comparison = comparison.under(fault.name)
        campaign = self._campaign(comparison, fault)
        if comparison.name not in campaign.rulings:
            pytest.skip("the budget pays for no look at it (--budget)")
        seeds = campaign.rulings[comparison.name].seeds
        differences = campaign.differences(comparison, seeds)
        found = ruling.rule(differences, comparison.matters)
        judge.picture(
            f"{comparison.name}: {comparison.measure} with each of {found.seeds} "
            "seeds, and the difference; to the right the claimed condition is better",
            lambda: pictures.paired(campaign, comparison, found),
        )
        current().oracles.add("sign test, binomial law")
        if campaign.trouble:
            found = replace(found, outcome=INCONCLUSIVE)
        _decide(comparison, found, differences, campaign.trouble)

    def _campaign(self, comparison: Comparison, fault: Fault | None) -> Campaign:
        """The campaign with this comparison, run when it is first asked for."""
        if self._failed:
            raise self._failed
        key = comparison.name, fault
        if key not in self._campaigns:
            alone = fault or not self._together
            wanted = [comparison] if alone else [*COMPARISONS.values()]
            campaign = self._made(wanted)
            if fault:
                campaign.looks, campaign.budget = LOOKS[:1], None
            plan = campaign.plan()
            for sentence in () if fault else plan.sentences():
                self._progress(sentence)
            try:
                campaign.run(plan, self._progress)
            except TrainingFailed as failed:
                self._failed = failed
                raise
            for one in wanted:
                self._campaigns[one.name, fault] = campaign
        return self._campaigns[key]


OUTCOMES_KEY = pytest.StashKey[Outcomes]()


def _decide(
    comparison: Comparison, found: Ruling, differences: Sequence[float], trouble: str
) -> None:
    rate = 2 * len(LOOKS) * ALPHA
    said = (
        f"{comparison.measure}, median difference ({found.better} of {found.seeds} "
        f"seeds better, {found.seeds - found.small} by {comparison.matters:g} or more"
    )
    if trouble:
        said += f"; {trouble}"
    elif found.outcome == INCONCLUSIVE:
        more = ruling.seeds_needed(differences, comparison.matters)
        said += f"; about {more} seeds needed" if more else "; no number of seeds helps"
    current().add(
        Decision(
            f"{said}; {comparison.scope})",
            found.median,
            comparison.matters,
            (found.high - found.low) / 2,
            2.0 if found.outcome == FALSIFIED else 0.5,
            found.outcome,
            rate,
            comparison.matters,
            rate,
            True,
        )
    )


@pytest.fixture(scope="session")
def outcomes(request: pytest.FixtureRequest) -> Outcomes:
    """The run's experiments; needs `--experiments`."""
    return request.config.stash[OUTCOMES_KEY]
