"""Runs on several stacks side by side: in which versions each claim is true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from packaging.version import Version

from harness.evidence import record
from harness.evidence import verdict as v
from harness.evidence.lines import Audited, JudgedClaim
from harness.report import render
from harness.report.text import plain

_SHOWN = {"keras": "Keras", "tensorflow": "TensorFlow", "torch": "torch"}


@dataclass(frozen=True)
class Column:
    """One run: which versions it had, and its claims by id."""

    label: str
    totals: str
    seconds: float | None
    claims: dict[str, JudgedClaim]

    def verdict(self, id: str) -> str:
        claim = self.claims.get(id)
        return claim["verdict"] if claim else v.NOT_RUN


@dataclass(frozen=True)
class Cell:
    """A verdict; flip: the last one measured to its left is another one."""

    verdict: str
    flip: bool


@dataclass(frozen=True)
class Row:
    """A claim on every stack; reasons: what explains the flips, by range."""

    id: str
    says: str
    cells: list[Cell]
    reasons: list[str]

    @property
    def differs(self) -> bool:
        return any(cell.flip for cell in self.cells)


@dataclass(frozen=True)
class Matrix:
    """Claims by stacks, oldest versions first.

    now: the place among the columns of the run that the sentences speak of.
    """

    columns: list[Column]
    rows: list[Row]
    now: int
    sentences: dict[str, list[str]]


def matrix(audits: Sequence[Audited]) -> Matrix:
    """The runs as one table; the sentences by document speak of the first one."""
    ordered = sorted(audits, key=_age)
    columns = [_column(audited, audits) for audited in ordered]
    now = ordered.index(audits[0])
    told = {
        claim["id"]: claim for audited in audits[::-1] for claim in audited["claims"]
    }
    rows = [_row(told[id], columns) for id in sorted(told)]
    titles = {d["id"]: d["title"] for d in audits[0]["documents"]}
    sentences = {
        title: _sentences(_citing(audits[0], id), columns, now)
        for id, title in titles.items()
    }
    return Matrix(columns, rows, now, sentences)


def _age(audited: Audited) -> tuple[object, ...]:
    stack = audited["run"]["stack"]
    versions = [Version(stack.get(library) or "0") for library in _SHOWN]
    return *versions, stack["backend"] != "tensorflow", str(stack["backend"])


def _column(audited: Audited, audits: Sequence[Audited]) -> Column:
    """Its label names what is not the same on all stacks."""
    stack = audited["run"]["stack"]
    others = [other["run"]["stack"] for other in audits]
    parts = [
        f"{name} {stack[library]}"
        for library, name in _SHOWN.items()
        if library == "keras" or len({other.get(library) for other in others}) > 1
    ]
    if stack["backend"] != "tensorflow":
        parts.append(f"backend {stack['backend']}")
    return Column(
        ", ".join(parts),
        record.counts(audited["totals"]),
        audited["run"]["seconds"],
        {claim["id"]: claim for claim in audited["claims"]},
    )


def _row(claim: JudgedClaim, columns: Sequence[Column]) -> Row:
    cells: list[Cell] = []
    last = v.NOT_RUN
    for column in columns:
        word = column.verdict(claim["id"])
        measured = word != v.NOT_RUN
        cells.append(Cell(word, measured and last not in (v.NOT_RUN, word)))
        last = word if measured else last
    reasons = [f"{on}: {why}" for on, (_, why) in claim["differs_on"].items()]
    return Row(claim["id"], claim["says"], cells, reasons)


def _citing(audited: Audited, document: str) -> list[str]:
    return [
        claim["id"]
        for claim in audited["claims"]
        if any(source.get("document") == document for source in claim["sources"])
    ]


def _sentences(ids: Sequence[str], columns: Sequence[Column], now: int) -> list[str]:
    """What a document's age has to do with its refuted claims, and its best stack."""
    oldest, earlier = columns[0], columns[:now]
    wrong = [id for id in ids if columns[now].verdict(id) == v.REFUTED]
    always = [id for id in wrong if oldest.verdict(id) == v.REFUTED]
    said = [
        f"Of {len(wrong)} refuted claims {len(always)} are false in {oldest.label}."
    ]
    once: dict[str, list[str]] = {}
    for id in wrong:
        true = [c.label for c in earlier if c.verdict(id) in (v.UPHELD, v.QUALIFIED)]
        if true:
            once.setdefault(true[-1], []).append(id)
    said += [
        f"{len(found)} {'is' if len(found) == 1 else 'are'} true up to {label}: "
        f"{', '.join(found)}."
        for label, found in once.items()
    ]
    unknown = [id for id in wrong if oldest.verdict(id) == v.NOT_RUN]
    if unknown:
        said.append(f"{len(unknown)} cannot be measured in {oldest.label}.")
    return [*said, *_best(ids, columns[: now + 1])]


def _best(ids: Sequence[str], columns: Sequence[Column]) -> list[str]:
    """The newest stack on which most of what all of these measured is true."""
    common = [id for id in ids if all(c.verdict(id) != v.NOT_RUN for c in columns)]
    if not common:
        return []

    def true(column: Column) -> int:
        return sum(column.verdict(id) == v.UPHELD for id in common)

    best = max(reversed(columns), key=true)
    return [
        f"Best stack: {best.label}, where {true(best)} of {len(common)} claims that "
        "all stacks up to now measured are upheld."
    ]


def html(found: Matrix) -> str:
    """The table as one HTML file in the report's style."""
    return render.page("stacks.html.j2", {"matrix": found})


def markdown(found: Matrix) -> str:
    """The same for a code forge: sentences, stacks, claims that differ, then all."""
    lines = ["# Claims by stack", ""]
    for title, sentences in found.sentences.items():
        lines += [f"- {plain(title)}: {' '.join(map(plain, sentences))}"]
    lines += ["", "| stack | verdicts | seconds |", "| --- | --- | --- |"]
    lines += [f"| {c.label} | {c.totals} | {c.seconds} |" for c in found.columns]
    differing = [row for row in found.rows if row.differs]
    for title, rows in (("Claims that differ", differing), ("All claims", found.rows)):
        lines += ["", f"## {title}", ""]
        lines += [f"| claim | {' | '.join(c.label for c in found.columns)} |"]
        lines += [f"| --- |{' --- |' * len(found.columns)}"]
        lines += [
            f"| {row.id} | {' | '.join(map(_marked, row.cells))} |" for row in rows
        ]
    lines += ["", "## What explains them", ""]
    lines += [
        f"- `{row.id}`: {plain(reason)}" for row in differing for reason in row.reasons
    ]
    return "\n".join(lines) + "\n"


def _marked(cell: Cell) -> str:
    return f"**{cell.verdict}**" if cell.flip else cell.verdict
