"""Which findings a course wants to see: rules, comments in a lesson, a baseline.

`[tool.regularization-audit]` in the pyproject.toml of the folder, or of one above it:

    [tool.regularization-audit]
    select = ["name", "call", "statement"]
    ignore = ["statement.dropout.half-per-batch"]
    baseline = "lint-baseline.json"
    audit = "https://example.org/audit.html"    # where findings about claims link to

A rule stands for itself and for all that begin with it and a dot; one that names no
family, or no claim, is refused, as nothing would be found by it. In a lesson, a
comment such as `# audit: ignore[call]`, or `<!-- audit: ignore[call] -->`, silences a
rule on its own line; alone on its line, for the paragraph or block of lines below it.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.errors import InputError

TABLE = "regularization-audit"
FAMILIES = ("name", "call", "code", "statement", "number", "output")
ABOUT_CLAIMS = ("code", "statement")
_KEYS = {"select", "ignore", "baseline", "audit"}
_SILENCED = re.compile(r"audit:\s*ignore\[([\w.\-, ]*)\]")
_MENTIONED = re.compile(
    r"(?:#|<!--|%|//|\.\.)\s*audit:\s*ignore\b[ \t]*(?:\[([^\]\n]*)\])?"
)
_ALONE = re.compile(r"^\s*(#|<!--|%|//|\.\.)?\s*audit:\s*ignore\[[^\]]*\]\s*(-->)?\s*$")


class BadChoice(InputError):
    """A table or a baseline that cannot be read, in one sentence."""


@dataclass(frozen=True)
class Choice:
    """Rules to show and to leave out; findings that are known already, by how often;
    the address of the published audit."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    known: Counter[str] = field(default_factory=Counter)
    audit: str | None = None

    def shows(self, rule: str) -> bool:
        selected = not self.select or any(_covers(r, rule) for r in self.select)
        return selected and not any(_covers(r, rule) for r in self.ignore)


def _covers(rule: str, found: str) -> bool:
    return found == rule or found.startswith(f"{rule}.")


def choice(
    folder: Path,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    baseline: Path | None = None,
    *,
    without_baseline: bool = False,
    claims: Iterable[str] = (),
) -> Choice:
    """What the command line says, over what the folder's pyproject.toml says: rules
    selected there are not ignored by the file.

    claims: the ids that a rule may name. Raises BadChoice.
    """
    path, table = _table(folder)
    rules = {}
    for key, given in (("select", tuple(select)), ("ignore", tuple(ignore))):
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(r, str) for r in value):
            raise BadChoice(f"{path}: {key} of [tool.{TABLE}] is no list of rules.")
        commas = (rule.strip() for part in given for rule in part.split(","))
        rules[key] = tuple(filter(None, commas)) or tuple(value)
        _refuse_unknown(rules[key], [*claims])
    if any(select) and not any(ignore):
        rules["ignore"] = ()
    if baseline is None and "baseline" in table:
        if not isinstance(table["baseline"], str):
            raise BadChoice(f"{path}: baseline of [tool.{TABLE}] is no file name.")
        baseline = path.parent / table["baseline"]
    audit = table.get("audit")
    if audit is not None and not str(audit).startswith(("https://", "http://")):
        raise BadChoice(f"{path}: audit of [tool.{TABLE}] is no address of a page.")
    known = Counter[str]()
    if baseline and not without_baseline:
        known = read_baseline(baseline)
    return Choice(rules["select"], rules["ignore"], known, audit)


def _refuse_unknown(rules: Iterable[str], claims: list[str]) -> None:
    for rule in rules:
        if not _is_rule(rule, claims):
            raise BadChoice(
                f"there is no rule {rule!r}: the families are {', '.join(FAMILIES)}; "
                f"{' and '.join(ABOUT_CLAIMS)} may go on with a topic or a claim, as "
                f"in code.losses."
            )


