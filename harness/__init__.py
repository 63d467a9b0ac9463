"""Judge teaching material by running what it says on the real libraries.

A claim file needs one import line from here; everything else is policy.
"""

from harness import judge
from harness.claim import claim
from harness.properties import example, given
from harness.verdict import INCONCLUSIVE, QUALIFIED, REFUTED, UPHELD

__all__ = [
    "INCONCLUSIVE",
    "QUALIFIED",
    "REFUTED",
    "UPHELD",
    "claim",
    "example",
    "given",
    "judge",
]
