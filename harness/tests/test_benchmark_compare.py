"""Two benchmark runs side by side: ratios, never times."""

import json

import pytest

from harness.benchmark import compare


def run(folder, **intervals):
    folder.mkdir()
    rows = [
        {"of": n, "over": "base", "quantity": "step time", "interval": i}
        for n, i in intervals.items()
    ]
    (folder / "ratios.json").write_text(json.dumps({"full": False, "ratios": rows}))
    return str(folder)


def test_ratios_differ_if_their_intervals_are_disjoint(tmp_path, capsys):
    """Larger, smaller, no difference, unknown."""
    old = run(tmp_path / "old", a=[1, 2], b=[1, 2], c=[1, 2], d=None)
    new = run(tmp_path / "new", a=[2.1, 3], b=[0.5, 0.9], c=[1.9, 3], d=[1, 2])

    assert compare.main([old, new]) == 0

    words = {x[-11]: x[:13].strip() for x in capsys.readouterr().out.splitlines()}
    assert words == {
        "a": "larger",
        "b": "smaller",
        "c": "no difference",
        "d": "unknown",
    }


@pytest.mark.parametrize("text", [None, "{", "[]", '{"ratios": [{}]}'])
def test_unreadable_results_cost_one_sentence(tmp_path, capsys, text):
    """Missing, damaged, of another kind."""
    if text is not None:
        (tmp_path / "ratios.json").write_text(text)

    assert compare.main([str(tmp_path), str(tmp_path)]) == 2

    said = capsys.readouterr().err
    assert said.startswith("error: ") and "no results of `pytest --benchmark`" in said
    assert said.count("\n") == 1


def test_two_runs_with_ratios_compare_them_too(tmp_path):
    """`python -m harness compare` shows them; a run without ratios shows none."""
    old, new = (tmp_path / name for name in ("old", "new"))
    run(old, a=[1, 2])
    assert compare.between(old, new) == []
    run(new, a=[2.1, 3])

    (line,) = compare.between(old, new)

    assert line.startswith("larger") and line.endswith("a over base")
