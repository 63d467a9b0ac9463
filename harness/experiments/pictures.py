"""The picture of a comparison: its metric by seed, and the paired differences."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from harness.evidence.pictures import Panel, strips

if TYPE_CHECKING:
    from harness.experiments.campaign import Campaign
    from harness.experiments.declaration import Comparison
    from harness.experiments.ruling import Ruling


def paired(campaign: Campaign, comparison: Comparison, found: Ruling) -> str:
    """Above, both conditions; below, the differences with the interval of their median
    and what would matter. Runs that diverged are not drawn."""
    values = {
        name: _finite(campaign.values(condition, comparison.metric, found.seeds))
        for name, condition in (
            ("claimed", comparison.of),
            ("other", comparison.against),
        )
    }
    differences = campaign.differences(comparison, found.seeds)
    bar = (found.low, found.median, found.high)
    return strips(
        [
            Panel(comparison.measure, values),
            Panel(
                "better by",
                {"difference": _finite(differences)},
                {"difference": bar} if all(map(math.isfinite, bar)) else None,
                (comparison.matters, None),
                0.0,
            ),
        ]
    )


def _finite(values: list[float] | list[float | None]) -> list[float]:
    return [v for v in values if v is not None and math.isfinite(v)]
