"""Values and foreign text made safe for each format that shows them."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

from markupsafe import Markup

_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069"
    "\ud800-\udfff\ufffe\uffff]"
)
_MARKUP = re.compile(r"([\\*\[\]|~]|(?<!\w)_|_(?!\w))")
LONGEST = 160
"""Characters that are shown of a list."""


def printable(value: Any) -> str:
    """Text without control characters, lone surrogates and overrides of direction."""
    return _CONTROL.sub("\ufffd", str(value))


def image(svg: Any) -> str:
    """An SVG file as the address of an `<img>`, where nothing in it can run."""
    data = base64.b64encode(_shorter(printable(svg)).encode()).decode()
    return f"data:image/svg+xml;base64,{data}"


def _shorter(svg: str) -> str:
    """The same picture in half the bytes: each style once, as a class."""
    styles = dict.fromkeys(re.findall(r'style="([^"]*)"', svg))
    rules = ""
    for number, style in enumerate(styles if "<style>" in svg else ()):
        svg = svg.replace(f'style="{style}"', f'class="s{number}"')
        rules += f".s{number}{{{style}}}"
    svg = svg.replace("<style>", f"<style>{rules}", 1)
    svg = re.sub(r"M ([\d.]+) ([\d.]+) L \1 ([\d.]+) ?", r"M\1 \2V\3", svg)
    return re.sub(r"M ([\d.]+) ([\d.]+) L ([\d.]+) \2 ?", r"M\1 \2H\3", svg)


def place(source: Any, joint: str = " line ") -> str:
    """A claim's source in a few characters: a document's line, or an address."""
    if "lines" in source:
        return f"{source['document']}{joint}{source['lines'][0]}"
    return str(source["address"])


def address(value: Any) -> str:
    """A link's target; evidence may come from anywhere, so nothing but https."""
    return printable(value) if str(value).startswith("https://") else "#"


def number(value: Any) -> str:
    """A measured value as an auditor reads it: seven digits, lists in brackets, of a
    long one the beginning."""
    if value is None:
        return "–"
    if isinstance(value, list):
        listed = "[" + ", ".join(number(item) for item in value) + "]"
        if len(listed) <= LONGEST:
            return listed
        return f"{listed[:LONGEST]} ... ({len(value)} values)]"
    if isinstance(value, float):
        return f"{value + 0.0:.7g}"
    return str(value)


def lines(place: Any) -> str:
    """`line 49` or `lines 95 to 96`."""
    first, last = place
    return f"line {first}" if first == last else f"lines {first} to {last}"


def columns(place: Any) -> str:
    """Where a piece stands: `columns 14 to 40 of line 22`, or over several lines."""
    (first, start), (last, end) = place
    if first != last:
        return f"line {first}, column {start}, to line {last}, column {end}"
    if start == end:
        return f"column {start} of line {first}"
    return f"columns {start} to {end} of line {first}"


def all_lines(places: Any) -> str:
    """`Lines 127, 161 to 163, 220`: each line once, in their order."""
    numbers = sorted({n for first, last in places for n in range(first, last + 1)})
    runs: list[list[int]] = []
    for n in numbers:
        if runs and n == runs[-1][1] + 1:
            runs[-1][1] = n
        else:
            runs.append([n, n])
    said = [str(a) if a == b else f"{a} to {b}" for a, b in runs]
    return f"Line{'s' if len(numbers) > 1 else ''} {', '.join(said)}"


def seen(check: Any) -> str:
    """What a check found, in one clause: the outcome and the numbers behind it.

    A negated check asserts the opposite of the statement for every example, so what it
    measured and expected are the opposite's.
    """
    measured, expected = number(check["measured"]), number(check["expected"])
    bound, what = _bound_and_subject(check.get("what") or "")
    subject = f"{what}: " if what else ""
    if check.get("negated") and check["outcome"] == "falsified":
        return (
            "falsified, since the opposite was seen in every example: "
            f"{subject}measured {measured}, the opposite predicts {bound}{expected}"
        )
    tolerance = check.get("tolerance")
    within = f" (tolerance {number(tolerance)})" if tolerance else ""
    found = f"measured {measured}, expected {bound}{expected}{within}"
    return f"{check['outcome']}, {subject}{found}"


def _bound_and_subject(what: str) -> tuple[str, str]:
    """`at most: gap` is about the gap, and its expected value is a bound."""
    for bound in ("at most", "at least"):
        if what == bound or what.startswith(f"{bound}: "):
            return f"{bound} ", what.removeprefix(bound).removeprefix(": ")
    return "", what


def subject(what: str) -> str:
    """What was measured, as a label: `gap: `."""
    about = _bound_and_subject(what)[1]
    return f"{about}: " if about else ""


def bound(what: str) -> str:
    """`at most ` or `at least `, if the expected value is a bound."""
    return _bound_and_subject(what)[0]


def coded(value: Any) -> Markup:
    """HTML of a text in our words: escaped, with `code` between backticks as code."""
    spans = re.split(r"`([^`]+)`", printable(value))
    return Markup("").join(
        Markup("<code>{}</code>").format(span) if at % 2 else span
        for at, span in enumerate(spans)
    )


def fenced(value: Any) -> str:
    """A block of Markdown that shows the text as it is, for copying."""
    text = printable(value)
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def chance(value: float | None) -> str:
    """An error rate; checks in which nothing is left to chance have none."""
    return f"{value:.1e}" if value else "none"


def plain(value: Any) -> str:
    """One line of Markdown that says the text: no HTML, no markup but `code`."""
    line = " ".join(printable(value).split())
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    spans = re.split(r"(`[^`]*`)", line)
    spans[::2] = [_MARKUP.sub(r"\\\1", span) for span in spans[::2]]
    spans[1::2] = [span.replace("|", "\\|") for span in spans[1::2]]
    return "".join(spans)


FILTERS: dict[str, Callable[..., str]] = {
    "address": address,
    "all_lines": all_lines,
    "columns": columns,
    "bound": bound,
    "chance": chance,
    "coded": coded,
    "fenced": fenced,
    "image": image,
    "lines": lines,
    "number": number,
    "place": place,
    "plain": plain,
    "seen": seen,
    "subject": subject,
}
"""What the templates call by name."""
