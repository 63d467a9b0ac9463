"""The fixture `ratios`: what a benchmark check measures and judges with."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from harness.benchmark import interval, machine, report
from harness.benchmark.configuration import RATIOS, TENSOR_CORES, Undeclared, load
from harness.benchmark.controller import WorkerFailed
from harness.benchmark.results import Results
from harness.evidence import judge
from harness.evidence.measurement import Decision, current
from harness.evidence.verdict import FALSIFIED


class Ratios:
    """All ratios of a run; they are measured together, when the first one is asked."""

    def __init__(self, measure: Callable[[], Results], device: str) -> None:
        self._measure = measure
        self._device = device
        self._failed: WorkerFailed | None = None
        self.results: Results | None = None

    def judge(
        self,
        of: str,
        *,
        over: str,
        low: float = 0.0,
        high: float = math.inf,
        needs: str | None = None,
    ) -> None:
        """The ratio `of` over `over` lies in [low, high], a band that the text claims.

        needs: "gpu", "tensor cores" or "cpu"; elsewhere the check is not run.
        """
        load()
        if (of, over) not in RATIOS:
            raise Undeclared(f"the ratio {of} over {over} is not declared in models.py")
        reason = missing(needs, self._device)
        if reason:
            pytest.skip(reason)
        self._measured_once()
        assert self.results is not None
        if (of, over) not in self.results.ratios:
            pytest.skip(
                f"{of} over {over} is not measured on this backend, or left out for "
                "lack of time (--time-budget)"
            )
        _decide(self.results, of, over, low, high)

    def judge_memory(
        self, of: str, *, over: str, low: float, high: float, needs: str
    ) -> None:
        """The peak device memory of `of` over that of `over` lies in [low, high]."""
        reason = missing(needs, self._device)
        if reason:
            pytest.skip(reason)
        self._measured_once()
        assert self.results is not None
        found = self.results.memory_ratio(of, over)
        if found is None:
            pytest.skip(f"the memory of {of} over {over} was not counted")
        judge.within(found["peak"], low, high, what=f"peak memory of {of} over {over}")

    def _measured_once(self) -> None:
        """Measure, unless that was done; a failure is not tried again."""
        if self._failed:
            raise self._failed
        if self.results is None:
            try:
                self.results = self._measure()
            except WorkerFailed as failed:
                self._failed = failed
                raise


RATIOS_KEY = pytest.StashKey[Ratios]()


def missing(needs: str | None, device: str) -> str | None:
    """Why this machine cannot judge the claim, if it cannot."""
    if needs == "cpu" and device != "cpu":
        return "about a CPU: run with `--device cpu`"
    if needs in ("gpu", "tensor cores") and device != "gpu":
        return (
            "no GPU"
            if machine.ask("accelerator")["accelerator"] is None
            else ("no GPU in use: run with `--device gpu`")
        )
    if needs == "tensor cores":
        capability = machine.capability()
        if capability is None:
            return "Tensor Cores unknown: install nvidia-ml-py"
        return None if capability >= TENSOR_CORES else "no GPU with Tensor Cores"
    return None


def _decide(results: Results, of: str, over: str, low: float, high: float) -> None:
    """Store the decision as evidence; raises Falsified through it."""
    report.picture(results, of, over, low, high)
    found = results.interval(of, over)
    outcome, reason = results.judged(of, over, low, high)
    title = RATIOS[of, over].title
    measurement = current()
    measurement.oracles.add("order statistics of processes, binomial law")
    rate = interval.total_error_rate()
    measurement.add(
        Decision(
            f"{title} ({reason})" if reason else title,
            [found.low, found.high] if found else None,
            [low if low > 0 else None, high if math.isfinite(high) else None],
            found.half_width if found else None,
            2.0 if outcome == FALSIFIED else 0.5,
            outcome,
            rate,
            found.half_width if found else None,
            rate,
            True,
        )
    )


@pytest.fixture(scope="session")
def ratios(request: pytest.FixtureRequest) -> Ratios:
    """The run's ratios; needs `--benchmark`."""
    return request.config.stash[RATIOS_KEY]
