"""Stand-alone scripts that reproduce a finding: plain Keras or torch, none of ours.

`claims/snippets/<claim id>.py` is a script of at most 25 lines. A line that ends in
`# drawn` assigns a value that a check draws; in reports the drawn value of the finding
stands there.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "claims" / "snippets"
_DRAWN = re.compile(r"^(\w+) = .*  # drawn$", re.MULTILINE)


def text(id: str, drawn: dict[str, Any] | None = None) -> str | None:
    """The snippet of a claim with drawn values put in; None if there is none."""
    path = FOLDER / f"{id}.py"
    if not path.is_file():
        return None
    values = drawn or {}

    def fill(match: re.Match[str]) -> str:
        name = match.group(1)
        if isinstance(values.get(name), (int, float, list)):
            return f"{name} = {values[name]!r}  # drawn"
        return match.group(0)

    return _DRAWN.sub(fill, path.read_text("utf-8"))
