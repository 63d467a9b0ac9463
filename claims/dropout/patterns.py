"""Examples of dropout in a lesson's text that are not what dropout computes."""

import itertools
import re

from harness.lessons.patterns import pattern
from harness.lessons.reading import Said

DROPS = re.compile(r"\bdrop(s|ped|ping)?[ -]?out", re.I)
VECTOR = re.compile(r"\[\s*(\d[\d., \n]*\d)\s*\]")
SCALED = re.compile(
    r"(before|without|then|also|no) .{0,30}\bscal|scal(ed|ing) up|rescal|inverted"
    r"|1 ?- ?p",
    re.I,
)
SHOWN = "# With dropout the outputs [1.0, 2.0, 3.0, 4.0] become {}.\nimport keras\n"


@pattern(
    "dropout.example-vector",
    instead="Survivors are multiplied by 1 / (1 - rate): at rate 0.5 they are doubled.",
    catches=[
        SHOWN.format("[1.0, 0, 3.0, 0]"),
        SHOWN.format("[0.0, 2.0, 3.0, 4.0]"),
        "# Dropout at work: [0.3, 0.7, 0.9] before,\n# and [0.3, 0, 0.9] after.\nx = 1",
    ],
    passes=[
        SHOWN.format("[2.0, 0, 6.0, 0]"),
        SHOWN.format("[1.0, 0, 3.0, 0] before they are scaled"),
        SHOWN.format("[1.0, 0, 3.0]"),
        "# A mask makes [1.0, 0, 3.0, 0] of [1.0, 2.0, 3.0, 4.0].\nx = 1",
        SHOWN.format("[1.0, 2.0, 3.0, 4.0]"),
    ],
)
def survivors_keep_their_value(code):
    """The survivors of this example keep their value, and dropout scales them up."""
    for piece in code.lesson.passages():
        if SCALED.search(piece.text):
            continue
        vectors = [(m, _numbers(m.group(1))) for m in VECTOR.finditer(piece.text)]
        for (first, before), (match, after) in itertools.pairwise(vectors):
            near = piece.text[max(first.start() - 200, 0) : match.end()]
            if not DROPS.search(near) or {*before, *after} <= {0, 1}:
                continue
            kept = [a for b, a in zip(before, after) if a == b]
            lost = [a for b, a in zip(before, after) if a == 0 != b]
            if len(before) == len(after) == len(kept) + len(lost) > 2 and lost and kept:
                line = piece.line + piece.text.count("\n", 0, match.start())
                yield Said(piece, line)


def _numbers(text):
    try:
        return [float(number) for number in text.split(",")]
    except ValueError:
        return []
