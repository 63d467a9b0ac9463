"""Read a lesson of any usual format into pieces: prose, code, stored outputs, tables.

Nothing of a lesson is executed. What cannot be read is one sentence; what cannot be
told apart stays prose. A format's parser is imported when a lesson of that format is
read: every command of the harness, and most lessons, start without it.
"""

from __future__ import annotations

import ast
import io
import itertools
import re
import textwrap
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from harness.documents.passages import CODE, HEADING, OUTPUT, PROSE, TABLE, split
from harness.errors import InputError
from harness.lessons import notebook
from harness.lessons.syntax import FIRST_PROMPT, is_other_language, parsed

LARGEST = 20 * 2**20
MOST_PIECES = 50_000
"""Bytes of a lesson, and pieces of it, that are read at most."""


class UnreadableLesson(InputError):
    """Why a file is no lesson that can be read, in one sentence."""


@dataclass(frozen=True)
class Piece:
    """A part of a lesson.

    kind: prose, heading, code, output or table. cell: 0-based in a notebook, else None.
    line: 1-based, of its first line in the cell's source or in the file. language: of
    code, as the lesson names it. tab: the framework whose variant it is, if it is one.
    inside: whether it is text inside of code: a comment, a docstring, a string.
    """

    kind: str
    text: str
    line: int
    cell: int | None = None
    language: str = ""
    tab: str = ""
    inside: bool = False


@dataclass(frozen=True)
class Said:
    """A sentence of a lesson's text: its piece, and its line in the cell or file."""

    piece: Piece
    line: int


@dataclass
class Lesson:
    """A lesson: its path as given, its format, its pieces in their order.

    sources: its text by cell; a lesson that is no notebook is one text, of cell None.
    text: that of the file.
    """

    file: str
    kind: str
    pieces: list[Piece] = field(default_factory=list)
    sources: dict[int | None, str] = field(default_factory=dict)
    text: str = ""

    def line_in_file(self, cell: int | None, line: int) -> int:
        """The line of the file, for one of a cell; 1 if it cannot be told."""
        if cell is None:
            return line
        lines = self._lines_in_file.get(cell, [])
        return lines[line - 1] if line <= len(lines) else 1

    @cached_property
    def _lines_in_file(self) -> dict[int, list[int]]:
        return notebook.lines_in_file(self.text)

    def code(self) -> list[Piece]:
        return [piece for piece in self.pieces if piece.kind == CODE]

    def passages(self) -> list[Piece]:
        return [piece for piece in self.pieces if piece.kind != CODE]


def read(path: Path, shown: str) -> Lesson:
    """The lesson at a path, called `shown`. Raises UnreadableLesson."""
    kind, pieces = _FORMATS.get(path.suffix.lower(), _FORMATS[".txt"])
    text = _text(path, shown)
    lesson = Lesson(shown, kind, text=text)
    try:
        for cell, source, found in pieces(text):
            lesson.sources[cell] = source
            for piece in found:
                lesson.pieces += [piece, *_said_inside(piece)]
                if len(lesson.pieces) > MOST_PIECES:
                    raise UnreadableLesson(f"{shown} has over {MOST_PIECES} pieces.")
    except UnreadableLesson:
        raise
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        said = str(error).split("\n")[0][:200]
        raise UnreadableLesson(f"{shown} is no {kind}: {said}.") from None
    return lesson


def _text(path: Path, shown: str) -> str:
    if not path.is_symlink() and not path.exists():
        raise UnreadableLesson(f"{shown}: no such file.")
    if path.is_symlink() or not path.is_file():
        raise UnreadableLesson(f"{shown} is no plain file; links are not followed.")
    if path.stat().st_size > LARGEST:
        raise UnreadableLesson(f"{shown} is larger than {LARGEST // 2**20} MiB.")
    try:
        text = path.read_bytes().decode("utf-8")
    except (UnicodeDecodeError, OSError):
        raise UnreadableLesson(f"{shown} is not readable UTF-8 text.") from None
    if "\0" in text:
        raise UnreadableLesson(f"{shown} holds NUL characters; that is no text.")
    return text.replace("\r\n", "\n")


Parts = Iterator[tuple[int | None, str, Iterator[Piece]]]
"""Cell, text and pieces; a lesson that is no notebook is one part."""


def _whole(pieces: Callable[[str], Iterator[Piece]]) -> Callable[[str], Parts]:
    return lambda text: iter([(None, text, pieces(text))])


def _of_notebook(text: str) -> Parts:
    cells, language = notebook.read(text)
    for at, cell in enumerate(cells):
        yield at, cell.source, _of_cell(at, cell, language)


