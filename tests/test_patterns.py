"""Patterns of code beside the claims: each finds its own examples, and no near miss."""

import pytest

from harness.lessons import patterns, programs, reading
from harness.tests.conftest import ROOT

PATTERNS = patterns.load(ROOT / "claims")


def found_in(text, path):
    """What all patterns find in a lesson that is one script, by claim and text."""
    path.write_text(text)
    lesson = reading.read(path, path.name)
    program = programs.of(lesson)
    assert not program.unparsed, text
    code = patterns.Code(lesson, program)
    return {(p.claim, p.says) for p in PATTERNS if list(p.find(code))}


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda p: p.find.__name__)
def test_a_pattern_finds_its_examples_and_passes_near_misses(pattern, tmp_path):
    """At least three of each, and no example of one is a finding of another."""
    itself = (pattern.claim, pattern.says)

    assert len(pattern.catches) >= 3 and len(pattern.passes) >= 3
    for example in pattern.catches:
        assert itself in found_in(example, tmp_path / "a.py"), example
    for example in pattern.passes:
        assert itself not in found_in(example, tmp_path / "a.py"), example
