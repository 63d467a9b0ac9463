"""The rules of lint: statements, patterns of code, numbers, names and calls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from harness.documents import passages
from harness.evidence import verdict as v
from harness.lessons import gone, inline, patterns, programs, statements, years
from harness.lessons.asking import Libraries
from harness.lessons.findings import (
    CALL,
    ERROR,
    NAME,
    NOTE,
    WARNING,
    Agreement,
    Finding,
    Fix,
    finding,
)
from harness.lessons.judged import Judged, JudgedStatement
from harness.lessons.numbers import found as numbers
from harness.lessons.patterns import Code
from harness.lessons.programs import Call, Place, Program, Use, canonical
from harness.lessons.reading import Lesson, Said, is_python


def findings(
    lesson: Lesson, program: Program, libraries: Libraries, judged: Judged
) -> list[Finding]:
    """All findings of a lesson, in the order of their places."""
    code = Code(lesson, program)
    found = [
        *_statements(lesson, judged),
        *_patterns(lesson, code, judged),
        *_numbers(lesson, code, libraries),
        *_names(lesson, program, libraries),
        *_methods(lesson, code, program, libraries),
        *_calls(lesson, program, libraries),
    ]
    found = [f for f in found if not _is_said_to_fail(lesson, f)]
    for one in found:
        if one["claim"]:
            one["link"] = judged.link(one["claim"])
    return sorted(
        found, key=lambda f: (f["cell"] or 0, f["line"], f["column"] or 0, f["rule"])
    )


def _is_said_to_fail(lesson: Lesson, finding: Finding) -> bool:
    """Whether the lesson says that this name or call does not work: in a comment of the
    line, in the sentence before the block, or with the error that it shows below."""
    if finding["rule"] not in (NAME, CALL):
        return False
    lines = lesson.sources.get(finding["cell"], "").split("\n")[finding["line"] - 1 :]
    if lines and patterns.FAILS.search(lines[0]):
        return True
    pieces = [piece for piece in lesson.pieces if not piece.inside]
    for at, piece in enumerate(pieces):
        last = piece.line + piece.text.count("\n")
        here = piece.cell == finding["cell"] and piece.line <= finding["line"] <= last
        if here and piece.kind == passages.CODE:
            prose = [p for p in pieces[:at][-1:] if p.kind == passages.PROSE]
            said = [text for p in prose for _, text in statements.sentences(p)]
            shown = [p.text for p in pieces[at + 1 :][:1] if p.kind == passages.OUTPUT]
            fails = any(map(_FAILS.search, said[-1:]))
            return fails or any(map(_ERROR.search, shown))
    return False


_FAILS = re.compile(
    r"\b(raises?|throws?|fails?|does not work|(doesn|won)['’]t work|don['’]t use|"
    r"an error|no longer (works?|exists?|available|supported)|in keras [12]\b)",
    re.IGNORECASE,
)
_ERROR = re.compile(r"^\s*(\w+\.)*\w*(Error|Exception)\b", re.MULTILINE)


def _statements(lesson: Lesson, judged: Judged) -> Iterator[Finding]:
    """Sentences that make a statement which the audit found refuted or qualified; none
    in a lesson with code that names no audited framework, and speaks of its own."""
    code = any(is_python(piece) for piece in lesson.code())
    if code and not any(_FRAMEWORK.search(text) for text in lesson.sources.values()):
        return
    for made in statements.made_in(lesson, judged.statements):
        claim = judged.claims.get(made.statement.claim)
        if claim is None or claim["verdict"] not in (*v.FINDINGS, v.UPHELD):
            continue
        upheld = claim["verdict"] == v.UPHELD
        yield finding(
            lesson,
            made,
            f"statement.{claim['id']}",
            _LEVELS[claim["severity"]],
            "says otherwise than what was measured"
            if upheld
            else f"{_JUDGED_AS[claim['verdict']]}: {claim['says']}",
            claim=claim["id"],
            instead=_true_instead(claim),
            evidence=_measured(claim, judged),
        )


_FRAMEWORK = re.compile(r"keras|tensorflow|torch|\btf\.", re.IGNORECASE)
_JUDGED_AS = {
    v.REFUTED: "makes a refuted statement of this kind",
    v.QUALIFIED: "makes a statement of this kind, which needs a condition",
}


def agreements(lesson: Lesson, judged: Judged) -> list[Agreement]:
    """Sentences that say what was measured to be right."""
    return [
        {
            "file": lesson.file,
            "cell": made.piece.cell,
            "line": made.line,
            "claim": made.statement.claim,
        }
        for made in statements.made_in(lesson, judged.agreements)
        if made.statement.claim in judged.claims
    ]


def _patterns(lesson: Lesson, code: Code, judged: Judged) -> Iterator[Finding]:
    """Code that does what a claim warns of; each place once."""
    for pattern in judged.patterns:
        claim = judged.claims.get(pattern.claim)
        if claim is None:
            continue
        for place in dict.fromkeys(pattern.find(code)):
            at: Place | Said
            if isinstance(place, Said):
                if statements.is_disowned(lesson, place):
                    continue
                at, family = place, "statement"
            elif patterns.shown_as_wrong(place):
                continue
            else:
                at, family = programs.place(place.block.piece, place.node), "code"
            yield finding(
                lesson,
                at,
                f"{family}.{claim['id']}",
                _LEVELS[claim["severity"]] if claim["severity"] else WARNING,
                pattern.says,
                claim=claim["id"],
                instead=pattern.instead or _true_instead(claim),
                evidence=f"measured on {judged.stack}"
                if pattern.instead
                else _measured(claim, judged),
            )


def _numbers(lesson: Lesson, code: Code, libraries: Libraries) -> Iterator[Finding]:
    """Numbers and stored outputs that do not follow from the lesson."""
    for wrong in numbers.wrong(code, libraries):
        at: Place | Said
        if isinstance(wrong.at, Said):
            if statements.is_disowned(lesson, wrong.at):
                continue
            at = wrong.at
        else:
            at = programs.place(wrong.at.block.piece, wrong.at.node)
        message, evidence = wrong.message, wrong.evidence
        yield finding(lesson, at, wrong.rule, WARNING, message, evidence=evidence)


_LEVELS = {"lesson": ERROR, "number": WARNING, "wording": NOTE, None: NOTE}


def _true_instead(claim: JudgedStatement) -> str:
    """The claim's correction, its condition, or, if it is upheld, the claim itself."""
    if claim["instead"]:
        return claim["instead"]
    return claim["says"] if claim["verdict"] == v.UPHELD else f"It {claim['scope']}."


