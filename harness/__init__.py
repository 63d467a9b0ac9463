"""Judge teaching material by running what it says on the real libraries.

A claim file needs one import line from here; the constructors of faults are in
`harness.running.faults`. Everything else is policy.
"""

from harness.documents.figures import Figures, stated
from harness.documents.ledger import public
from harness.evidence import judge
from harness.evidence.seeds import seed_training
from harness.evidence.verdict import INCONCLUSIVE, QUALIFIED, REFUTED, UPHELD
from harness.running.claim import claim
from harness.running.contradiction import contradiction, side
from harness.running.properties import example, given
from harness.running.shared import shared
from harness.stack.arrays import as_array
from harness.stack.gradients import gradients

__all__ = [
    "INCONCLUSIVE",
    "QUALIFIED",
    "REFUTED",
    "UPHELD",
    "Figures",
    "as_array",
    "claim",
    "contradiction",
    "example",
    "given",
    "gradients",
    "judge",
    "public",
    "seed_training",
    "shared",
    "side",
    "stated",
]