def _of_cell(at: int, cell: notebook.Cell, language: str) -> Iterator[Piece]:
    if cell.kind == "code":
        yield Piece(CODE, cell.source, 1, at, language)
        for shown in cell.outputs:
            yield Piece(OUTPUT, shown, 1, at)
    elif cell.kind == "markdown":
        yield from (replace(piece, cell=at) for piece in _of_markdown(cell.source))


def _of_markdown(text: str) -> Iterator[Piece]:
    from markdown_it import MarkdownIt

    tab = ""
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    inside = ""
    for token in parser.parse(_DIVISION.sub("", text)):
        line = (token.map[0] if token.map else 0) + 1
        if token.type in ("table_open", "heading_open"):
            inside = TABLE if token.type == "table_open" else HEADING
        elif token.type in ("table_close", "heading_close"):
            inside = ""
        elif token.type == "fence":
            yield from _fenced(token.info, token.content, line + 1, tab)
        elif token.type == "code_block":
            yield _block("", token.content, line, tab)
        elif token.type == "inline" and token.content.strip():
            opened = re.match(r":begin_tab:`?(\w+)", token.content)
            tab = opened.group(1) if opened else tab
            yield Piece(inside or PROSE, token.content, line, tab=tab)
            tab = "" if ":end_tab:" in token.content else tab


def _fenced(info: str, content: str, line: int, tab: str) -> Iterator[Piece]:
    """A code block; or a directive of MyST, `{note}`, whose body may be text."""
    directive = _DIRECTIVE.match(info)
    name = directive.group(1) if directive else ""
    if head := _OPTIONS.match(content) if directive else None:
        content = "\n" * head.group().count("\n") + content[head.end() :]
    if name in _OF_TEXT:
        for piece in _of_markdown(content):
            yield replace(piece, line=line + piece.line - 1, tab=piece.tab or tab)
    elif name and name not in (*_OF_CODE, *_PYTHON, *_OTHERS):
        yield Piece(CODE, content, line, None, name, tab)
    else:
        yield _block(info, content, line, tab)


def _block(info: str, content: str, line: int, tab: str) -> Piece:
    """A code block; `{.python .input}`, `{code-cell} python`, `#@tab`, `%%tab`."""
    words = re.findall(r"[\w+-]+", info)
    known = [w for w in words if w.lower() in (*_PYTHON, *_OTHERS)]
    language = known[0].lower() if known else ""
    named = re.match(r"\s*(?:#\s*@tab|#?\s*%%tab)\s+(\w+(?:\s*,\s*\w+)*)", content)
    kind = OUTPUT if language in _OUTPUTS or "output" in words else CODE
    return Piece(kind, content, line, None, language, named.group(1) if named else tab)


_DIRECTIVE = re.compile(r"\{([\w:-]+)\}")
_OPTIONS = re.compile(r"---\n(?:.*\n)*?---[ \t]*\n|(?:[ \t]*:[\w-]+:.*\n)+")
_OF_TEXT = (
    *("note", "warning", "tip", "admonition", "hint", "important", "attention"),
    *("caution", "danger", "error", "seealso", "todo", "topic", "sidebar", "margin"),
    *("aside", "tabs", "tab", "tab-set", "tab-item", "group-tab", "dropdown"),
    *("details", "container", "only", "exercise", "exercise-start", "solution"),
    *("solution-start", "example", "figure", "epigraph", "pull-quote", "compound"),
    *("versionadded", "versionchanged", "deprecated", "card", "grid", "grid-item"),
    *("grid-item-card", "proof:theorem", "prf:theorem"),
)
"""Directives of reStructuredText and MyST whose body is more of the lesson's text."""
_OF_CODE = (
    *("code", "code-block", "code-tab", "code-cell", "sourcecode", "ipython"),
    *("testcode", "testsetup", "doctest", "jupyter-execute", "plot"),
)
_OF_PYTHON = _OF_CODE[5:]
_DIVISION = re.compile(r"^[ \t]*</?div[^>\n]*>[ \t]*$", re.MULTILINE)
"""A line that is a division's tag alone: it would hide the fence below it."""
_PYTHON = ("python", "python3", "py", "ipython", "ipython3", "pycon", "code-cell")
_IMPORT = re.compile(
    r"^\s*(?:from|import)\s+(?:keras|tensorflow|torch)\b", re.MULTILINE
)
_OUTPUTS = ("text", "console", "output", "log", "none")
_OTHERS = (
    *_OUTPUTS,
    *("r", "bash", "sh", "shell", "json", "yaml", "toml", "c", "cpp", "java", "html"),
    *("javascript", "js", "latex", "tex", "mermaid", "sql", "julia", "lua", "matlab"),
)


