"""What a lesson says of Python's module `statistics`."""

import statistics
from fractions import Fraction
from pathlib import Path

from hypothesis import strategies as st

from harness import REFUTED, UPHELD, claim, given, judge
from harness.documents.ledger import Ledgers
from harness.running.faults import output_times, replaced

lesson = Ledgers(Path(__file__).parents[1] / "documents")["averages"]
numbers = st.lists(st.integers(-99, 99), min_size=2, max_size=9)

mean_is_exact = claim(
    "averages.mean-is-exact",
    says="The mean of fractions is exact.",
    sources=[lesson[3]],
    verdict=UPHELD,
    explained_by="statistics:mean",
    faults=[output_times("statistics:mean", 1.05)],
)


@mean_is_exact.as_worded
@given(values=numbers.filter(any))
def test_the_mean_is_the_sum_over_the_count(values):
    """Without any rounding, for whole numbers as fractions."""
    found = statistics.mean([Fraction(value) for value in values])

    judge.true(found * len(values) == sum(values), what="mean times count is the sum")


median_is_a_value = claim(
    "averages.median-is-a-value",
    says="The median is one of the values.",
    sources=[lesson[5]],
    verdict=REFUTED,
    severity="lesson",
    instead="The median of an even number of values is the mean of the two in the "
    "middle; that of an odd number is one of them.",
    explained_by="statistics:median",
    faults=[
        replaced(
            "statistics:median",
            lambda original: statistics.median_low,
            name="median_low",
            does="the median is the lower of the two middle values",
        )
    ],
)


@median_is_a_value.as_worded
@given(values=numbers)
def test_the_median_is_one_of_the_values(values):
    """For any list of two to nine whole numbers."""
    judge.contains(values, statistics.median(values), what="values")


@median_is_a_value.instead
@given(values=numbers)
def test_the_median_is_the_middle(values):
    """The mean of the middle two, or the middle one, of the sorted values."""
    ordered, half = sorted(values), len(values) // 2
    middle = (
        [ordered[half - 1], ordered[half]] if len(values) % 2 == 0 else [ordered[half]]
    )

    judge.equal(statistics.median(values), sum(middle) / len(middle), what="median")
