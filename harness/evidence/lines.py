"""What a run leaves on disk, line by line, and what is formed from it: the names and
types of every key.

`evidence.jsonl` holds `Line`s, told apart by their `type`; `audit.json` is `Audited`.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from harness.stack.arrays import Plain
from harness.stack.libraries import Stack


class RunLine(TypedDict):
    """How a run was started, and on what; the first line.

    unmeasured: a sentence for each version that nobody has measured; older runs lack
    the key.
    """

    type: Literal["run"]
    backend: str
    started: str
    seed: int
    alpha: float
    faults: str | None
    command: str
    stack: Stack
    unmeasured: NotRequired[list[str]]
    triage: NotRequired[list[SetAside]]


class SetAside(TypedDict):
    """A finding that somebody has looked at: dismissed, accepted or fixed, and why.

    commit: what fixed it; None in the other states.
    """

    claim: str
    state: str
    reason: str
    commit: str | None


class Triage(TypedDict, total=False):
    """What a person decided about a passage; empty answers may be left out.

    claims: those that it makes; agrees: those whose correction it says; remarks: the
    comments that stand there in the ledger's file.
    """

    kind: str
    claims: list[str]
    agrees: list[str]
    reason: str
    reviewed: bool
    remarks: list[str]


class PassageEntry(Triage):
    """A passage of a document, by its place: first and last line."""

    lines: list[int]
    section: str


class CorrectionEntry(TypedDict):
    """A piece of a document that has to change, and what to put there.

    lines: the audited file's; tokens, fingerprint: the piece, in words and signs;
    put: "replace" it, or put `becomes` "before" or "after" it; claims: the refuted
    claims that this settles, here and at the lines in `settles`, which need no change;
    place: line and column (1-based) of the first and of the last character of the piece
    in the audited file.
    """

    lines: list[int]
    tokens: int
    fingerprint: str
    put: str
    becomes: str
    claims: list[str]
    settles: list[list[int]]
    place: list[list[int]]


class DocumentEntry(TypedDict):
    """An audited document; the counts are None without a full ledger."""

    id: str
    title: str
    file: str
    sha256: str
    passages: int | None
    with_claims: int | None
    not_checkable: int | None
    untriaged: int | None
    rows: list[PassageEntry]
    corrections: NotRequired[list[CorrectionEntry]]


class DocumentLine(DocumentEntry):
    """A document that a claim of the run cites."""

    type: Literal["document"]


class SourceEntry(TypedDict):
    """A place that makes a claim: first and last line of a document, or the address of
    a public statement, whose `section` is its title in our words."""

    document: NotRequired[str]
    section: str
    lines: NotRequired[list[int]]
    address: NotRequired[str]


class DeclaredCheck(TypedDict):
    """A check that a claim has, whether or not it ran."""

    test: str
    role: str


class DeclaredFault(TypedDict):
    """A fault that a claim has, whether or not it was tried."""

    name: str
    does: str


class ClaimLine(TypedDict):
    """A claim as it is declared. differs_on: backend or versions -> [recorded verdict,
    reason]; on: the key there that means the run's stack; older runs lack it.

    evidence: places that only serve to judge it; older runs lack the key.
    """

    type: Literal["claim"]
    backend: str
    id: str
    topic: str
    says: str
    recorded: str | None
    severity: str | None
    instead: str | None
    scope: str | None
    why: str
    explained_by: list[str]
    needs: str | None
    timed: bool
    differs_on: dict[str, list[str]]
    on: NotRequired[str | None]
    module: str
    sources: list[SourceEntry]
    evidence: NotRequired[list[SourceEntry]]
    checks: list[DeclaredCheck]
    faults: list[DeclaredFault]


class SideEntry(TypedDict):
    """A passage on one side of a contradiction, and the claim that judges this side."""

    claim: str
    document: str
    section: str
    lines: list[int]


class ContradictionLine(TypedDict):
    """Passages that cannot all be true, as declared; no claim of any document.

    right: the claim that judges the side that is right; None if each is, of its own
    subject, and a reader of all of them has to choose.
    """

    type: Literal["contradiction"]
    backend: str
    id: str
    topic: str
    says: str
    recorded: str
    sides: list[SideEntry]
    right: str | None
    instead: str
    why: str
    explained_by: list[str]
    needs: str | None
    checks: list[DeclaredCheck]
    faults: list[DeclaredFault]


class DecisionEntry(TypedDict):
    """The worst case of one labelled comparison of a check."""

    what: str
    measured: Plain
    expected: Plain
    tolerance: Plain
    outcome: str


class Summary(TypedDict):
    """What a check measured: its worst case, rates and counts; all None if nothing."""

    what: str | None
    measured: Plain
    expected: Plain
    tolerance: Plain
    worst_case: dict[str, Plain] | None
    examples: int | None
    falsified_examples: int | None
    false_alarm: float | None
    resolves: float | None
    miss: float | None
    random_decisions: int | None
    random_falsified: int | None
    oracle: str | None
    decisions: list[DecisionEntry] | None


class Picture(TypedDict):
    """What a check drew; `svg` is None if that failed, and `problem` says why."""

    caption: str
    svg: str | None
    problem: NotRequired[str]


class UnderFault(TypedDict):
    """What a check measured with a fault in the library."""

    fault: str
    outcome: str
    reason: str
    what: str | None
    measured: Plain
    expected: Plain
    tolerance: Plain


class JudgedCheck(Summary):
    """A check with its outcome, as a claim of `audit.json` holds it.

    predicted: the outcome that the recorded verdict needs; None if it needs none.
    under_faults: missing if the check did not run; nodeid: pytest's name of it.
    """

    backend: str
    claim: str
    test: str
    role: str
    condition: str
    negated: bool
    outcome: str
    predicted: str | None
    reason: str
    counterexample: dict[str, Plain] | None
    snippet: str | None
    picture: Picture | None
    seconds: float
    under_faults: NotRequired[list[UnderFault]]
    nodeid: NotRequired[str]


class CheckLine(JudgedCheck):
    """One check's evidence.

    absent: it did not run since a library lacks what it needs; older runs lack the key.
    """

    type: Literal["check"]
    absent: NotRequired[bool]


class MatrixTopic(TypedDict):
    """A topic's claims, and for each fault those whose verdict it changed."""

    claims: list[str]
    noticed_by: dict[str, list[str]]


