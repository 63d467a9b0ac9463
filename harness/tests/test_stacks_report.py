"""Several stacks as one table: order, flips, sentences by document, both forms."""

import pytest

from harness.__main__ import main
from harness.evidence import record
from harness.evidence.store import read_run, write_evidence
from harness.report import stacks
from harness.tests.conftest import PUBLISHED
from harness.tests.test_report import HOSTILE, audit, claim


def on(keras, verdict, backend="tensorflow", **more):
    """An audit of one claim on this version of Keras."""
    made = audit()
    versions = {"keras": keras, "tensorflow": "2.0", "torch": "2.0", "backend": backend}
    made["run"]["stack"] = {**made["run"]["stack"], **versions}
    made["claims"] = [claim(verdict=verdict, **more)]
    return made


def words(matrix):
    return [(c.verdict, c.flip) for c in matrix.rows[0].cells]


def test_stacks_stand_in_the_order_of_their_versions():
    """3.10 after 3.9, a pre-release before its release, TensorFlow before others."""
    audits = [
        on("3.10.0", "upheld"),
        on("3.16.0", "upheld"),
        on("3.9.0", "upheld", backend="torch"),
        on("3.16.0.dev1", "upheld"),
        on("3.9.0", "upheld"),
    ]

    found = stacks.matrix(audits)

    assert [column.label for column in found.columns] == [
        "Keras 3.9.0",
        "Keras 3.9.0, backend torch",
        "Keras 3.10.0",
        "Keras 3.16.0.dev1",
        "Keras 3.16.0",
    ]
    assert found.now == 2


def test_a_flip_is_another_verdict_than_the_last_measured():
    """What was not run in between hides none, and is none."""
    audits = [
        on("3.1", "refuted"),
        on("3.2", "not run"),
        on("3.3", "refuted"),
        on("3.4", "upheld"),
    ]

    found = stacks.matrix(audits)

    assert words(found) == [
        ("refuted", False),
        ("not run", False),
        ("refuted", False),
        ("upheld", True),
    ]
    assert found.rows[0].differs


def test_the_sentences_say_until_when_a_refuted_claim_was_true():
    """They speak of the first run; the best stack is the newest of the best."""
    audits = [on("3.3", "refuted"), on("2.15", "upheld"), on("3.1", "upheld")]

    (sentences,) = stacks.matrix(audits).sentences.values()

    assert sentences == [
        "Of 1 refuted claims 0 are false in Keras 2.15.",
        "1 is true up to Keras 3.1: topic.fact.",
        "Best stack: Keras 3.1, where 1 of 1 claims that all stacks up to now measured "
        "are upheld.",
    ]


def test_what_the_oldest_stack_cannot_measure_is_said():
    """It is neither true nor false there."""
    audits = [on("3.3", "refuted"), on("2.15", "not run")]

    (sentences,) = stacks.matrix(audits).sentences.values()

    assert sentences[1] == "1 cannot be measured in Keras 2.15."


def test_both_forms_mark_flips_and_explain_them():
    """The range and its reason stand below the table."""
    reason = {"keras<3": ["upheld", "Thing.call (thing.py)"]}
    audits = [on("3.3", "refuted", differs_on=reason), on("2.15", "upheld")]

    found = stacks.matrix(audits)

    assert "| topic.fact | upheld | **refuted** |" in stacks.markdown(found)
    assert "`topic.fact`: keras&lt;3: Thing.call (thing.py)" in stacks.markdown(found)
    assert "<strong>→ ✗ refuted</strong>" in stacks.html(found)
    assert "keras&lt;3: Thing.call (thing.py)" in stacks.html(found)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_runs_nothing_on_the_page(text):
    """A claim's sentence is text, also in an attribute."""
    page = stacks.html(stacks.matrix([on("3.3", "refuted", says=text)]))

    assert text not in page or "<" not in text


def test_the_command_writes_both_forms(tmp_path, capsys):
    """From stored evidence alone; the first run may stand anywhere in the table."""
    lines = read_run(PUBLISHED)
    old = [
        {**e, "stack": {**e["stack"], "keras": "2.0"}} if e["type"] == "run" else e
        for e in lines
    ]
    (tmp_path / "old").mkdir()
    write_evidence(tmp_path / "old" / "evidence.jsonl", old)
    out = tmp_path / "out"

    code = main(["stacks", str(PUBLISHED), str(tmp_path / "old"), "--out", str(out)])

    assert code == 0
    assert "refuted claims" in capsys.readouterr().out
    titles = [d["title"] for d in record.audit(lines)["documents"]]
    text = (out / "stacks.md").read_text("utf-8")
    assert all(title in text for title in titles)
    assert "Claims that differ <small>0</small>" in (out / "stacks.html").read_text()
