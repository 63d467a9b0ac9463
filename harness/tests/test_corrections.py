"""Corrections find their place in a copy, and become a patch that git applies."""

import json
import shutil
import subprocess

import pytest
from sarif_kit.validate import validation_errors

from harness.__main__ import main
from harness.documents import corrections
from harness.documents.corrections import (
    APPLIES,
    CHANGED,
    CORRECTED,
    BadCorrection,
    Copy,
    applied,
)
from harness.documents.project import Project, around
from harness.evidence import record
from harness.evidence.store import read
from harness.report import changes, patch
from harness.report.sarif import sarif
from harness.tests.conftest import PUBLISHED, ROOT

EXAMPLE = ROOT / "examples" / "another-subject"
MATERIAL = ROOT.parent / "shared" / "material"


@pytest.fixture
def averages(tmp_path):
    """The example project, and its lesson as text."""
    folder = tmp_path / "another subject"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("reports"))
    project = Project(folder, folder / "material")
    document = project.ledgers["averages"]
    return project, document, project.copies()["averages"]


def entry(piece, becomes, lines, put="replace", claims=("averages.median-is-a-value",)):
    count, digest = corrections.fingerprint(piece)
    return {
        "lines": list(lines),
        "tokens": count,
        "fingerprint": digest,
        "put": put,
        "becomes": becomes,
        "claims": list(claims),
        "settles": [],
        "place": [[lines[0], 1], [lines[1], 1]],
    }


def test_the_example_says_what_to_put_where(averages):
    """Its one refuted claim has a correction, and it applies to the lesson."""
    _, document, text = averages
    (found,) = corrections.read(document)

    placed = Copy(document, text).place(found)

    assert placed.status == APPLIES
    assert found["becomes"] in applied(text, [placed])


@pytest.mark.parametrize(
    "moved", [lambda t: "A new first line.\n\n" + t, lambda t: t.replace("\n", "\r\n")]
)
def test_a_copy_whose_lines_moved_is_corrected_all_the_same(averages, moved):
    """The place follows the passage, and what is there already is seen."""
    _, document, text = averages
    (found,) = corrections.read(document)
    copy = Copy(document, moved(text))

    once = applied(copy.text, [copy.place(found)])

    assert copy.place(found).status == APPLIES
    assert once != copy.text and found["becomes"] in once
    assert Copy(document, once).place(found).status == CORRECTED


def test_a_passage_that_was_rewritten_is_left_alone(averages):
    """Neither the piece nor the correction stands there."""
    _, document, text = averages
    (found,) = corrections.read(document)
    lines = text.splitlines()
    lines[4] = "Medians are something else, and this sentence is new."

    assert Copy(document, "\n".join(lines)).place(found).status == CHANGED


@pytest.mark.parametrize(
    ("put", "becomes", "expected"),
    [
        ("replace", "mode", "The mode of"),
        ("before", "sample ", "The sample median of"),
        ("after", " value", "The median value of"),
    ],
)
def test_a_text_is_put_in_place_or_beside(averages, put, becomes, expected):
    """In place of the piece, before it, after it."""
    _, document, text = averages
    copy = Copy(document, text)

    placed = copy.place(entry("median", becomes, (5, 5), put))

    assert expected in applied(text, [placed])


def test_corrections_that_overlap_are_refused(averages):
    """Two of them for the same words would give neither."""
    _, document, text = averages
    copy = Copy(document, text)
    both = [copy.place(entry(p, "x", (5, 5))) for p in ("The median", "median of")]

    with pytest.raises(BadCorrection, match="overlap at line 5"):
        applied(text, both)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("one\ntwo\nthree", "one\n2\nthree"),
        ("one\ntwo", "one\ntwo\nthree\n"),
        ("a\r\nb\r\n", "a\r\nc\r\n"),
        ("a\u2028b\x0cc\nd\n", "a\u2028b\x0cc\ne\n"),
    ],
)
def test_git_applies_a_patch(tmp_path, old, new):
    """Whatever the lines end with, and where the last one ends with nothing."""
    path = tmp_path / "a text.md"
    path.write_bytes(old.encode())
    (tmp_path / "it.patch").write_bytes(patch.unified(path.name, old, new).encode())

    command = ["git", "apply", "--whitespace=nowarn", "it.patch"]
    subprocess.run(command, cwd=tmp_path, check=True)

    assert path.read_bytes() == new.encode()


@pytest.fixture
def judged(averages, tmp_path):
    """The example's corrections beside a run that refuted its claim."""
    project, document, _ = averages
    started = {
        "type": "run",
        "backend": "none",
        "started": "2026-01-02T03:04:05+00:00",
        "seed": 1,
        "alpha": None,
        "faults": None,
        "command": "pytest",
        "stack": {"backend": "none"},
    }
    claim = {
        "type": "claim",
        "backend": "none",
        "id": "averages.median-is-a-value",
        "topic": "averages",
        "says": "A median is a value of its list.",
        "recorded": "refuted",
        "severity": "lesson",
        "instead": "It may lie between two of them.",
        "scope": None,
        "why": "",
        "explained_by": [],
        "needs": None,
        "timed": False,
        "differs_on": {},
        "on": None,
        "module": "m",
        "sources": [{"document": "averages", "section": "s", "lines": [5, 5]}],
        "evidence": [],
        "checks": [{"test": "t", "role": "as worded"}],
        "faults": [],
    }
    check = {
        "type": "check",
        "backend": "none",
        "claim": claim["id"],
        "test": "t",
        "role": "as worded",
        "condition": "",
        "negated": False,
        "outcome": "falsified",
        "examples": 1,
        "falsified_examples": 1,
        "oracle": None,
        "snippet": None,
        "worst_case": None,
        "measured": 1,
        "expected": 2,
    }
    told = {"type": "document", **document.as_dict()}
    told["corrections"] = corrections.read(document)
    run = project.root / "reports" / "runs" / "one"
    run.mkdir(parents=True)
    lines = [json.dumps(line) for line in (started, told, claim, check)]
    (run / "evidence.jsonl").write_text("\n".join(lines) + "\n")
    return project, run


