"""The verdicts as JUnit XML (pytest's xunit2), one case per claim."""

from __future__ import annotations

from xml.etree import ElementTree as xml

from harness.evidence import verdict as v
from harness.evidence.lines import Audited, JudgedClaim
from harness.report.text import printable


def junit(audited: Audited) -> str:
    """A changed verdict is a failure, a broken one an error, not run is skipped."""
    claims = audited["claims"]
    suite = xml.Element(
        "testsuite",
        name="audit",
        tests=str(len(claims)),
        failures=str(sum(_changed(claim) for claim in claims)),
        errors=str(sum(claim["verdict"] == v.BROKEN for claim in claims)),
        skipped=str(sum(claim["verdict"] == v.NOT_RUN for claim in claims)),
        time=f"{audited['run']['seconds'] or 0:.3f}",
        timestamp=(audited["run"]["started"] or "1970-01-01T00:00:00")[:19],
        hostname="audit",
    )
    for claim in claims:
        suite.append(_case(claim))
    root = xml.Element("testsuites")
    root.append(suite)
    xml.indent(root)
    return xml.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _changed(claim: JudgedClaim) -> bool:
    return claim["changed"] and claim["verdict"] != v.BROKEN


def _case(claim: JudgedClaim) -> xml.Element:
    seconds = sum(check["seconds"] or 0 for check in claim["checks"])
    case = xml.Element(
        "testcase",
        classname=f"claims.{claim['topic']}",
        name=claim["id"],
        time=f"{seconds:.3f}",
    )
    said = printable(f"{claim['verdict']}: {claim['says']} {claim['reason'] or ''}")
    if _changed(claim):
        message = f"recorded {claim['recorded']}, measured {claim['verdict']}"
        xml.SubElement(case, "failure", message=message).text = said
    elif claim["verdict"] == v.BROKEN:
        message = printable(claim["reason"] or "broken")
        xml.SubElement(case, "error", message=message).text = said
    elif claim["verdict"] == v.NOT_RUN:
        message = printable(claim["reason"] or "not run")
        xml.SubElement(case, "skipped", type="pytest.skip", message=message)
    else:
        xml.SubElement(case, "system-out").text = said
    return case
