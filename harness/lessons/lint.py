"""Hold lessons against the libraries and the judged claims."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from harness.lessons import pinned, programs, rules, years
from harness.lessons.asking import Libraries
from harness.lessons.choosing import (
    Choice,
    fingerprint,
    ineffective,
    is_silenced,
    silenced,
)
from harness.lessons.findings import (
    Agreement,
    FileEntry,
    Finding,
    Linted,
    Remark,
    Where,
)
from harness.lessons.judged import Judged
from harness.lessons.programs import Program, canonical
from harness.lessons.reading import SUFFIXES, Lesson, UnreadableLesson, read

MOST_FILES = 5_000
EVERYTHING = Choice()


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
            shown.add(lesson, rules.findings(lesson, program, libraries, judged))
            agreed += rules.agreements(lesson, judged)
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
