"""Numbers that a comment or a sentence gives, and the code beside it another one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.lessons.numbers.wrong import Wrong
from harness.lessons.patterns import Call, Code
from harness.lessons.reading import Said
from harness.lessons.statements import sentences

PLATEAU = (
    *("keras.callbacks.EarlyStopping", "keras.callbacks.ReduceLROnPlateau"),
    "torch.optim.lr_scheduler.ReduceLROnPlateau",
)
_NUMBER = r"(?<![\d,.])(\d[\d,]*(?:\.\d+)?)"
_SIZED = {
    "keras.layers.Dense": (
        "units",
        re.compile(rf"{_NUMBER} (?:\w+ )?(?:units|neurons)\b"),
    ),
    "keras.layers.Conv2D": ("filters", re.compile(rf"{_NUMBER} (?:\w+ )?filters\b")),
    "keras.layers.Dropout": ("rate", re.compile(rf"{_NUMBER} ?%")),
}
"""By class, the argument that comes first, and what a comment says of it."""
_OTHER = re.compile(
    r"input|output of|instead|was|from|keep|retain|->|or\b|try|\bnot\b|total", re.I
)
_WORDS = dict(
    zip(
        ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
        range(2, 11),
    )
)
_COUNT = rf"(\d+|{'|'.join(_WORDS)})"
_WAITS = re.compile(
    r"\b(?:improv\w*|progress|better|decreas\w*|bad)\b.{0,40}?\b(?:for|after|in|over) "
    rf"(?:at least )?{_COUNT} (?:(?:consecutive|successive|straight|more|bad) )?epochs|"
    rf"\bpatience (?:of|is|is set to|to|=) ?{_COUNT}\b",
    re.IGNORECASE,
)
_SUPPOSED = re.compile(
    r"\b(if you|would|could|might|e\.g|for example|for instance|try|default|larger|"
    r"smaller|higher|lower|increas|instead|exercise|usual|typical|often|between|or|"
    r"say|imagine|suppose|was|previous|paper)",
    re.IGNORECASE,
)


def wrong(code: Code) -> Iterator[Wrong]:
    """Of layers in a comment on their line, or on the one above; of a callback's
    patience in a sentence."""
    for name, (argument, said) in _SIZED.items():
        for call in code.calls(name):
            yield from _commented(code, call, argument, said)
    yield from _patience(code)


def _commented(
    code: Code, call: Call, argument: str, said: re.Pattern[str]
) -> Iterator[Wrong]:
    lines = call.block.piece.text.split("\n")
    above, line = lines[max(call.node.lineno - 2, 0)], lines[call.node.lineno - 1]
    before, _, comment = line.partition("#")
    if not comment and above.lstrip().startswith("#"):
        comment = above.lstrip(" #")
    if call.node.end_lineno != call.node.lineno or not comment or "#" in comment:
        return
    numbers = said.findall(comment)
    value = code.literal(call.block, call.argument(argument, 0))
    if len(numbers) != 1 or not isinstance(value, (int, float)) or value is True:
        return
    if _OTHER.search(comment) or before.count(call.name.rpartition(".")[2]) != 1:
        return
    number = float(numbers[0].replace(",", "")) / (100 if argument == "rate" else 1)
    if abs(number - value) > 1e-9:
        yield Wrong(
            call,
            f"the comment says {numbers[0]}{' %' if argument == 'rate' else ''}, and "
            f"the code has {argument}={value:g}",
            f"{call.name.rpartition('.')[2]} of {value:g}",
        )


def _patience(code: Code) -> Iterator[Wrong]:
    """A sentence about how long such callbacks wait, if none of the lesson waits so.

    Keras acts in the epoch in which `patience` others are over, torch one later.
    """
    found = [
        code.literal(call.block, call.argument("patience"))
        for call in code.calls(*PLATEAU)
    ]
    waits = sorted({patience for patience in found if isinstance(patience, int)})
    if not waits or None in found:
        return
    for piece in code.lesson.passages():
        if piece.kind != "prose":
            continue
        for line, said in sentences(piece):
            told = list(_WAITS.finditer(said))
            if len(told) != 1 or _SUPPOSED.search(said):
                continue
            written = (told[0][1] or told[0][2]).lower()
            count = _WORDS.get(written) or int(written)
            if count not in waits and count - 1 not in waits:
                asked = ", ".join(map(str, waits))
                yield Wrong(
                    Said(piece, line),
                    f"the text waits for {count} epochs, and the code for {asked}",
                    f"patience={asked}",
                )
