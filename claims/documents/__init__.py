"""The five audited documents; `day7[64]` is the source at line 64 of that file."""

from harness.documents.ledger import document

day7 = document("day-7")
notebook = document("imagenette-notebook")
lab = document("tensorflow-lab")
article = document("dropout-article")
tutorial = document("overfit-underfit")
