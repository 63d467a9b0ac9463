"""Stand-alone scripts that reproduce a finding: plain Keras or torch, none of ours.

`snippets/<name>.py`, beside the file that declares the claim `<topic>.<name>`, is a
script of at most 25 lines. A line that ends in `# drawn` assigns a value that a check
draws; in reports the drawn value of the finding stands there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from harness.stack.arrays import Plain

_DRAWN = re.compile(r"^(\w+) = .*  # drawn$", re.MULTILINE)


def text(path: Path, drawn: Mapping[str, Plain] | None = None) -> str | None:
    """The script with drawn values put in; None if there is none."""
    if not path.is_file():
        return None
    values = drawn or {}

    def fill(match: re.Match[str]) -> str:
        name = match.group(1)
        if isinstance(values.get(name), (int, float, list)):
            return f"{name} = {values[name]!r}  # drawn"
        return match.group(0)

    return _DRAWN.sub(fill, path.read_text("utf-8"))