class MatrixLine(TypedDict):
    """Each fault of a topic against each claim of it, by topic."""

    type: Literal["matrix"]
    measured: str
    topics: dict[str, MatrixTopic]


class PowerLine(TypedDict):
    """Which claims noticed which of their own faults: claim -> fault -> noticed."""

    type: Literal["power"]
    measured: str
    stack: Stack
    noticed: dict[str, dict[str, bool]]


class EndLine(TypedDict):
    """How long a run took, and whether all checks of all claims ran; the last line.

    collected_all: whether it knew all claims, also where it ran some of them only.
    """

    type: Literal["end"]
    backend: str
    seconds: float
    complete: bool
    collected_all: NotRequired[bool]


Declared = ClaimLine | ContradictionLine
Line = RunLine | DocumentLine | Declared | CheckLine | PowerLine | MatrixLine | EndLine
_DECLARED = ("id", "topic", "says", "recorded", "instead", "why", "explained_by")
NEEDED: dict[str, tuple[str, ...]] = {
    "run": ("backend", "started", "seed", "stack"),
    "document": (
        *("id", "title", "file", "sha256", "rows"),
        *("passages", "with_claims", "not_checkable", "untriaged"),
    ),
    "claim": (*_DECLARED, "severity", "scope", "sources", "checks", "faults"),
    "contradiction": (*_DECLARED, "sides", "right", "checks", "faults"),
    "check": (
        *("claim", "test", "role", "condition", "negated", "outcome", "examples"),
        *("falsified_examples", "oracle", "snippet", "worst_case"),
    ),
    "power": ("measured", "stack", "noticed"),
    "matrix": ("measured", "topics"),
    "end": ("backend", "seconds", "complete"),
}
"""By type of line, the keys without which there is no audit; older runs lack others."""


class RunPart(TypedDict):
    """One of the runs that were merged."""

    backend: str
    started: str
    seed: int
    stack: Stack
    unmeasured: list[str]


class Run(TypedDict):
    """How the audited run was started, and on what; None where no line tells."""

    started: str | None
    seconds: float | None
    seed: int | None
    alpha: float | None
    command: str | None
    complete: bool
    stack: Stack
    backends: list[str]
    parts: list[RunPart]


class FaultSeen(TypedDict):
    """A claim's verdict under a fault; `detected` is None if it was not tried."""

    verdict: NotRequired[str]
    reason: NotRequired[str | None]
    detected: bool | None


class JudgedFault(DeclaredFault, FaultSeen):
    """A fault with what the claim made of it."""


class Judged(TypedDict):
    """Anything that has a verdict."""

    verdict: str
    triage: NotRequired[SetAside | None]


class JudgedClaim(Judged):
    """A claim with its verdict, formed from the evidence of its checks.

    changed: the verdict is settled and not the recorded one. new: none is recorded, or
    it is another one on versions that nobody has measured.
    timed: it is about a ratio that `--benchmark` measures.
    by_backend: the verdict on each backend that judged it; of whole audits only.
    """

    id: str
    topic: str
    says: str
    recorded: str | None
    changed: bool
    new: bool
    severity: str | None
    instead: str | None
    scope: str | None
    reason: str | None
    differs_on: dict[str, list[str]]
    on: str | None
    why: str | None
    explained_by: list[str]
    sources: list[SourceEntry]
    evidence: list[SourceEntry]
    checks: list[JudgedCheck]
    faults: list[JudgedFault]
    timed: bool
    by_backend: NotRequired[dict[str, str]]


class JudgedContradiction(Judged):
    """A contradiction with what its checks show: it stands, or is dissolved."""

    id: str
    topic: str
    says: str
    recorded: str
    changed: bool
    sides: list[SideEntry]
    right: str | None
    instead: str
    reason: str | None
    why: str | None
    explained_by: list[str]
    checks: list[JudgedCheck]
    faults: list[JudgedFault]
    by_backend: NotRequired[dict[str, str]]


class EarlierRun(TypedDict):
    """A complete run stored beside this one; `differs`: versions that are not its."""

    folder: str
    started: str
    backend: str
    differs: Stack


class History(TypedDict):
    """What earlier runs said: by claim id, its verdict in each of `runs`, None where
    it was unknown. unread: a sentence for each neighbour that could not be read."""

    runs: list[EarlierRun]
    verdicts: dict[str, list[str | None]]
    unread: list[str]


class Beside(TypedDict, total=False):
    """What the folder beside a run adds to its audit."""

    history: History


class Audited(Beside):
    """`audit.json`: the record of one audit."""

    schema: int
    run: Run
    totals: dict[str, int]
    false_alarm_bound: float
    measured_bound: float
    documents: list[DocumentEntry]
    power: PowerLine | None
    matrix: MatrixLine | None
    claims: list[JudgedClaim]
    contradictions: list[JudgedContradiction]
