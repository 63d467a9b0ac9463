"""Run one check, plain or under the faults of its claim, and say what came out."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import hypothesis
import pytest

from harness.evidence import seeds
from harness.evidence.lines import CheckLine, UnderFault
from harness.evidence.measurement import (
    EVERY,
    FIRST,
    SHRINK,
    Falsified,
    Measurement,
    measuring,
)
from harness.evidence.verdict import (
    BROKEN,
    FALSIFIED,
    HELD,
    INCONCLUSIVE,
    NOT_RUN,
    predicted,
)
from harness.running import hypothesis_internals, properties, snippets
from harness.running.bounds import NoEnd, bounded
from harness.running.claim import REGISTRY, Check
from harness.running.faults import Fault, NotInstalled
from harness.stack import absent
from harness.stack.libraries import backend

LONGEST, LONGEST_UNDER_FAULT = 900.0, 60.0
"""Seconds that a check may take: a defect of a library can make a search endless."""


@dataclass
class Result:
    """The outcome of one run of a check, its evidence and what was raised."""

    outcome: str
    reason: str
    measurement: Measurement
    error: BaseException | None = None

    @property
    def absent(self) -> bool:
        """Whether a library lacks what the check needs: it ended in that error."""
        skipped = isinstance(self.error, pytest.skip.Exception)
        return self.outcome == NOT_RUN and self.error is not None and not skipped


@dataclass(frozen=True)
class Policy:
    """What the run decided for all checks: seed, rate per decision, fault mode.

    elsewhere: libraries of another version than claims are written for, which may lack
        a name; unmeasured: a sentence for each whose version nobody has measured.
    """

    seed: int
    alpha: float
    faults: str | None = None
    thorough: bool = False
    elsewhere: frozenset[str] = frozenset()
    unmeasured: tuple[str, ...] = ()


_NAMES = {"tensorflow": "TensorFlow", "torch": "PyTorch", "jax": "JAX"}


def left_out(check: Check, policy: Policy) -> str | None:
    """Why the run as a whole leaves a check out, if it does."""
    if check.claim.needs not in (None, backend()):
        return f"about {_NAMES.get(check.claim.needs, check.claim.needs)}"
    if check.claim.thorough and not policy.thorough:
        return "needs `--thorough`"
    return None


def measure(
    call: Callable[[], Any],
    check: Check,
    policy: Policy,
    *,
    mode: str = EVERY,
    under_fault: bool = False,
) -> Result:
    """Run `call` once and classify it. Only a falsification by the judge falsifies."""
    measurement = Measurement(
        check.name,
        policy.seed,
        policy.alpha,
        mode,
        under_fault=under_fault,
        elsewhere=policy.elsewhere,
    )
    seed = seeds.derive(policy.seed, check.name)
    seeds.seed_example(seed)
    if check.claim.needs == "tensorflow":
        seeds.seed_tensorflow(seed)
    try:
        with measuring(measurement), bounded(_longest(check, under_fault)):
            call()
        outcome, reason, error = measurement.outcome(), measurement.reason(), None
    except pytest.skip.Exception as skipped:
        return Result(NOT_RUN, str(skipped.msg), measurement, skipped)
    except (Exception, NoEnd) as raised:  # all else is a defect of ours, and is shown
        outcome, reason, error = _classify(raised, policy)
    if check.negated and outcome in (HELD, FALSIFIED):
        outcome = FALSIFIED if outcome == HELD else HELD
    return Result(outcome, reason, measurement, error)


def _longest(check: Check, under_fault: bool) -> float | None:
    """A measured ratio has a time budget of its own."""
    if check.timed:
        return None
    return LONGEST_UNDER_FAULT if under_fault else LONGEST


def _classify(
    raised: BaseException, policy: Policy
) -> tuple[str, str, BaseException | None]:
    if isinstance(raised, Falsified):
        return FALSIFIED, str(raised), raised
    if isinstance(raised, ExceptionGroup):
        _, others = raised.split(Falsified)
        if others is None:
            return FALSIFIED, str(raised.exceptions[0]), raised.exceptions[0]
    missing = absent.name(raised, policy.elsewhere)
    if missing:
        return NOT_RUN, missing, raised
    text = str(raised).strip().split("\n")[0]
    return BROKEN, f"{type(raised).__name__}: {text}", raised


def run(
    test: Callable[..., Any], arguments: dict[str, Any], check: Check, policy: Policy
) -> tuple[Result, CheckLine]:
    """Measure a check as the run's policy says; returns the result and the evidence."""
    started = time.perf_counter()

    def call() -> Any:
        return test(**arguments)

    if _is_property(test):
        hypothesis.seed(seeds.derive(policy.seed, check.name))(_function(test))
    result = measure(call, check, policy)
    if _is_changed(check, result) and _is_property(test):
        _phases(test, properties.SHRINKING)
        result = measure(call, check, policy, mode=SHRINK)
        _phases(test, properties.EXPLORING)
    seconds = time.perf_counter() - started
    evidence = evidence_of(check, result, seconds)
    evidence["under_faults"] = [
        under_fault(call, check, policy, fault) for fault in _chosen(check, policy)
    ]
    return result, evidence


