"""Input pipelines: what large batches buy; measured by `pytest --benchmark` only."""

from claims.documents import tutorial
from harness import claim

large_batches_efficient = claim(
    "data.large-batches-efficient",
    says="Repacking rows in batches of 10,000 is faster than row by row.",
    sources=[tutorial[160]],
    needs="tensorflow",
)


@large_batches_efficient.as_worded
def test_batched_repacking_handles_more_rows_a_second(ratios):
    """Rows per second, batch(10000).map.unbatch over map on each row, exceed 1."""
    ratios.judge("batch(10000)", over="row by row", low=1.0)