def _is_rule(rule: str, claims: Iterable[str]) -> bool:
    family, _, claim = rule.partition(".")
    named = family in ABOUT_CLAIMS and any(_covers(claim, id) for id in claims)
    return family in FAMILIES and (named or not claim)


def _table(folder: Path) -> tuple[Path, dict[str, Any]]:
    folder = folder.resolve()
    for path in (f / "pyproject.toml" for f in (folder, *folder.parents)):
        if path.is_file():
            try:
                read = tomllib.loads(path.read_text("utf-8"))
            except (OSError, ValueError, RecursionError) as error:
                raise BadChoice(f"{path} cannot be read: {error}.") from None
            tools = read.get("tool", {})
            if not isinstance(tools, dict):
                raise BadChoice(f"{path}: `tool` is no table; begin it with [tool].")
            table = tools.get(TABLE)
            if table is not None:
                if not isinstance(table, dict):
                    raise BadChoice(f"{path}: begin its table with [tool.{TABLE}].")
                unknown = sorted(set(table) - _KEYS)
                if unknown:
                    raise BadChoice(
                        f"{path}: [tool.{TABLE}] has no {unknown[0]!r}; it has "
                        f"{', '.join(sorted(_KEYS))}."
                    )
                return path, table
    return folder, {}


def read_baseline(path: Path) -> Counter[str]:
    """What a baseline knows. Raises BadChoice for a file that is none."""
    if path.exists() and not path.is_file():
        raise BadChoice(
            f"{path} is no plain file; name a baseline that --write-baseline wrote."
        )
    try:
        found = json.loads(path.read_text("utf-8"))
        return Counter({str(key): int(count) for key, count in found["known"].items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise BadChoice(
            f"{path} is no baseline; write one with --write-baseline."
        ) from None


def baseline_text(fingerprints: Iterable[str]) -> str:
    """The file of `--write-baseline`: fingerprints of findings, no text of a lesson."""
    counted = dict(sorted(Counter(fingerprints).items()))
    return json.dumps({"schema": 1, "known": counted}, indent=1) + "\n"


def fingerprint(file: str, rule: str, line: str) -> str:
    """The same for a finding whose line has moved."""
    whole = "\0".join((file, rule, " ".join(line.split())))
    return hashlib.sha256(whole.encode()).hexdigest()[:20]


def silenced(text: str) -> dict[int, set[str]]:
    """By 1-based line, the rules that comments in the text silence there."""
    lines = text.split("\n")
    found: dict[int, set[str]] = {}
    for number, line in enumerate(lines, start=1):
        said = _SILENCED.search(line)
        if not said:
            continue
        rules = {rule.strip() for rule in said.group(1).split(",")}
        ends = _next_block(lines, number) if _ALONE.match(line) else number
        for at in range(number, ends + 1):
            found.setdefault(at, set()).update(rules)
    return found


def ineffective(text: str, claims: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Comments that name no rule, or one that does not exist: line, and what to do.
    Without any claims, none that a rule names is denied."""
    claims = [*claims]
    for number, line in enumerate(text.split("\n"), start=1):
        if said := _MENTIONED.search(line):
            rules = [rule.strip() for rule in (said.group(1) or "").split(",")]
            told_of = rules if claims else [rule.partition(".")[0] for rule in rules]
            unknown = [rule for rule in told_of if rule and not _is_rule(rule, claims)]
            if unknown:
                told = f"there is no rule {unknown[0]!r}"
                yield number, f"{told}; the families are {', '.join(FAMILIES)}"
            elif not any(rules):
                yield number, "names no rule, and silences nothing; write ignore[call]"


def _next_block(lines: list[str], at: int) -> int:
    """The last line of the paragraph that begins below line `at`."""
    end = at
    while end < len(lines) and not lines[end].strip():
        end += 1
    while end < len(lines) and lines[end].strip():
        end += 1
    return end


def is_silenced(rules: dict[int, set[str]], line: int, rule: str) -> bool:
    return any(_covers(silent, rule) for silent in rules.get(line, ()))