def evidence_of(check: Check, result: Result, seconds: float) -> CheckLine:
    """One check's line of evidence."""
    counterexample = None
    if result.outcome == FALSIFIED and not check.negated:
        counterexample = result.measurement.summary().get("worst_case") or None
    line = {
        "type": "check",
        "backend": backend(),
        "claim": check.claim.id,
        "test": check.test,
        "role": check.role,
        "condition": check.condition,
        "negated": check.negated,
        "outcome": result.outcome,
        "absent": result.absent,
        "predicted": predicted(check.claim.recorded, check.role, check.claim.elsewhere),
        "reason": result.reason,
        "counterexample": counterexample,
        "snippet": snippets.text(check.claim.snippet, counterexample)
        if result.outcome == FALSIFIED
        else None,
        **result.measurement.summary(),
        "picture": result.measurement.picture,
        "seconds": round(seconds, 4),
    }
    return cast("CheckLine", line)


def _chosen(check: Check, policy: Policy) -> list[Fault]:
    """The faults to run this check under: its own, or all of its topic."""
    if policy.faults is None:
        return []
    if policy.faults == "own":
        return list(check.claim.faults)
    topic = [c for c in REGISTRY.values() if c.topic == check.claim.topic]
    return list({f.name: f for c in topic for f in c.faults}.values())


def under_fault(
    call: Callable[[], Any], check: Check, policy: Policy, fault: Fault
) -> UnderFault:
    try:
        with fault.active():
            result = measure(call, check, policy, mode=FIRST, under_fault=True)
    except NotInstalled as error:
        result = Result(BROKEN, str(error), Measurement(), error)
    summary = result.measurement.summary()
    return {
        "fault": fault.name,
        "outcome": result.outcome,
        "reason": result.reason,
        "what": summary["what"],
        "measured": summary["measured"],
        "expected": summary["expected"],
        "tolerance": summary["tolerance"],
    }


def _is_changed(check: Check, result: Result) -> bool:
    expected = predicted(check.claim.recorded, check.role, check.claim.elsewhere)
    return (
        expected is not None
        and result.outcome in (HELD, FALSIFIED, INCONCLUSIVE)
        and result.outcome != expected
    )


def _is_property(test: Callable[..., Any]) -> bool:
    return getattr(test, "is_hypothesis_test", False)


def _function(test: Any) -> Any:
    return getattr(test, "__func__", test)


def _phases(test: Any, phases: tuple[hypothesis.Phase, ...]) -> None:
    profile = hypothesis.settings.get_profile("audit")
    settings = hypothesis.settings(profile, phases=phases)
    hypothesis_internals.use(_function(test), settings)
