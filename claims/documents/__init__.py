"""The five audited documents; `day7[64]` is the source at line 64 of that file."""

from pathlib import Path

from harness.documents.ledger import Ledgers

ledgers = Ledgers(Path(__file__).parent)

day7 = ledgers["day-7"]
notebook = ledgers["imagenette-notebook"]
lab = ledgers["tensorflow-lab"]
article = ledgers["dropout-article"]
tutorial = ledgers["overfit-underfit"]