def is_python(piece: Piece) -> bool:
    """Whether a code piece may be Python of TensorFlow, Keras or torch: by its tab, its
    language, or an import of one of these below another language's name. Code that
    several tabs share is that of no library for certain."""
    if piece.tab and piece.tab not in ("pytorch", "tensorflow"):
        return False
    if is_other_language(piece.text):
        return False
    return piece.language in ("", *_PYTHON) or bool(_IMPORT.search(piece.text))


def _of_html(text: str) -> Iterator[Piece]:
    from bs4 import BeautifulSoup, Tag

    soup = BeautifulSoup(text, "html.parser")
    names = ["pre", "p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "td", "th", "dd"]
    for element in soup.find_all(names):
        if not isinstance(element, Tag) or element.find_parent("pre"):
            continue
        line = element.sourceline or 1
        content = element.get_text()
        if element.name == "pre":
            yield Piece(CODE, content.strip("\n"), line)
        elif content.strip() and not element.find("p"):
            kind = HEADING if element.name.startswith("h") else PROSE
            yield Piece(kind, content, line)


_CELL_BEGINS = re.compile(r"^# ?(?:%%|In\s*\[|COMMAND -)", re.MULTILINE)


def _of_python(text: str) -> Iterator[Piece]:
    """The whole file; cell by cell where that is a file of cells and no Python."""
    begins = [m.start() for m in _CELL_BEGINS.finditer(text)]
    if not begins or parsed(text) is not None:
        begins = []
    for begin, end in itertools.pairwise([0, *begins, len(text)]):
        if text[begin:end].strip():
            line = text.count("\n", 0, begin) + 1
            yield Piece(CODE, text[begin:end], line, language="python")


def _said_inside(piece: Piece) -> Iterator[Piece]:
    """The comments, docstrings and longer strings of a piece of Python."""
    if piece.kind != CODE or not is_python(piece):
        return
    for line, said in [*_comments(piece.text), *_strings(piece.text)]:
        for at, text in _paragraphs(line, said):
            yield replace(
                piece, kind=PROSE, text=text, line=piece.line + at - 1, inside=True
            )


def _paragraphs(line: int, said: str) -> Iterator[tuple[int, str]]:
    """Line and text of the parts that blank lines and list marks divide."""
    run: list[str] = []
    for number, text in enumerate([*said.split("\n"), ""], line):
        if run and (not text.strip() or _LISTED.match(text)):
            yield number - len(run), "\n".join(run)
            run = []
        if text.strip():
            run.append(text)


_LISTED = re.compile(r"\s*(?:[-*•+]|\d+[.)]|\w[\w ]{0,40}:\s)")
_WORD = re.compile(r"[A-Za-z]{2,}")
LEAST_WORDS = 4
"""A string in code of fewer words is a name or a label, no sentence."""


def _strings(text: str) -> Iterator[tuple[int, str]]:
    """Line and text of docstrings, and of other strings that hold a sentence."""
    tree = parsed(text)
    if tree is None:
        return
    nodes = list(ast.walk(tree))
    alone = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            continue
        if id(node) in alone or len(_WORD.findall(node.value)) >= LEAST_WORDS:
            yield node.lineno, node.value


def _comments(text: str) -> Iterator[tuple[int, str]]:
    """Line and text of comments; those on lines one after the other are one."""
    found: list[tuple[int, str]] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                found.append((token.start[0], token.string.lstrip("#% ").rstrip()))
    except (tokenize.TokenError, SyntaxError, IndentationError):
        pass
    run: list[tuple[int, str]] = []
    for line, said in [*found, (-1, "")]:
        if run and line != run[-1][0] + 1:
            yield run[0][0], "\n".join(text for _, text in run)
            run = []
        run.append((line, said))


def _of_rst(text: str) -> Iterator[Piece]:
    return _rst(text.split("\n"), 1)


_MARKUP = re.compile(r"\.\.(?: +(?:\|[^|]+\| )?([\w:-]+)::(?: +(.*))?| +(.*)|)$")
_ITEM = re.compile(r"(?:[-*+•]|\(?(?:\d{1,3}|#|[a-z])[.)]) +(?=\S)")
_UNDERLINE = re.compile(r"([=\-~^\"'#*+.`:_])\1{2,}\s*$")


def _rst(lines: list[str], first: int) -> Iterator[Piece]:
    """The pieces of these lines, of which the first has this number."""
    at = 0
    while at < len(lines):
        begin, line = at, lines[at]
        markup, item = _MARKUP.match(line), _ITEM.match(line)
        depth = len(line) - len(line.lstrip())
        if not line.strip():
            at += 1
        elif depth:  # a quotation
            at = _end_of_body(lines, at, depth)
            yield from _rst([x[depth:] for x in lines[begin:at]], first + begin)
        elif markup:
            at = _end_of_body(lines, at + 1, 1)
            yield from _marked(markup, lines[begin + 1 : at], first + begin)
        elif item:
            at = _end_of_body(lines, at + 1, item.end())
            body = [x[item.end() :] for x in lines[begin:at]]
            yield from _rst(body, first + begin)
        else:
            while at < len(lines) and lines[at].strip() and not _begins(lines[at]):
                at += 1
            at = max(at, begin + 1)
            block = lines[begin:at]
            yield _paragraph(block, first + begin)
            if block[-1].rstrip().endswith("::"):
                begin, at = at, _end_of_body(lines, at, 1)
                body = lines[begin:at]
                if any(x.strip() for x in body):
                    yield _literal(body, first + begin, "")


def _begins(line: str) -> bool:
    return line.startswith(".. ")


def _end_of_body(lines: list[str], at: int, depth: int) -> int:
    """The end of the lines from `at` on that are blank or indented so far."""
    while at < len(lines) and not lines[at][:depth].strip():
        at += 1
    return at


def _marked(markup: re.Match[str], body: list[str], first: int) -> Iterator[Piece]:
    """A directive that begins on line `first`, and its body; of what is no directive, a
    footnote is text and a comment is none."""
    name, argument, other = markup.groups()
    body = textwrap.dedent("\n".join(body)).split("\n")
    options = itertools.takewhile(lambda x: re.match(r":[\w-]+:|\s*$", x), body)
    for at, _ in enumerate(list(options)):
        body[at] = ""
    argument = (argument or "").strip()
    if name in _OF_TEXT:
        yield from _rst([argument, *body], first)
    elif name and any(x.strip() for x in body):
        language = argument.split(" ")[0].lower() if name in _OF_CODE else name
        yield _literal(body, first + 1, "python" if name in _OF_PYTHON else language)
    elif other and other.startswith("["):
        yield Piece(PROSE, "\n".join([other, *body]).rstrip(), first)


def _literal(lines: list[str], first: int, language: str) -> Piece:
    """A block of code, without the blank lines around it."""
    begin = next(at for at, line in enumerate(lines) if line.strip())
    text = textwrap.dedent("\n".join(lines[begin:])).rstrip()
    return Piece(CODE, text, first + begin, None, language)


def _paragraph(block: list[str], first: int) -> Piece:
    if block[0].startswith(">>>"):
        return Piece(CODE, "\n".join(block), first, None, "pycon")
    over = len(block) > 2 and bool(_UNDERLINE.match(block[0]))
    titled = block[over:]
    if len(titled) == 2 and _UNDERLINE.match(titled[1]):
        return Piece(HEADING, titled[0], first + over)
    return Piece(PROSE, "\n".join(block), first)


def _of_text(text: str) -> Iterator[Piece]:
    """Passages; a session with prompts is code, and lines that go on are one piece."""
    lines = text.split("\n")
    found: list[Piece] = []
    at = 0
    while at < len(lines):
        begin = at
        if FIRST_PROMPT.match(lines[at]):
            while at < len(lines) and lines[at].strip():
                at += 1
            session = "\n".join(lines[begin:at])
            found.append(Piece(CODE, session, begin + 1, None, "pycon"))
            lines[begin:at] = [""] * (at - begin)
        at += 1
    passages = split("\n".join(lines))
    found += [Piece(p.kind, p.text, p.lines[0]) for p in passages]
    run: list[Piece] = []
    for piece in sorted(found, key=lambda piece: piece.line):
        if run and _goes_on(run[-1], piece):
            run.append(piece)
            continue
        if run:
            yield _as_one(run)
        run = [piece]
    if run:
        yield _as_one(run)


def _goes_on(piece: Piece, after: Piece) -> bool:
    """Whether the text of the line above goes on in this one."""
    return (
        (piece.kind in (PROSE, HEADING) and after.kind == PROSE)
        and after.line == piece.line + 1
        and piece.text.rstrip()[-1:] not in (*".!?:;|", "")
        and after.text[:1].islower()
    )


def _as_one(run: list[Piece]) -> Piece:
    kind = run[0].kind if len(run) == 1 else PROSE
    return replace(run[0], kind=kind, text="\n".join(piece.text for piece in run))


_FORMATS: dict[str, tuple[str, Callable[[str], Parts]]] = {
    ".ipynb": ("notebook", _of_notebook),
    ".md": ("markdown", _whole(_of_markdown)),
    ".qmd": ("markdown", _whole(_of_markdown)),
    ".rmd": ("markdown", _whole(_of_markdown)),
    ".html": ("html", _whole(_of_html)),
    ".htm": ("html", _whole(_of_html)),
    ".rst": ("rst", _whole(_of_rst)),
    ".py": ("python", _whole(_of_python)),
    ".txt": ("text", _whole(_of_text)),
}
SUFFIXES = tuple(_FORMATS)
