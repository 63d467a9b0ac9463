"""Sentences that a lesson quotes, asks about or supposes, and does not state itself.

Of such a sentence nothing is said, whatever it states: `True or false?`, `Some people
think ...`, `... This is wrong.`, `~~...~~`, `If it accepted ..., we could ...`.
"""

from __future__ import annotations

import re


def _pattern(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(parts), re.IGNORECASE)


_ASKED = _pattern(
    r"\btrue or false\b", r"\btrue ?/ ?false\b", r"\bright or wrong\b", r"\bT ?/ ?F\b"
)
_MYTH = r"(?:\w+ )?(?:myth|misconception|fallacy|misunderstanding|misbelief)"
_FALSE = r"(?:wrong|false|incorrect|untrue|mistaken|not (?:true|correct|right|so))"
_ENDS = r"(?=\s*(?:[.,;:!?)]|$|\b(?:because|since|in|for|and|but|as)\b))"
_SPEAKERS = (
    r"(?:some|many|most|several|few)(?: \w+){0,3}|people|students|beginners|one|you"
)
_TELLS = r"(?:think|believe|assume|expect|claim|say|argue)"
_MAY = r"(?:(?:might|may|could|often|sometimes|still|wrongly|mistakenly|will) )*"
_SOMEBODY = r"(?:student|colleague|friend|classmate|reader|beginner|learner|post)"
_TOLD = r"(?:wrote|writes|said|says|claims|claimed|thinks|believes|argues|argued)"
_ITSELF = _pattern(
    rf"^\W*(?:{_SPEAKERS}) {_MAY}{_TELLS}\b",
    r"\bit is (?:often|commonly|sometimes|widely) (?:believed|thought|claimed|assumed)",
    rf"\b(?:a|an|one|your|my|another) (?:\w+ )?{_SOMEBODY} (?:once )?{_TOLD}\b",
    rf"\b(?:is|are|was) (?:a|an|one) {_MYTH}\b",
    rf"^\W*(?:{_MYTH}|wrong|false|incorrect)\b[^.:]{{0,20}}:",
    rf"\b(?:claim|idea|belief|statement|notion) that\b.* (?:is|was) {_FALSE}{_ENDS}",
    r"^\W*if\b[^,]*\b(?:accepted|had|were|did|took|allowed|supported)\b"
    r".*,.*\b(?:would|could|might)\b",
)
_THIS = r"(?:this|that|it|which)(?: (?:claim|idea|belief|statement|sentence|view))?"
_AFTER = _pattern(
    rf"^\W*(?:but |however,? )?{_THIS} (?:is|was) (?:\w+ly )?{_FALSE}{_ENDS}",
    rf"^\W*(?:but |however,? )?{_THIS} (?:is|was) (?:a|an|one) {_MYTH}\b",
    rf"^\W*why (?:is|was) {_THIS} {_FALSE}\b",
    rf"^\W*(?:(?:solution|answer)\W+)?(?:{_FALSE}|no)\W*$",
    r"^\W*\(?(?:true|t) ?(?:/|or) ?(?:false|f)\b",
)
_ABOVE = _pattern(
    r"^\W*(?:the|this|that) (?:quote|quotation|passage|excerpt|statement|claim|advice)"
    rf"\b(?: above)?.*\b(?:is|was) {_FALSE}{_ENDS}"
)
_HEADING = _pattern(r"\b(?:myths?|misconceptions?|true or false|true ?/ ?false)\b")
_STRUCK = re.compile(r"~~(.+?)~~")


def is_disowned(
    said: list[str], at: int, *, heading: str = "", below: str = ""
) -> bool:
    """Whether the lesson does not state sentence number `at` of a paragraph itself.

    said: the paragraph's sentences; heading: the one above; below: the first sentence
    of the next paragraph.
    """
    sentence = said[at]
    before = said[at - 1] if at else ""
    after = said[at + 1] if at + 1 < len(said) else below
    struck = " ".join(said)
    return bool(
        _ASKED.search(sentence)
        or _ASKED.search(before)
        or _ITSELF.search(sentence)
        or _AFTER.search(after)
        or _ABOVE.search(after)
        or _ABOVE.search(below)
        or _HEADING.search(heading)
        or any(sentence.strip("~ ") in x for x in _STRUCK.findall(struck))
    )
