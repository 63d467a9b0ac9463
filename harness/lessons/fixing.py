"""`lint --fix` and `--diff`: edits of single words that are safe to make.

A word is replaced where it stands as the finding says, and only there; what cannot be
found again in the file's bytes is left alone. A notebook keeps its other bytes.
"""

from __future__ import annotations

import difflib
import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from harness.evidence.store import write_atomically
from harness.lessons.findings import Finding, Fix
from harness.lessons.lint import lessons

Edits = dict[Path, tuple[str, str]]
"""By file, its text before and after."""


def edits(found: Iterable[Finding], named: list[Path]) -> Edits:
    """What the fixes of these findings make of their files.

    named: the files and folders that were linted.
    """
    paths = {name: path for path, name in lessons(named)}
    by_file: dict[str, dict[int | None, list[Fix]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for finding in found:
        if finding["fix"]:
            by_file[finding["file"]][finding["cell"]].append(finding["fix"])
    made: Edits = {}
    for file, cells in by_file.items():
        path = paths[file]
        before = path.read_bytes().decode("utf-8")
        after = before
        for cell, fixes in cells.items():
            if cell is None:
                lines = after.split("\n")
                for at, line in _edited(lines, fixes):
                    lines[at] = line
                after = "\n".join(lines)
            else:
                after = _in_notebook(after, cell, fixes)
        if after != before:
            made[path] = before, after
    return made


def _edited(lines: list[str], fixes: list[Fix]) -> list[tuple[int, str]]:
    """Number and new text of each line that changes; from the right to the left."""
    changed: dict[int, str] = {}
    for fix in sorted(fixes, key=lambda f: (f["line"], -f["column"])):
        at = fix["line"] - 1
        if at >= len(lines):
            continue
        raw = changed.get(at, lines[at]).encode("utf-8")
        word, start = fix["word"].encode(), fix["column"] - 1
        end = start + len(word)
        if raw[start:end] == word and raw[end:].lstrip()[:1] == b"=":
            changed[at] = (raw[:start] + fix["becomes"].encode() + raw[end:]).decode()
    return sorted(changed.items())


def _in_notebook(text: str, cell: int, fixes: list[Fix]) -> str:
    """The notebook with these lines of one cell changed, if they can be told apart."""
    read = json.loads(text)
    cells = read.get("cells") or read["worksheets"][0]["cells"]
    sources = [c.get("source", c.get("input", [])) for c in cells]
    if not all(isinstance(source, list) for source in sources):
        return text
    lines = sources[cell]
    for at, line in reversed(_edited([x.rstrip("\n") for x in lines], fixes)):
        new = line + "\n" * lines[at].endswith("\n")
        for ascii_only in (True, False):
            old_bytes = json.dumps(lines[at], ensure_ascii=ascii_only)
            before = [x for s in sources[:cell] for x in s] + lines[:at]
            every = sum(x == lines[at] for s in sources for x in s)
            if text.count(old_bytes) == every:
                nth = sum(x == lines[at] for x in before)
                start = -1
                for _ in range(nth + 1):
                    start = text.index(old_bytes, start + 1)
                end = start + len(old_bytes)
                new_bytes = json.dumps(new, ensure_ascii=ascii_only)
                text = text[:start] + new_bytes + text[end:]
                lines[at] = new  # so that equal lines are counted as they now stand
                break
    return text


def diff(made: Edits) -> str:
    """The edits as one unified diff."""
    parts: list[str] = []
    for path, (before, after) in made.items():
        parts += difflib.unified_diff(
            before.splitlines(keepends=True),
            after.splitlines(keepends=True),
            f"a/{path.as_posix().lstrip('/')}",
            f"b/{path.as_posix().lstrip('/')}",
        )
    return "".join(parts)


def write(made: Edits) -> None:
    """Write each file whole, with the mode that it had."""
    for path, (_, after) in made.items():
        mode = path.stat().st_mode
        write_atomically(path, after)
        path.chmod(mode)
