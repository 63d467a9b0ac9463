"""Hold lessons against the libraries: findings with their place, rule and evidence."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypedDict

from harness.documents import passages
from harness.evidence import verdict as v
from harness.lessons import (
    gone,
    inline,
    patterns,
    pinned,
    programs,
    statements,
    years,
)
from harness.lessons.asking import Libraries
from harness.lessons.choosing import (
    Choice,
    fingerprint,
    ineffective,
    is_silenced,
    silenced,
)
from harness.lessons.judged import Judged, JudgedStatement
from harness.lessons.numbers import found as numbers
from harness.lessons.patterns import Code
from harness.lessons.programs import Call, Place, Program, Use, canonical
from harness.lessons.reading import (
    SUFFIXES,
    Lesson,
    Said,
    UnreadableLesson,
    is_python,
    read,
)

ERROR, WARNING, NOTE = "error", "warning", "note"
NAME, CALL = "name", "call"
MOST_FILES = 5_000
EVERYTHING = Choice()


class Finding(TypedDict):
    """One thing that is wrong, at one place; unknown is None.

    cell: 0-based in a notebook; line, column, end_line: 1-based, in the cell's source
    or in the file; file_line: in the file, also of a notebook.
    link: where the published audit has the claim.
    fingerprint: stays the same when the line moves. fix: a word that can be replaced,
    None where nothing is safe to edit.
    """

    file: str
    cell: int | None
    line: int
    column: int | None
    end_line: int | None
    file_line: int
    rule: str
    severity: str
    claim: str | None
    message: str
    instead: str | None
    evidence: str | None
    since: str | None
    until: str | None
    link: str | None
    fingerprint: str
    fix: Fix | None


class Fix(TypedDict):
    """A word that becomes another one: line and column (1-based) of its beginning."""

    line: int
    column: int
    word: str
    becomes: str


class FileEntry(TypedDict):
    """What was read of a file; path: where it is, from the current folder; problem: why
    it could not be read; written_for: other versions that it asks for, so that nothing
    is said of it; versions: the first and the last of Keras that has all its names;
    unparsed_at: where the blocks are that could not be parsed."""

    file: str
    path: str
    kind: str
    passages: int
    blocks: int
    unparsed: int
    unparsed_at: list[Where]
    problem: str | None
    written_for: str | None
    versions: list[str] | None


class Where(TypedDict):
    """A line of a cell, or of a file."""

    cell: int | None
    line: int


class Remark(TypedDict):
    """A comment of a lesson that silences nothing, and why."""

    file: str
    cell: int | None
    line: int
    message: str


class Agreement(TypedDict):
    """A sentence that says what is right: a claim's correction, or an upheld claim."""

    file: str
    cell: int | None
    line: int
    claim: str


class Linted(TypedDict):
    """The result, as `--format json` prints it.

    silenced: how many findings a comment silenced; known: how many the baseline has;
    remarks: comments that name no rule.
    """

    schema: int
    stack: dict[str, str]
    files: list[FileEntry]
    findings: list[Finding]
    agreements: list[Agreement]
    silenced: int
    known: int
    remarks: list[Remark]