def _measured(claim: JudgedStatement, judged: Judged) -> str:
    chance = claim.get("chance")
    wrong = f", wrong by chance in at most {chance:.0e} of cases" if chance else ""
    measured = f"measured on {judged.stack}{wrong}"
    return ": ".join(filter(None, (measured, claim["why"])))


def _names(lesson: Lesson, program: Program, libraries: Libraries) -> Iterator[Finding]:
    """Names of the code and of the text's inline code; each missing one once a line,
    and what an import lacks there alone."""
    told: set[tuple[int | None, int, str]] = set()
    imported: set[str] = set()
    private: set[str] = set()
    uses: list[tuple[Place | Said, str]] = [(use, use.name) for use in program.uses]
    for at, name in [*uses, *inline.names(lesson, program)]:
        if _TO_FILL_IN.search(name) or name.startswith("keras.src."):
            continue  # Keras' own modules depend on its version and the backend
        missing = libraries.ask(ask="name", name=name).get("missing")
        if missing in program.attached or (missing and _is_plural(at, name, libraries)):
            continue
        if missing and missing.startswith(_PRIVATE):
            if missing in private:
                continue  # one import is wrong, and all that it brings
            private.add(missing)
        place = (at.piece.cell, at.line, missing or "")
        imports = "import " in at.piece.text.split("\n")[at.line - at.piece.line]
        if missing and place not in told and (imports or missing not in imported):
            told.add(place)
            imported |= {missing} if imports else set()
            written = at.written if isinstance(at, Use) else name
            evidence = f"looked up: {missing}, written as {written}"
            last = years.until(missing)
            if last:
                evidence += f"; in Keras {last[0]}, gone in {last[1]}"
            message = f"{missing} does not exist"
            instead = _PUBLIC if missing.startswith(_PRIVATE) else None
            found = finding(
                lesson, at, NAME, ERROR, message, instead=instead, evidence=evidence
            )
            yield {**found, "until": last[0] if last else None}
    for at in program.no_modules:
        message = "Python finds no module `tf`; the library is called tensorflow"
        yield finding(lesson, at, NAME, ERROR, message)


_PRIVATE = "tensorflow.python."
_PUBLIC = "tensorflow.python is private; import keras, or from tensorflow"
_TO_FILL_IN = re.compile(r"(^|\.)_+(\.|$)")
"""A name of underscores: a blank that the reader is to fill in."""


