"""The verbs of a check. Only they falsify; each stores what it saw.

After the first arguments everything is keyword-only. `what` labels the comparison in
the evidence, `oracle` names what `expected` was computed with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from harness.evidence import statistics
from harness.evidence.measurement import Decision, Falsified, current
from harness.evidence.seeds import own_seed
from harness.evidence.tolerance import gamma, rounding_interval, trajectory_gap
from harness.evidence.verdict import FALSIFIED, HELD
from harness.stack import absent
from harness.stack.arrays import Array, as_array

__all__ = [
    "Falsified",
    "apart",
    "at_least",
    "at_most",
    "close",
    "contains",
    "equal",
    "false",
    "independent",
    "law",
    "mean",
    "picture",
    "printed",
    "proportion",
    "raises",
    "runs",
    "same_law",
    "trajectory",
    "true",
    "variance",
    "within",
]


SHORT = 12
"""A list of at most so many numbers is shown where another length was expected."""


def close(
    found: Any,
    expected: Any,
    *,
    operations: int,
    dtype: str = "float32",
    magnitude: Any = None,
    what: str = "",
    oracle: str = "closed form",
) -> None:
    """`found` equals `expected` but for the rounding of `operations` in `dtype`.

    Tolerance: gamma_operations(dtype) times `magnitude`, which is |expected| unless
    terms cancel; then it is the sum of the magnitudes of the terms.
    """
    scale = np.abs(as_array(expected).astype("float64"))
    if magnitude is not None:
        scale = np.abs(as_array(magnitude).astype("float64"))
    _elementwise(found, expected, gamma(operations, dtype) * scale, what, oracle)


def equal(
    found: Any, expected: Any, *, what: str = "", oracle: str = "", chance: float = 0.0
) -> None:
    """`found` is `expected`, exactly: numbers, arrays, words, lists of them.

    chance: for drawn values, the probability that the comparison comes out the other
    way by luck; it enters the run's bound.
    """
    f = as_array(found)
    if f.dtype.kind in "fiub" and (e := as_array(expected)).dtype.kind in "fiub":
        _elementwise(f, e, np.zeros(()), what, oracle, chance)
    else:
        same = list(np.ravel(found)) == list(np.ravel(expected))
        _decide(what, found, expected, 0, 0.0 if same else np.inf, oracle, "", chance)


def true(condition: Any, *, what: str, oracle: str = "", chance: float = 0.0) -> None:
    """What `what` names is so; of an array, every element. chance: as in `equal`."""
    equal(
        as_array(condition).astype(bool), True, what=what, oracle=oracle, chance=chance
    )


def false(condition: Any, *, what: str, oracle: str = "", chance: float = 0.0) -> None:
    """What `what` names is not so; of an array, no element. chance: as in `equal`."""
    equal(
        as_array(condition).astype(bool), False, what=what, oracle=oracle, chance=chance
    )


def contains(found: Iterable[Any], member: Any, *, what: str, oracle: str = "") -> None:
    """`member` is one of those found: words, names, numbers."""
    there = list(found)
    if member in there:
        _decide(what, member, member, 0, 0.0, oracle, "one of them")
    else:
        _decide(what, there[:9], member, 0, np.inf, oracle, "one of them")


def trajectory(
    found: Any,
    *,
    narrow: Array,
    wide: Array,
    what: str = "",
    oracle: str = "NumPy",
) -> None:
    """A path over many steps equals the oracle's, within 8 times the oracle's own gap.

    found, narrow, wide: shape (steps, ...); narrow is the oracle in the format under
    test, wide in a wider one.
    """
    gap = trajectory_gap(narrow, wide)
    _elementwise(found, wide, np.asarray(gap), what, oracle)


def printed(found: Any, text: str, *, what: str = "", oracle: str = "") -> None:
    """`found` lies in the interval of the numbers that print as `text`."""
    low, high = rounding_interval(text)
    value, middle = float(found), (low + high) / 2
    ratio = abs(value - middle) / (high - middle)
    _decide(what, value, float(text.replace(",", "")), high - middle, ratio, oracle)


def within(
    found: Any, low: float, high: float, *, what: str = "", oracle: str = ""
) -> None:
    """Every element lies in [low, high], an interval that the claim names."""
    values = as_array(found).astype("float64").ravel()
    middle, half = (low + high) / 2, (high - low) / 2
    ratios = np.abs(values - middle) / half
    worst = _worst(ratios)
    _decide(what, values[worst], [low, high], half, ratios[worst], oracle)


def at_most(found: Any, bound: Any, *, what: str = "", oracle: str = "") -> None:
    """Every element of `found` is at most `bound`."""
    _one_sided(found, bound, 1, f"at most: {what}" if what else "at most", oracle)


def at_least(found: Any, bound: Any, *, what: str = "", oracle: str = "") -> None:
    """Every element of `found` is at least `bound`."""
    _one_sided(found, bound, -1, f"at least: {what}" if what else "at least", oracle)


def apart(
    found: Any, other: Any, *, by: float, what: str = "", oracle: str = ""
) -> None:
    """The largest difference between `found` and `other` is at least `by`."""
    f, o = as_array(found).astype("float64"), as_array(other).astype("float64")
    gap = float(np.max(np.abs(f - o)))
    ratio = by / gap if gap > 0 else np.inf
    _decide(what or "difference", gap, by, 0, ratio, oracle, "at least")


def runs(call: Callable[[], Any], *, what: str = "") -> Any:
    """The call is accepted; its result is returned.

    What asks for a name that this version of a library lacks has no answer here.
    """
    try:
        result = call()
    except Exception as error:  # the claim is that no exception occurs
        if absent.name(error, current().elsewhere):
            raise
        _decide(what or "call", _named(error), "runs", 0, np.inf, "")
    else:
        _decide(what or "call", "runs", "runs", 0, 0.0, "")
        return result


def raises(
    kind: type[Exception] | tuple[type[Exception], ...],
    call: Callable[[], Any],
    *,
    what: str = "",
) -> None:
    """The call is refused with an exception of this kind.

    A name that this version of a library lacks is an answer only where such an error
    is what is claimed.
    """
    kinds = kind if isinstance(kind, tuple) else (kind,)
    expected = " or ".join(k.__name__ for k in kinds)
    try:
        call()
    except kinds as error:
        named = any(issubclass(k, (ImportError, AttributeError)) for k in kinds)
        if not named and absent.name(error, current().elsewhere):
            raise
        _decide(what or "call", type(error).__name__, expected, 0, 0.0, "")
    else:
        _decide(what or "call", "runs", expected, 0, np.inf, "")


def proportion(
    successes: Any, *, of: int, claimed: float, resolves: float, what: str = ""
) -> None:
    """A rate is `claimed`, to `resolves`: exact binomial law.

    Raises ValueError for a rate outside of 0 to 1, or more successes than trials, and
    where no rate is off by `resolves`.
    """
    if not 0 <= claimed <= 1:
        raise ValueError(f"a rate lies from 0 to 1; this check claims {claimed}")
    if not 0 <= int(successes) <= of:
        raise ValueError(f"{int(successes)} successes in {of} trials cannot be")
    _refuse_unseen(resolves, max(claimed, 1 - claimed))
    ruling = statistics.proportion(
        int(successes), of, claimed, resolves=resolves, alpha=current().alpha
    )
    _chance(what or "rate", ruling, claimed, resolves, "exact binomial law")


def mean(
    values: Any,
    *,
    claimed: float,
    low: float,
    high: float,
    resolves: float,
    what: str = "",
) -> None:
    """The mean of independent values in [low, high] is `claimed`, to `resolves`.

    Raises ValueError if the claimed mean lies outside of these bounds, and where no
    mean is off by `resolves`.
    """
    if not low <= claimed <= high:
        raise ValueError(f"a mean of {claimed} lies outside of {low} to {high}")
    _refuse_unseen(resolves, max(claimed - low, high - claimed))
    ruling = statistics.bounded_mean(
        as_array(values),
        claimed,
        low=low,
        high=high,
        resolves=resolves,
        alpha=current().alpha,
    )
    _chance(what or "mean", ruling, claimed, resolves, "Hoeffding bound")


def law(values: Any, cdf: Any, *, resolves: float, what: str = "") -> None:
    """The values follow the distribution function, to a sup distance of `resolves`.

    Raises ValueError unless `resolves` lies between 0 and 1.
    """
    _refuse_unseen(resolves, 1)
    ruling = statistics.law(
        as_array(values), cdf, resolves=resolves, alpha=current().alpha
    )
    _chance(what or "distance in law", ruling, 0.0, resolves, "exact law, DKWM bound")


def same_law(values: Any, others: Any, *, resolves: float, what: str = "") -> None:
    """Two independent samples have one law, to a sup distance of `resolves`.

    Raises ValueError unless `resolves` lies between 0 and 1.
    """
    _refuse_unseen(resolves, 1)
    ruling = statistics.same_law(
        as_array(values), as_array(others), resolves=resolves, alpha=current().alpha
    )
    _chance(what or "distance in law", ruling, 0.0, resolves, "DKWM bound")


def independent(mask: Any, other: Any, *, resolves: float, what: str = "") -> None:
    """Two binary samples are independent, to a covariance of `resolves`.

    Raises ValueError unless `resolves` lies between 0 and 1/4, the largest covariance.
    """
    _refuse_unseen(resolves, 1 / 4)
    ruling = statistics.independence(
        as_array(mask), as_array(other), resolves=resolves, alpha=current().alpha
    )
    _chance(what or "covariance", ruling, 0.0, resolves, "Fisher's exact law")


def variance(values: Any, *, claimed: float, resolves: float, what: str = "") -> None:
    """The variance of normal values is `claimed`, to a factor of 1 + resolves."""
    ruling = statistics.variance(
        as_array(values), claimed, resolves=resolves, alpha=current().alpha
    )
    _chance(what or "variance ratio", ruling, 1.0, resolves, "chi-square law")


def picture(caption: str, draw: Callable[[], str]) -> None:
    """Keep the SVG that `draw` returns as evidence; call it before the verbs.

    caption: says in words what is to be seen. Drawn once a check, in its first example,
    and never under a fault. Draws of its own change nothing that follows, and a picture
    that fails changes no outcome: the report then says why it is missing.
    """
    measurement = current()
    if measurement.under_fault or measurement.picture is not None:
        return
    measurement.picture = {"caption": caption, "svg": None}
    try:
        with own_seed("picture", measurement.check):
            measurement.picture["svg"] = draw()
    except Exception as error:  # of a drawing, not of what the text says
        measurement.picture["problem"] = _named(error)


def _refuse_unseen(resolves: float, largest: float) -> None:
    """Refuse a check that cannot fail, since nothing is as far off as `resolves`."""
    if not 0 < resolves < largest:
        raise ValueError(
            f"resolves={resolves:g} can never be seen: nothing is further off than "
            f"{largest:g}; give a number between 0 and that"
        )


def _chance(
    what: str, ruling: statistics.Ruling, claimed: float, resolves: float, oracle: str
) -> None:
    """Store a decision that can err, with both error rates."""
    measurement = current()
    measurement.oracles.add(oracle)
    radius = max(ruling.radius, 1e-300)
    ratio = abs(ruling.estimate - claimed) / radius
    if ruling.outcome == FALSIFIED:
        ratio = max(ratio, 1 + 1e-9)
    measurement.add(
        Decision(
            what,
            ruling.estimate,
            claimed,
            ruling.radius,
            float(ratio),
            ruling.outcome,
            ruling.false_alarm,
            resolves,
            ruling.miss,
            True,
        )
    )


def _elementwise(
    found: Any,
    expected: Any,
    tolerance: Array,
    what: str,
    oracle: str,
    chance: float = 0.0,
) -> None:
    """|found - expected| <= tolerance everywhere; the worst element is stored."""
    f = as_array(found).astype("float64")
    e = as_array(expected).astype("float64")
    if f.shape != e.shape and e.ndim:
        if f.ndim == e.ndim == 1 and max(f.size, e.size) <= SHORT:
            _decide(what, f.tolist(), e.tolist(), 0, np.inf, oracle)
        else:
            about = f"shape of {what or 'it'}"
            _decide(about, list(f.shape), list(e.shape), 0, np.inf, oracle)
    e, t = np.broadcast_to(e, f.shape), np.broadcast_to(tolerance, f.shape)
    if f.size == 0:
        raise ValueError("nothing to compare: the array found is empty")
    error = np.where(f == e, 0.0, np.abs(f - e)).ravel()
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(error == 0, 0.0, error / t.ravel())
    worst = _worst(ratios)
    _decide(
        what,
        f.ravel()[worst],
        e.ravel()[worst],
        t.ravel()[worst],
        ratios[worst],
        oracle,
        "",
        chance,
    )


def _one_sided(found: Any, bound: Any, sign: int, what: str, oracle: str) -> None:
    f = as_array(found).astype("float64").ravel()
    b = np.broadcast_to(as_array(bound).astype("float64").ravel(), f.shape)
    excess = sign * (f - b)
    worst = int(np.argmax(np.where(np.isnan(excess), np.inf, excess)))
    ok = excess[worst] <= 0
    _decide(what, f[worst], b[worst], 0, 0.5 if ok else np.inf, oracle)


def _worst(ratios: Array) -> int:
    """Index of the largest ratio; a NaN is the worst of all."""
    return int(np.argmax(np.where(np.isnan(ratios), np.inf, ratios)))


def _decide(
    what: str,
    measured: Any,
    expected: Any,
    tolerance: Any,
    ratio: float,
    oracle: str,
    relation: str = "",
    chance: float = 0.0,
) -> None:
    """Store a decision without an interval; `chance` is what luck can do to it."""
    if not 0 <= chance <= 1:
        raise ValueError(f"chance is a probability, and {chance} is none: give 0 to 1")
    measurement = current()
    if oracle:
        measurement.oracles.add(oracle)
    ratio = float("inf") if np.isnan(ratio) else float(ratio)
    outcome = HELD if ratio <= 1 else FALSIFIED
    label = f"{what} ({relation})" if relation else what
    measurement.add(
        Decision(
            label,
            measured,
            expected,
            tolerance,
            ratio,
            outcome,
            false_alarm=chance,
            miss=chance,
            random=chance > 0,
        )
    )


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
