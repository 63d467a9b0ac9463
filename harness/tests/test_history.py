"""A claim's entry tells its verdicts in earlier runs; an unreadable run is named."""

import json
import time

import jsonschema
import pytest

from harness.evidence import history
from harness.report import render
from harness.tests.conftest import SCHEMA
from harness.tests.test_report import audit, claim


def run(day, verdict="upheld", *, backend="tensorflow", **stack):
    """An audit of a run on a day of January."""
    audited = audit(verdict=verdict)
    audited["run"]["started"] = f"2026-01-{day:02}T03:04:05.000+00:00"
    audited["run"]["stack"] |= {"backend": backend} | stack
    return audited


@pytest.fixture
def runs(tmp_path):
    """Store audits as neighbours; returns the folder of the run that looks at them."""

    def store(*audits, at=20):
        folder = tmp_path / "runs"
        for number, audited in enumerate(audits):
            place = folder / f"202601{number:02}"
            place.mkdir(parents=True)
            text = audited if isinstance(audited, str) else json.dumps(audited)
            (place / "audit.json").write_text(text)
        own = folder / f"202601{at}"
        own.mkdir(parents=True, exist_ok=True)
        return own

    return store


def said(folder, **now):
    """The sentence in the claim's entry of a run of the 20th, if there is one."""
    audited = run(20, **now)
    audited |= history.beside(folder, audited)
    sentence = history.sentences(audited).get("topic.fact")
    assert (sentence or "no history") in render.html(audited) + "no history"
    return sentence


@pytest.mark.parametrize(
    ("before", "sentence"),
    [
        ([], None),
        ([run(3)], "upheld in 1 run since 2026-01-03"),
        ([run(3), run(4)], "upheld in 2 runs since 2026-01-03"),
        (
            [run(3, "refuted", keras="3.14"), run(4), run(5)],
            "upheld in 2 runs since 2026-01-04; refuted in 1 before, on keras 3.14",
        ),
        ([run(3, numpy="2.0")], "upheld in 1 run since 2026-01-03, on numpy 2.0"),
        (
            [run(3, "refuted", backend="torch"), run(4)],
            "upheld in 1 run since 2026-01-04; "
            "with torch refuted in 1 run since 2026-01-03",
        ),
        ([run(3, "not run")], None),
        ([run(21)], None),
        ([run(3) | {"claims": [claim(id="topic.other")]}], None),
    ],
)
def test_the_entry_says_what_earlier_runs_found(runs, before, sentence):
    """Verdict, how often, since when, and the versions that differ from this run's."""
    assert said(runs(*before)) == sentence


def test_a_partial_run_is_no_history(runs):
    """Only complete runs count."""
    partial = run(3)
    partial["run"]["complete"] = False

    assert said(runs(partial)) is None


def test_the_last_ten_runs_are_told(runs):
    """Newest last; audit.json keeps its schema with the added key."""
    audited = run(20)
    audited |= history.beside(runs(*(run(day) for day in range(1, 15))), audited)

    days = [entry["started"][8:10] for entry in audited["history"]["runs"]]
    assert days == [f"{day:02}" for day in range(5, 15)]
    assert audited["history"]["verdicts"] == {"topic.fact": ["upheld"] * 10}
    schema = json.loads(SCHEMA.read_text())["properties"]["history"]
    jsonschema.validate(audited["history"], schema)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[1]",
        '"x"',
        "null",
        "[" * 100_000,
        '{"run": {}}',
        "\ufeff{}",
        json.dumps(run(3)).replace("upheld", "true"),
        json.dumps(run(3)).replace("2026-01-03", "yesterday"),
        json.dumps(run(3)).replace('"3.15"', "[3]"),
    ],
)
def test_a_broken_or_foreign_audit_is_one_sentence(runs, text):
    """The report names the folder; the other runs count."""
    audited = run(20)
    audited |= history.beside(runs(text, run(4)), audited)

    (sentence,) = audited["history"]["unread"]
    assert sentence.startswith("20260100 was not read: audit.json is no")
    assert sentence in render.html(audited)
    assert "upheld in 1 run since" in history.sentences(audited)["topic.fact"]


def test_bytes_and_links_are_one_sentence(runs, tmp_path):
    """Neither is followed or decoded; a linked folder is no neighbour."""
    folder = runs(run(3), run(4))
    (folder.parent / "20260100" / "audit.json").write_bytes(b"\xff\xfe")
    (folder.parent / "20260101" / "audit.json").unlink()
    (folder.parent / "20260101" / "audit.json").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").write_text(json.dumps(run(4)))
    (folder.parent / "20260102").symlink_to(tmp_path)

    found = history.beside(folder, run(20))["history"]

    assert found["runs"] == [] and len(found["unread"]) == 2


def test_a_run_outside_runs_has_no_history(runs):
    """The published audit does not depend on the machine that publishes."""
    folder = runs(run(3)).parent

    assert history.beside(folder.rename(folder.with_name("kept")) / "x", run(20)) == {}


def test_large_neighbours_are_read_in_time(runs):
    """Forty audits of 2 MB each: within a second or two."""
    large = run(3)
    large["run"]["complete"] = False
    large["claims"][0]["why"] = ["word " * 20] * 20_000
    folder = runs(*[json.dumps(large)] * 60)
    start = time.perf_counter()

    history.beside(folder, run(20))

    assert time.perf_counter() - start < 5


def test_the_page_marks_what_is_new_and_shows_the_trend(runs):
    """Since the last stored run on the same backend; and the counts of each run."""
    folder = runs(run(3), run(4, "refuted"), run(5, backend="torch"))
    audited = run(20)
    audited |= history.beside(folder, audited)

    assert history.news(audited) == {"topic.fact": "new: refuted on 2026-01-04"}
    counts = [dict(row["counts"]) for row in history.trend(audited)]
    assert counts == [{"upheld": 1}, {"refuted": 1}, {"upheld": 1}]
    page = render.html(audited)
    assert (
        "new: refuted on 2026-01-04" in page and "Verdicts of the stored runs" in page
    )


def test_a_merged_page_names_each_backend_with_its_seed():
    """In its head."""
    audited = run(20)
    stack = audited["run"]["stack"]
    audited["run"]["parts"] = [
        {
            "backend": name,
            "started": "2026",
            "seed": seed,
            "stack": stack | {"backend": name},
        }
        for name, seed in (("tensorflow", 7), ("torch", 9))
    ]

    page = render.html(audited)

    assert "seed 7, backend tensorflow" in page and "seed 9, backend torch" in page