def _is_plural(at: Place | Said, name: str, libraries: Libraries) -> bool:
    """`keras.Models` in a sentence may be several of `keras.Model`."""
    if not isinstance(at, Said) or not name.endswith("s"):
        return False
    return libraries.ask(ask="name", name=name[:-1]).get("missing") == ""


def _methods(
    lesson: Lesson, code: Code, program: Program, libraries: Libraries
) -> Iterator[Finding]:
    """Attributes and methods that a class does not have, methods also where the text
    names them, and calls of those it has that no value could make right."""
    gone_here: dict[str, str] = {}
    told: set[tuple[int | None, int]] = set()
    for use in program.attributes:
        if libraries.ask(ask="attribute", name=use.name).get("missing"):
            owner, attribute = use.name.split(".")[-2:]
            message = f"{owner} has no attribute {attribute}"
            yield finding(lesson, use, NAME, ERROR, message)
    for call in program.methods:
        owner, method = call.use.name.split(".")[-2:]
        answer = libraries.ask(
            ask="method",
            name=call.use.name,
            positional=call.positional,
            keywords=[] if call.starred else list(call.keywords),
        )
        if answer.get("missing"):
            gone_here[method] = owner
            told.add((call.use.piece.cell, call.use.line))
            yield _no_method(lesson, call.use, call.use.name)
        elif said := answer.get("message"):
            told.add((call.use.piece.cell, call.use.line))
            message = f"{owner}.{method} refuses this call"
            yield finding(lesson, call.use, CALL, ERROR, message, evidence=said)
    for said, written in inline.methods(lesson):
        method = written.partition(".")[2]
        if method in gone_here:
            told.add((said.piece.cell, said.line))
            yield _no_method(lesson, said, f"keras.{gone_here[method]}.{method}")
    for at, method in gone.methods(code, libraries):
        if (at.piece.cell, at.line) not in told:
            yield _no_method(lesson, at, f"{gone.MODEL}.{method}")
    for where, method, problem in gone.calls(code, libraries):
        if (where.piece.cell, where.line) not in told:
            message = f"Model.{method} refuses this call"
            yield finding(lesson, where, CALL, ERROR, message, evidence=problem)


def _no_method(lesson: Lesson, at: Place | Said, name: str) -> Finding:
    owner, method = name.split(".")[-2:]
    last = years.until(canonical(name))
    evidence = f"in Keras {last[0]}, gone in {last[1]}" if last else None
    message = f"{owner} has no method {method}"
    found = finding(lesson, at, NAME, ERROR, message, evidence=evidence)
    return {**found, "until": last[0] if last else None}


_OUTCOMES = {
    "refused": (ERROR, "refuses"),
    "warned": (WARNING, "warns of"),
    "ignored": (WARNING, "ignores"),
}


def _calls(lesson: Lesson, program: Program, libraries: Libraries) -> Iterator[Finding]:
    """Calls that the library refuses or warns of, as a whole or for one keyword."""
    for call in program.calls:
        what, answer = "this call", libraries.ask(**_question(call))
        if answer.get("outcome") not in _OUTCOMES:
            for keyword in call.keywords:
                name = call.use.name
                one = libraries.ask(ask="keyword", name=name, keyword=keyword)
                if one.get("outcome") in _OUTCOMES:
                    what, answer = f"the argument {keyword!r}", one
                    break
        if answer.get("outcome") in _OUTCOMES:
            severity, does = _OUTCOMES[answer["outcome"]]
            message = f"{call.use.name.rpartition('.')[2]} {does} {what}"
            said = answer.get("message", "")
            found = finding(lesson, call.use, CALL, severity, message, evidence=said)
            for keyword in call.keywords:
                if last := years.had(canonical(call.use.name), keyword):
                    gone_in = f"{keyword} is in Keras {last[0]}, gone in {last[1]}"
                    found["evidence"] = f"{said}; {gone_in}"
                    found["until"] = last[0]
            for old, new in answer.get("renames", {}).items():
                line, column = call.places[old]
                found["instead"] = f"{new}="
                found["fix"] = Fix(line=line, column=column, word=old, becomes=new)
            yield found


def _question(call: Call) -> dict[str, Any]:
    return {
        "ask": "call",
        "name": call.use.name,
        "positional": call.positional,
        "keywords": list(call.keywords),
        "starred": call.starred,
        "arguments": list(call.arguments) if call.arguments else None,
    }
