"""The verdicts as JUnit XML (pytest's xunit2), one case per claim or contradiction."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as xml

from harness.evidence import verdict as v
from harness.evidence.lines import Audited, JudgedClaim, JudgedContradiction, Run
from harness.report.text import printable

Found = JudgedClaim | JudgedContradiction


def junit(audited: Audited) -> str:
    """A changed verdict is a failure, a broken one an error, not run is skipped."""
    root = xml.Element("testsuites")
    root.append(_suite("audit", "claims", audited["claims"], audited["run"]))
    found = audited["contradictions"]
    if found:
        root.append(_suite("contradictions", "contradictions", found, audited["run"]))
    xml.indent(root)
    return xml.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(name: str, package: str, found: Sequence[Found], run: Run) -> xml.Element:
    suite = xml.Element(
        "testsuite",
        name=name,
        tests=str(len(found)),
        failures=str(sum(_changed(one) for one in found)),
        errors=str(sum(one["verdict"] == v.BROKEN for one in found)),
        skipped=str(sum(one["verdict"] == v.NOT_RUN for one in found)),
        time=f"{run['seconds'] or 0:.3f}",
        timestamp=(run["started"] or "1970-01-01T00:00:00")[:19],
        hostname="audit",
    )
    for one in found:
        suite.append(_case(package, one))
    return suite


def _changed(found: Found) -> bool:
    return found["changed"] and found["verdict"] != v.BROKEN


def _case(package: str, found: Found) -> xml.Element:
    seconds = sum(check["seconds"] or 0 for check in found["checks"])
    case = xml.Element(
        "testcase",
        classname=f"{package}.{found['topic']}",
        name=found["id"],
        time=f"{seconds:.3f}",
    )
    said = printable(f"{found['verdict']}: {found['says']} {found['reason'] or ''}")
    if _changed(found):
        message = f"recorded {found['recorded']}, measured {found['verdict']}"
        xml.SubElement(case, "failure", message=message).text = said
    elif found["verdict"] == v.BROKEN:
        message = printable(found["reason"] or "broken")
        xml.SubElement(case, "error", message=message).text = said
    elif found["verdict"] == v.NOT_RUN:
        message = printable(found["reason"] or "not run")
        xml.SubElement(case, "skipped", type="pytest.skip", message=message)
    else:
        xml.SubElement(case, "system-out").text = said
    return case