def test_the_patch_is_written_beside_the_run_and_applies(judged, capsys):
    """After it the claim is corrected, not refuted; a second patch is empty."""
    project, run = judged
    material = str(project.material)
    assert main(["patch", str(run), "--material", material]) == 0
    assert "corrections-averages.patch: 1 change, 0 left out" in capsys.readouterr().out

    made = run / "corrections-averages.patch"
    subprocess.run(["git", "apply", str(made)], cwd=project.material, check=True)

    audited = corrections.set_right(
        record.audit(read(run)), corrections.copies(project)
    )
    assert audited["totals"]["refuted"] == 0
    assert audited["totals"]["corrected"] == 1
    assert main(["patch", str(run), "--material", material]) == 0
    assert made.read_text() == ""


def test_what_was_asked_for_is_patched_and_nothing_else(judged, capsys):
    """By severity, by claim; an unknown claim costs a sentence."""
    project, run = judged
    command = ["patch", str(run), "--material", str(project.material)]

    assert main([*command, "--severity", "wording"]) == 0
    assert "0 changes" in capsys.readouterr().out
    assert main([*command, "--claim", "averages.median-is-a-value"]) == 0
    assert "1 change," in capsys.readouterr().out
    assert main([*command, "--claim", "averages.none"]) == 2
    assert "has no such claim" in capsys.readouterr().err


def test_a_patch_that_somebody_edited_stays(judged, capsys):
    """One that nobody touched is written again, with other options too."""
    project, run = judged
    command = ["patch", str(run), "--material", str(project.material)]
    made = run / "corrections-averages.patch"
    assert main(command) == main(command) == 0
    edited = made.read_text() + "\n"
    made.write_text(edited)
    capsys.readouterr()

    assert main(command) == 2

    assert "was edited since it was written: move it away" in capsys.readouterr().err
    assert made.read_text() == edited


def test_a_changed_passage_is_left_out_with_its_reason(judged, capsys):
    """The author rewrote it: nothing is overwritten, and it is said."""
    project, run = judged
    path = project.material / "averages.md"
    lines = path.read_text().splitlines()
    lines[4] = "Medians are something else, and this sentence is new."
    path.write_text("\n".join(lines))

    assert main(["patch", str(run), "--material", str(project.material)]) == 0

    assert "1 left out" in (said := capsys.readouterr().out)
    assert "this passage was changed since it was audited" in said


def test_sarif_carries_the_same_as_fixes(judged):
    """An editor that applies the replacement has the corrected text."""
    project, run = judged
    audited = record.audit(read(run))
    log = sarif(audited, corrections.copies(project))
    assert list(validation_errors(log)) == []
    (result,) = log["runs"][0]["results"]

    (file,) = result["fixes"][0]["artifactChanges"]
    (replacement,) = file["replacements"]
    region = replacement["deletedRegion"]
    lines = project.copies()["averages"].splitlines()
    line = lines[region["startLine"] - 1]
    before, after = line[: region["startColumn"] - 1], line[region["endColumn"] - 1 :]
    lines[region["startLine"] - 1] = (
        before + replacement["insertedContent"]["text"] + after
    )

    (made,) = patch.patches(audited, corrections.copies(project))
    (placed,) = made.applied
    assert "\n".join(lines) == applied(project.copies()["averages"], [placed]).rstrip()
    assert "fixes" not in sarif(audited)["runs"][0]["results"][0]


@pytest.mark.skipif(not MATERIAL.is_dir(), reason="needs the audited documents")
def test_the_audited_documents_are_put_right(tmp_path):
    """Each patch applies; then nothing that has a correction is refuted, and each
    contradiction with a wrong side is gone."""
    material = tmp_path / "material"
    shutil.copytree(MATERIAL, material)
    project = Project(around(ROOT).root, material)
    audited = record.audit(read(PUBLISHED))

    for made in patch.patches(audited, corrections.copies(project)):
        assert made.left_out == []
        id = made.document["id"]
        copy = Copy(project.ledgers[id], project.copies()[id])
        for placed in made.applied:
            ends = (placed.start, placed.end - 1)
            there = [list(copy.position(at)) for at in ends]
            assert placed.correction["place"] == there
        path = tmp_path / made.name
        path.write_text(made.diff, "utf-8")
        command = ["git", "apply", "--whitespace=nowarn", str(path)]
        subprocess.run(command, cwd=material, check=True)

    after = corrections.set_right(audited, corrections.copies(project))
    left = [c for c in after["claims"] if c["verdict"] == "refuted"]
    assert [c["id"] for c in left if any("lines" in s for s in c["sources"])] == []
    wrong = [c["id"] for c in record.standing(after) if c["right"] is not None]
    assert wrong == []
    made = changes.changes(after, corrections.copies(project))
    assert not any(made.values())
