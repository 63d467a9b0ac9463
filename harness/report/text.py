"""Values and foreign text made safe for each format that shows them."""

from __future__ import annotations

import base64
import re
from typing import Any

_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069"
    "\ud800-\udfff\ufffe\uffff]"
)
_MARKUP = re.compile(r"([\\*\[\]|~]|(?<!\w)_|_(?!\w))")


def printable(value: Any) -> str:
    """Text without control characters, lone surrogates and overrides of direction."""
    return _CONTROL.sub("\ufffd", str(value))


def image(svg: Any) -> str:
    """An SVG file as the address of an `<img>`, where nothing in it can run."""
    data = base64.b64encode(printable(svg).encode()).decode()
    return f"data:image/svg+xml;base64,{data}"


def place(source: Any, joint: str = " line ") -> str:
    """A claim's source in a few characters: a document's line, or an address."""
    if "lines" in source:
        return f"{source['document']}{joint}{source['lines'][0]}"
    return str(source["address"])


def address(value: Any) -> str:
    """A link's target; evidence may come from anywhere, so nothing but https."""
    return printable(value) if str(value).startswith("https://") else "#"


def number(value: Any) -> str:
    """A measured value as an auditor reads it: seven digits, lists in brackets."""
    if value is None:
        return "–"
    if isinstance(value, list):
        return "[" + ", ".join(number(item) for item in value) + "]"
    if isinstance(value, float):
        return f"{value:.7g}"
    return str(value)


def chance(value: float | None) -> str:
    """An error rate; the checks in which nothing is left to chance have none."""
    return f"{value:.1e}" if value else "none: no chance involved"


def plain(value: Any) -> str:
    """One line of Markdown that says the text: no HTML, no markup but `code`."""
    line = " ".join(printable(value).split())
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    spans = re.split(r"(`[^`]*`)", line)
    spans[::2] = [_MARKUP.sub(r"\\\1", span) for span in spans[::2]]
    spans[1::2] = [span.replace("|", "\\|") for span in spans[1::2]]
    return "".join(spans)
