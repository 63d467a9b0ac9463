"""What is wrong with a number or an output of a lesson: place, message, evidence."""

from __future__ import annotations

from dataclasses import dataclass

from harness.lessons.patterns import Node
from harness.lessons.reading import Said

OUTPUT, NUMBER = "output", "number"


@dataclass(frozen=True)
class Wrong:
    """A number of the text, or of the code, that does not follow from the lesson; or
    (rule: OUTPUT) a stored output that its code cannot have printed."""

    at: Node | Said
    message: str
    evidence: str
    rule: str = NUMBER
