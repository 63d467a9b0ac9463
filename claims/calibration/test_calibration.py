"""Calibration: temperature scaling, the expected error, and reliability diagrams."""

import numpy as np
from hypothesis import strategies as st
from scipy.special import log_softmax, softmax

from claims.calibration import faults
from claims.common.strategies import seeds
from claims.documents import lab
from harness import UPHELD, as_array, claim, example, given, judge, shared
from harness.evidence import pictures
from harness.evidence.tolerance import gamma
from harness.lab.calibration import (
    TemperatureScaling,
    fit_temperature,
    negative_log_likelihood,
    reliability,
)

SOFTMAX = "keras.src.ops.nn:softmax"
ROUNDING = {"operations": 60, "oracle": "NumPy"}
temperatures = st.integers(3, 40).map(lambda k: k / 10)


@shared
def scaling():
    return TemperatureScaling()


def rescaled(logits, temperature):
    """What the calibration layer makes of these logits at this temperature."""
    layer = scaling()
    layer.temperature.assign(temperature)
    return as_array(layer(logits))


def drawn_logits(rows=60, classes=4):
    """Logits in steps of 1/64: rounding cannot change which one is the largest."""
    z = np.random.normal(scale=2, size=(rows, classes))
    return (np.round(64 * z) / 64).astype("float32")


def calibrated(copies=40):
    """Logits of two classes, and labels that are right as often as they say.

    Confidences 21/40, 23/40, ..., 39/40, each `copies` times.
    """
    hits = np.arange(21, 40, 2)
    confidence = np.repeat(hits / copies, copies)
    right = np.concatenate([np.arange(copies) < k for k in hits])
    logits = np.stack([np.log(confidence / (1 - confidence)), 0 * confidence], axis=1)
    return logits, np.where(right, 0, 1)


temperature_rescales_logits = claim(
    "calibration.temperature-rescales-logits",
    says="Dividing the logits by one scalar T is a rescaling step after training.",
    sources=[lab[58], lab[6]],
    verdict=UPHELD,
    why="The probabilities become softmax(z / T). A larger T lowers the mean "
    "confidence; the predicted class stays, and the step has no trainable weights.",
    explained_by=SOFTMAX,
    faults=[faults.softmax_2_percent_low, faults.softmax_of_twice_the_logits],
)


@temperature_rescales_logits.as_worded
@given(temperature=temperatures, seed=seeds())
def test_the_logits_are_divided_and_the_classes_stay(temperature, seed):
    """Logits are z / T and the predicted class is the one before."""
    z = drawn_logits()

    found = rescaled(z, temperature)

    judge.close(found, z / temperature, operations=2, oracle="NumPy")
    judge.equal(found.argmax(axis=1), z.argmax(axis=1), what="classes")
    judge.equal(len(scaling().trainable_variables), 0, what="trained weights")


@temperature_rescales_logits.as_worded
@given(temperature=temperatures, seed=seeds())
def test_the_confidence_is_that_of_the_tempered_softmax(temperature, seed):
    """Mean confidence is NumPy's for z / T, and falls from T to 1.1 T."""
    z, labels = drawn_logits(), np.zeros(60, int)

    first, second = (
        reliability(rescaled(z, t), labels, bins=1).confidence[0]
        for t in (temperature, 1.1 * temperature)
    )

    tempered = softmax(z.astype("float64") / temperature, axis=1)
    judge.close(first, tempered.max(axis=1).mean(), operations=200, oracle="NumPy")
    judge.at_most(second, first, what="confidence at 1.1 T")


temperature_tuned_on_validation_data = claim(
    "calibration.temperature-tuned-on-validation-data",
    says="T is tuned after training.",
    sources=[lab[58], lab[59]],
    verdict=UPHELD,
    why="T minimizes the negative log-likelihood of held-out logits, which is "
    "therefore never larger than without scaling.",
    explained_by="keras.src.losses.losses:SparseCategoricalCrossentropy",
    faults=[faults.cross_entropy_5_percent_high, faults.logits_for_probabilities],
)


@temperature_tuned_on_validation_data.as_worded
@given(seed=seeds())
def test_the_fitted_temperature_is_best(seed):
    """The loss is NumPy's, no larger than at T = 1 or 5 % to either side."""
    z, labels = drawn_logits(), np.random.randint(4, size=60)
    labels = np.where(np.arange(60) < 40, z.argmax(axis=1), labels)
    best = fit_temperature(z, labels)

    found = negative_log_likelihood(rescaled(z, best), labels)

    def exact(t):
        log = log_softmax(z.astype("float64") / t, axis=1)
        return -np.mean(log[np.arange(60), labels])

    size = 2 * np.abs(z).max() / best + 2
    judge.close(found, exact(best), magnitude=size, **ROUNDING)
    for other in (1, 1.05 * best, best / 1.05):
        judge.at_most(exact(best), exact(other) + 2.0**-40, what=f"T = {other:.3f}")


@temperature_tuned_on_validation_data.as_worded
@given(temperature=st.integers(3, 50).map(lambda k: k / 10))
def test_a_known_temperature_is_found(temperature):
    """Logits that are T times those of a calibrated model get T back."""
    logits, labels = calibrated()

    judge.close(
        fit_temperature(temperature * logits, labels),
        temperature,
        dtype="float64",
        operations=2**12,
        oracle="construction",
    )


