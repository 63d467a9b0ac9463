"""Power: what the last run with faults noticed is told by runs that try none."""

import shutil

import pytest

from harness.evidence import power
from harness.evidence.store import write_compressed

pytest_plugins = ["pytester"]

CLAIM = """
import string

sums = claim("sums.caps", says="a becomes A.", sources=[paper[2]], verdict=UPHELD,
             faults=[output_times("string:capwords", 2)])

@sums.as_worded
def test_caps():
    import string
    judge.equal(string.capwords("a"), "A")
"""
NAME = "capwords x 2"


def test_a_run_without_faults_tells_what_the_last_one_noticed(project):
    """The faults are not tried again, and their date stands in the page."""
    project.claims(CLAIM)
    project.run("claims", "--faults")
    with_faults = project.audit()

    project.run("claims")

    audited = project.audit()
    assert audited["claims"][0]["faults"][0]["detected"] is None
    assert audited["power"]["noticed"] == {"sums.caps": {NAME: True}}
    assert audited["power"]["measured"] == with_faults["run"]["started"]
    page = (project.path / "reports/latest/audit.html").read_text()
    assert "1 of 1 faults noticed, in the run with faults of" in page


def test_a_part_of_the_claims_is_no_run_to_keep(project):
    """What a selection noticed says nothing of the suite."""
    project.claims(CLAIM)

    project.run("claims", "--faults", "-k", "caps")

    assert power.last(project.path / "reports", project.path / "nowhere") == []


@pytest.mark.parametrize("damage", ["", "{", "[1]"])
def test_a_fresh_clone_has_the_published_power(project, damage):
    """Also where the file beside the runs is damaged."""
    project.claims(CLAIM)
    project.run("claims", "--faults")
    reports = project.path / "reports"
    kept = power.last(reports, project.path)
    published = project.path / "published"
    published.mkdir()
    write_compressed(published, kept)
    shutil.rmtree(reports)
    reports.mkdir()
    if damage:
        (reports / "faults.json").write_text(damage)

    assert power.last(reports, published) == kept