def lint(
    paths: list[Path],
    libraries: Libraries,
    judged: Judged,
    choice: Choice = EVERYTHING,
    texts: dict[str, dict[int | None, str]] | None = None,
) -> Linted:
    """All findings in these files and folders. Raises UnreadableLesson.

    texts: is filled with the text of each file, by cell, for a page that shows it.
    """
    files: list[FileEntry] = []
    agreed: list[Agreement] = []
    remarks: list[Remark] = []
    shown = Shown(choice)
    for path, name in lessons(paths):
        try:
            lesson = read(path, name)
        except UnreadableLesson as problem:
            files.append(_entry(path, name, "unreadable", problem=str(problem)))
            continue
        program = programs.of(lesson)
        entry = _entry(path, name, lesson.kind)
        files.append(entry)
        entry["problem"] = _lacking(lesson, program, libraries)
        entry["passages"], entry["blocks"] = len(lesson.passages()), program.blocks
        entry["unparsed"] = len(program.unparsed)
        entry["unparsed_at"] = [
            Where(cell=p.cell, line=p.line) for p in program.unparsed
        ]
        entry["versions"] = _versions(program)
        remarks += _remarks(lesson, judged)
        entry["written_for"] = pinned.other_version(lesson, libraries)
        if entry["written_for"] is None:
            shown.add(lesson, _of(lesson, program, libraries, judged))
            agreed += agreements(lesson, judged)
        if texts is not None:
            texts[name] = lesson.sources
    return {
        "schema": 1,
        "stack": libraries.ask(ask="versions") if shown.findings else {},
        "files": files,
        "findings": shown.findings,
        "agreements": agreed,
        "silenced": shown.silenced,
        "known": shown.known,
        "remarks": remarks,
    }


def _remarks(lesson: Lesson, judged: Judged) -> Iterator[Remark]:
    for cell, text in lesson.sources.items():
        for line, said in ineffective(text, judged.claims):
            yield Remark(file=lesson.file, cell=cell, line=line, message=said)


class Shown:
    """The findings that rules, comments and a baseline leave."""

    def __init__(self, choice: Choice) -> None:
        self.findings: list[Finding] = []
        self.silenced = self.known = 0
        self._choice, self._left = choice, Counter(choice.known)

    def add(self, lesson: Lesson, found: list[Finding]) -> None:
        quiet = {cell: silenced(text) for cell, text in lesson.sources.items()}
        for finding in found:
            cell, line, rule = finding["cell"], finding["line"], finding["rule"]
            if not self._choice.shows(rule):
                continue
            if is_silenced(quiet.get(cell, {}), line, rule):
                self.silenced += 1
                continue
            lines = lesson.sources.get(cell, "").split("\n")
            text = lines[line - 1] if line <= len(lines) else ""
            finding["fingerprint"] = fingerprint(finding["file"], rule, text)
            if self._left[finding["fingerprint"]]:
                self._left[finding["fingerprint"]] -= 1
                self.known += 1
            else:
                self.findings.append(finding)


def _entry(
    path: Path, shown: str, kind: str, *, problem: str | None = None
) -> FileEntry:
    return {
        "file": shown,
        "path": _from_here(path),
        "kind": kind,
        "passages": 0,
        "blocks": 0,
        "unparsed": 0,
        "unparsed_at": [],
        "problem": problem,
        "written_for": None,
        "versions": None,
    }


def _from_here(path: Path) -> str:
    """The path as the current folder sees it, which terminals and GitHub can open."""
    whole, here = Path(os.path.abspath(path)), Path.cwd()
    return (whole.relative_to(here) if whole.is_relative_to(here) else path).as_posix()


def lessons(paths: list[Path]) -> list[tuple[Path, str]]:
    """Each file once, with the name it is called by: its path as given, or below the
    folder that was given; below several, with the folder where names are the same.

    Links are passed over in folders. Raises UnreadableLesson for a path that does not
    exist, or has no lesson.
    """
    found: dict[str, tuple[Path, str]] = {}
    for path, name in (file for given in paths for file in _below(given)):
        found.setdefault(os.path.abspath(path), (path, name))
    files = [*found.values()]
    counts = Counter(name for _, name in files)
    return [(path, name if counts[name] == 1 else str(path)) for path, name in files]