def at_an_edge(z, bins):
    """Rows whose confidence is so near a bin's edge that rounding decides the bin."""
    place = bins * softmax(z.astype("float64"), axis=1).max(axis=1)
    return np.abs(place - np.round(place)) < 2.0**-12


expected_calibration_error = claim(
    "calibration.expected-calibration-error",
    says="The expected calibration error on validation data shows the calibration "
    "before and after temperature scaling.",
    sources=[lab[59], lab[6], lab[35]],
    verdict=UPHELD,
    why="For data that are miscalibrated by one temperature the error falls to zero.",
    explained_by=[SOFTMAX, "keras.src.ops.numpy:argmax"],
    faults=[
        faults.softmax_2_percent_low,
        faults.softmax_of_twice_the_logits,
        faults.off_by_one_class,
    ],
)


@expected_calibration_error.as_worded
@given(bins=st.integers(2, 20), classes=st.integers(2, 6), seed=seeds())
def test_the_error_is_that_of_its_definition(bins, classes, seed):
    """A loop over bins of NumPy's probabilities gives the same error."""
    z = drawn_logits(classes=classes)
    z = z[~at_an_edge(z, bins)]
    labels = np.random.randint(classes, size=len(z))
    p = softmax(z.astype("float64"), axis=1)
    top, right = p.max(axis=1), z.argmax(axis=1) == labels

    total = 0.0
    for low in range(bins):
        inside = (top > low / bins) & (top <= (low + 1) / bins)
        total += abs(np.sum(right[inside] - top[inside])) / len(z)

    found = reliability(z, labels, bins=bins).error
    judge.close(found, total, operations=60, magnitude=1, oracle="NumPy")


@expected_calibration_error.as_worded
@given(temperature=st.integers(15, 50).map(lambda k: k / 10))
def test_scaling_repairs_an_overconfident_model(temperature):
    """Before, the error is mean confidence less 3/4; after, zero."""
    logits, labels = calibrated()
    raw = (temperature * logits).astype("float32")

    before = reliability(raw, labels, bins=20).error
    after = rescaled(raw, fit_temperature(raw, labels))

    confidence = softmax(temperature * logits, axis=1).max(axis=1).mean()
    rounding = {"operations": 100, "magnitude": 1}
    judge.close(before, confidence - 30 / 40, what="before", **rounding)
    judge.close(reliability(after, labels, bins=7).error, 0, what="after", **rounding)


reliability_diagram = claim(
    "calibration.reliability-diagram",
    says="A reliability diagram compares confidence with accuracy bin by bin, which "
    "shows miscalibration.",
    sources=[lab[59]],
    verdict=UPHELD,
    why="Bins of calibrated confidences lie on the diagonal, those of overconfident "
    "ones below it.",
    explained_by=[SOFTMAX, "keras.src.ops.numpy:argmax"],
    faults=[
        faults.softmax_2_percent_low,
        faults.softmax_of_twice_the_logits,
        faults.off_by_one_class,
    ],
)


def before_and_after(raw, labels):
    """Confidences and accuracies of the bins, before and after temperature scaling."""
    scaled = rescaled(raw, fit_temperature(raw, labels))
    both = {"before": raw, "after temperature scaling": scaled}
    found = {name: reliability(z, labels, bins=20) for name, z in both.items()}
    return {
        name: (r.confidence[r.count > 0], r.accuracy[r.count > 0])
        for name, r in found.items()
    }


@reliability_diagram.as_worded
def test_calibrated_confidences_lie_on_the_diagonal():
    """Each of ten bins has confidence and accuracy 21/40, 23/40, ..., 39/40."""
    logits, labels = calibrated()

    found = reliability(logits.astype("float32"), labels, bins=20)

    hits, used = np.arange(21, 40, 2), found.count > 0
    judge.equal(found.count[used], [40] * 10, what="counts")
    judge.close(found.confidence[used], hits / 40, operations=60, what="confidence")
    judge.close(found.accuracy[used], hits / 40, operations=60, what="accuracy")


@reliability_diagram.as_worded
@given(temperature=st.integers(12, 50).map(lambda k: k / 10))
@example(temperature=2.5)
def test_overconfidence_lies_below_the_diagonal(temperature):
    """Accuracy falls short of confidence in each bin, by the least excess at least.

    For a calibrated confidence p, T times the logits say 1 / (1 + (1 / p - 1)**T).
    """
    logits, labels = calibrated()

    raw = (temperature * logits).astype("float32")
    found = reliability(raw, labels, bins=20)

    judge.picture(
        f"Reliability diagram of logits that are {temperature} times too large: below "
        "the diagonal before temperature scaling, on it afterwards.",
        lambda: pictures.reliability(before_and_after(raw, labels)),
    )
    exact = np.arange(21, 40, 2) / 40
    raised = 1 / (1 + (1 / exact - 1) ** temperature)
    least = np.min(raised - exact) - gamma(60)
    used = found.count > 0
    judge.at_most(found.accuracy[used], found.confidence[used] - least, what="accuracy")
