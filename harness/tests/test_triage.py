"""The ledger command: triage is kept, claims find their passage, gaps are told."""

import pytest

from harness.documents import triage
from harness.documents.ledger import Ledgers

HEAD = """\
id = "paper"
title = "A paper"
file = "paper.txt"
sha256 = "0"
lines = 5
section = [{ line = 1, title = "Start" }]
"""
TEXT = "## Title\n\nDropout drops units. Rates are shares.\n\nOpinions differ.\n"


@pytest.fixture
def folder(tmp_path):
    ledgers, material = tmp_path / "documents", tmp_path / "material"
    ledgers.mkdir()
    material.mkdir()
    (ledgers / "paper.toml").write_text(HEAD)
    (material / "paper.txt").write_text(TEXT)
    return material


def ledgers_of(material):
    return Ledgers(material.parent / "documents")


def update(material, claims):
    return triage.update(ledgers_of(material), claims, material, changed=True)


def claim(says, line, id="dropout.fact"):
    return {
        "id": id,
        "says": says,
        "sources": [{"document": "paper", "lines": [line, line]}],
    }


def test_a_claim_goes_to_the_sentence_that_it_resembles(folder):
    """Of two sentences on line 3 the one about rates is chosen."""
    state = update(folder, [claim("A rate is a share.", 3)])["paper"]

    assert [row["claims"] for row in state.rows] == [[], [], ["dropout.fact"], []]
    assert state.rows[0]["reason"] == "heading"
    assert [row["lines"] for row in state.untriaged] == [[3, 3], [5, 5]]


def test_triage_by_hand_survives_an_update(folder):
    """A reason and a moved claim are kept, also when the text is edited slightly."""
    update(folder, [claim("A rate is a share.", 3)])
    rows = ledgers_of(folder)["paper"].rows()
    rows[1]["claims"], rows[2]["claims"] = ["dropout.fact"], []
    rows[2]["reason"], rows[3]["reason"] = "definition", "opinion"
    triage.write(
        ledgers_of(folder)["paper"].ledger,
        [row | {"claims": row.get("claims", [])} for row in rows],
    )
    (folder / "paper.txt").write_text(TEXT.replace("Opinions", "Opinion"))

    state = update(folder, [claim("A rate is a share.", 3)])["paper"]

    assert [row["claims"] for row in state.rows] == [[], ["dropout.fact"], [], []]
    assert [row["reason"] for row in state.rows][2:] == ["definition", "opinion"]
    assert (state.new, state.gone, state.untriaged) == (0, 0, [])


def test_a_claim_without_a_passage_is_told(folder):
    """Line 2 is blank."""
    state = update(folder, [claim("Nothing.", 2)])["paper"]

    assert state.unplaced == ["dropout.fact"]
    assert "claims without a row: dropout.fact" in state.sentence()


def test_no_text_is_stored(folder):
    """The ledger holds hashes and sketches, none of the words."""
    update(folder, [])

    assert "drops" not in ledgers_of(folder)["paper"].ledger.read_text()


def test_a_changed_copy_becomes_the_audited_text(folder):
    """Its head, its sections and its claims follow the text, longer as it is."""
    ledger = ledgers_of(folder)["paper"].ledger
    ledger.write_text(
        HEAD.replace("}]", '}, { line = 5, title = "End" }]').replace(
            "\nlines", "  # as it came\nlines"
        )
    )
    update(folder, [claim("Opinions differ.", 5)])
    longer = TEXT.replace("\nDropout", "\nA new line.\n\nDropout") + "\nThe last.\n"
    (folder / "paper.txt").write_text(longer)

    state = update(folder, [claim("Opinions differ.", 5)])["paper"]

    assert "cite the lines that moved anew: dropout.fact" in state.sentence()
    document = ledgers_of(folder)["paper"]
    assert document.is_audited(longer) and document.line_count == 9
    assert document.sections == ((1, "Start"), (7, "End"))
    assert [row["lines"][0] for row in document.rows() if row.get("claims")] == [7]
    assert "# as it came" in ledger.read_text()
    triage.update(ledgers_of(folder), [claim("Opinions differ.", 7)], folder)


def test_an_unusual_head_is_left_for_its_owner(folder):
    """It says what to write there."""
    ledger = ledgers_of(folder)["paper"].ledger
    ledger.write_text(HEAD.replace("lines = 5", "lines = 0x5"))

    with pytest.raises(triage.LedgerProblem, match=r"set `sha256` to .* `lines` to 5"):
        update(folder, [])


def test_comments_survive_an_update(folder):
    """With the passage that they are about; those of a passage that is gone, above."""
    update(folder, [])
    ledger = ledgers_of(folder)["paper"].ledger
    first, *rows = ledger.read_text().split("\n[[passage]]")
    rows[0] += '\n# About "dropout".\n'
    rows[1] = rows[1].replace('"prose"', '"prose"  # or a definition?')
    rows[3] += "# A word at the end.\n"
    ledger.write_text("\n[[passage]]".join([first, *rows]))

    update(folder, [])
    update(folder, [])

    rows = ledgers_of(folder)["paper"].rows()
    assert [row["remarks"] for row in rows] == [
        [],
        ['# About "dropout".', "# or a definition?"],
        [],
        ["# A word at the end."],
    ]
    (folder / "paper.txt").write_text(TEXT.partition("\nOpinions")[0])
    update(folder, [])
    assert ledger.read_text().count("# A word at the end.") == 1