def _below(given: Path) -> Iterator[tuple[Path, str]]:
    if not given.exists():
        raise UnreadableLesson(f"{given}: no such file or folder.")
    if not given.is_dir() or given.is_symlink():
        yield given, str(given)
        return
    try:
        next(given.iterdir(), None)
    except OSError as error:
        raise UnreadableLesson(
            f"{given} cannot be read ({error.strerror}); name a folder that you "
            "may read."
        ) from None
    found = [
        path
        for path in sorted(given.rglob("*"))
        if path.suffix.lower() in SUFFIXES
        and path.is_file()
        and not path.is_symlink()
        and not any(p.startswith(".") for p in path.relative_to(given).parts)
    ]
    if not found:
        raise UnreadableLesson(
            f"{given} holds no lesson; lessons end in {', '.join(SUFFIXES)}."
        )
    if len(found) > MOST_FILES:
        raise UnreadableLesson(f"{given} holds over {MOST_FILES} lessons.")
    for path in found:
        yield path, path.relative_to(given).as_posix()


def _of(
    lesson: Lesson, program: Program, libraries: Libraries, judged: Judged
) -> list[Finding]:
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
    for finding in found:
        if finding["claim"]:
            finding["link"] = judged.link(finding["claim"])
    return sorted(
        found, key=lambda f: (f["cell"] or 0, f["line"], f["column"] or 0, f["rule"])
    )


def _lacking(lesson: Lesson, program: Program, libraries: Libraries) -> str | None:
    """A sentence if the lesson uses a library that cannot be imported here."""
    for name in sorted({use.name.split(".")[0] for use in program.uses}):
        said = libraries.ask(ask="library", name=name).get("message")
        if said:
            return (
                f"{lesson.file} uses {name}, which cannot be imported here ({said}), "
                "so its names and calls are not judged: install it."
            )
    return None


def _versions(program: Program) -> list[str] | None:
    """From which to which version of Keras its names, and its models' methods, are."""
    used = [use.name for use in program.uses if not use.name.startswith("torch")]
    used += [call.use.name for call in program.methods]
    kept = [n for n in map(canonical, used) if n.startswith("keras.")]
    found = years.together(kept)
    return list(found) if found else None


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
        yield _finding(
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
            yield _finding(
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
        yield _finding(lesson, at, wrong.rule, WARNING, message, evidence=evidence)


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
            found = _finding(
                lesson, at, NAME, ERROR, message, instead=instead, evidence=evidence
            )
            yield {**found, "until": last[0] if last else None}
    for at in program.no_modules:
        message = "Python finds no module `tf`; the library is called tensorflow"
        yield _finding(lesson, at, NAME, ERROR, message)


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
            yield _finding(lesson, use, NAME, ERROR, message)
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
            yield _finding(lesson, call.use, CALL, ERROR, message, evidence=said)
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
            yield _finding(lesson, where, CALL, ERROR, message, evidence=problem)


def _no_method(lesson: Lesson, at: Place | Said, name: str) -> Finding:
    owner, method = name.split(".")[-2:]
    last = years.until(canonical(name))
    evidence = f"in Keras {last[0]}, gone in {last[1]}" if last else None
    message = f"{owner} has no method {method}"
    found = _finding(lesson, at, NAME, ERROR, message, evidence=evidence)
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
            found = _finding(lesson, call.use, CALL, severity, message, evidence=said)
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


def _finding(
    lesson: Lesson,
    at: Place | Said,
    rule: str,
    severity: str,
    message: str,
    *,
    claim: str | None = None,
    instead: str | None = None,
    evidence: str | None = None,
) -> Finding:
    """A finding at a use of a name, or at a sentence, whose column is not known."""
    column, end = (None, None) if isinstance(at, Said) else (at.column, at.end_line)
    return {
        "file": lesson.file,
        "cell": at.piece.cell,
        "line": at.line,
        "column": column,
        "end_line": end,
        "file_line": lesson.line_in_file(at.piece.cell, at.line),
        "rule": rule,
        "severity": severity,
        "claim": claim,
        "message": message,
        "instead": instead,
        "evidence": _ADDRESS.sub("", evidence) if evidence else None,
        "since": None,
        "until": None,
        "link": None,
        "fingerprint": "",
        "fix": None,
    }


_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+(?=>)")
"""Of an object in the memory of the process that was asked: another one each time."""
