"""The audited documents, linted as if nobody knew them."""

import pytest

from harness.documents.project import around
from harness.lessons import judged
from harness.lessons.lint import lint
from harness.tests.conftest import ROOT

MATERIAL = ROOT.parent / "shared" / "material"


class Nothing:
    """Libraries that are not asked: statements need none."""

    def ask(self, **_question):
        return {}


@pytest.mark.skipif(not MATERIAL.is_dir(), reason="needs the audited documents")
def test_statements_found_are_those_that_the_audit_judged_there():
    """A sentence may end on the line after the one at which it is found."""
    project = around(ROOT)
    said = {}
    for document in project.ledgers.documents():
        for row in document.rows():
            for line in range(row["lines"][0], row["lines"][1] + 1):
                here = said.setdefault((document.file, line), set())
                here.update(row.get("claims", ()))

    found = lint([MATERIAL], Nothing(), judged.around_or_installed(ROOT))["findings"]

    found = [f for f in found if f["rule"].startswith("statement.")]
    strange = [
        (f["file"], f["line"], f["rule"])
        for f in found
        if not any(
            f["claim"] in said.get((f["file"], f["line"] + below), ())
            for below in (0, 1)
        )
    ]
    assert len(found) > 20
    assert strange == []
