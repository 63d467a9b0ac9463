"""A lesson's Python as a syntax tree: without prompts, magics and lines of a shell,
and without the print statements of Python 2.

What is put in their place keeps the lines, and the columns of what stays.
"""

from __future__ import annotations

import ast
import re
import textwrap
import warnings

_PROMPT = re.compile(r"^\s*(?:>>> ?|\.\.\.:? ?|In \[\d*\]: ?)")
FIRST_PROMPT = re.compile(r"^\s*(?:>>>|In \[\d*\]:)")
_SHELL = r"!|\?|pip install|\$ |[A-Za-z_][\w.]*\?{1,2}\s*$"
_NO_PYTHON = re.compile(rf"^\s*(?:%[%\w]|{_SHELL})")
_PERHAPS_NONE = re.compile(rf"^\s*(?:%|{_SHELL})")
_TIMED = re.compile(r"^(\s*)(%time(?:it)?(?:\s+-\w+(?:\s+\d+)?)*\s+)(\S.*)$")
_CAPTURED = re.compile(r"^(\s*\w+\s*=\s*)[!%](?=\w).*$")
_PRINTED = re.compile(r"^(\s*)print(?:\s+(?![=(\[.,])|\s*>>).*$")
"""A statement of Python 2, whose lessons have the rest in common with today's."""
_CELL_MAGIC = re.compile(r"\s*%%(\S+)(.*)")
_OTHER_LANGUAGES = (
    *("bash", "sh", "script", "shell", "system", "sx", "!", "cmd", "powershell"),
    *("html", "javascript", "js", "css", "latex", "tikz", "markdown", "svg"),
    *("mermaid", "perl", "ruby", "python2", "r", "sql", "bigquery", "julia"),
    *("octave", "cython", "cpp", "cu", "rust", "fortran", "node", "typescript"),
    *("graphql", "configure"),
)
_FILES = ("writefile", "file")


def is_other_language(text: str) -> bool:
    """Whether the first line is a cell magic such as `%%bash`."""
    magic = _CELL_MAGIC.match(text)
    if magic is None:
        return False
    name, rest = magic.group(1).lower(), magic.group(2).rstrip()
    if name in _FILES:
        return not rest.endswith(".py")
    return name in _OTHER_LANGUAGES


def parsed(text: str) -> ast.Module | None:
    """The tree of a block, as it stands or without prompts and magics; None if it has
    none."""
    whole = _tree(text)
    if whole is not None and not any(map(_is_prompt, whole.body)):
        return whole
    lines = text.split("\n")
    if any(FIRST_PROMPT.match(line) for line in lines):
        lines = [_PROMPT.sub("", x) if _PROMPT.match(x) else "" for x in lines]
    for magic in (None, _NO_PYTHON, _PERHAPS_NONE):
        kept = "\n".join(_python(lines, magic) if magic else lines)
        tree = _tree(kept) or _tree(textwrap.dedent(kept))
        if tree is not None:
            return tree
    return None


def _is_prompt(statement: ast.stmt) -> bool:
    """`In [3]: f(x)` is Python, too: an annotation of `In[3]`."""
    return (
        isinstance(statement, ast.AnnAssign)
        and isinstance(statement.target, ast.Subscript)
        and ast.unparse(statement.target.value) == "In"
    )


def _tree(text: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of strings with odd escapes
            return ast.parse(text)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None


def _python(lines: list[str], magic: re.Pattern[str]) -> list[str]:
    """The lines, with `pass` for what is no Python, which may be a whole body."""
    kept: list[str] = []
    goes_on = False
    for line in lines:
        timed, captured = _TIMED.match(line), _CAPTURED.match(line)
        if goes_on:
            kept.append("")
        elif _PRINTED.match(line):
            kept.append(line[: len(line) - len(line.lstrip())] + "pass")
        elif timed and _tree(timed.group(3)):
            indent, before, statement = timed.groups()
            kept.append(indent + "0;".ljust(len(before)) + statement)
        elif magic.match(line):
            kept.append(line[: len(line) - len(line.lstrip())] + "pass")
        elif captured:
            kept.append(captured.group(1) + "...")
        else:
            kept.append(line)
            continue
        goes_on = not timed and line.rstrip().endswith("\\")
    return kept
