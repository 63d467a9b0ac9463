"""One unified diff for each document: its corrections, against the reader's copies."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.documents.corrections import APPLIES, CORRECTED, Copy, Placed, applied
from harness.documents.set_aside import DISMISSED
from harness.evidence import record
from harness.evidence import verdict as v
from harness.evidence.lines import Audited, CorrectionEntry, DocumentEntry
from harness.evidence.store import SURROGATES, UnreadableEvidence, write_atomically
from harness.report.changes import Found, severity_of


@dataclass
class Patch:
    """The changes of one document; those that are left out, a sentence each.

    diff: what `git apply` takes in the folder of the copies; "" if nothing changes.
    """

    document: DocumentEntry
    diff: str
    applied: list[Placed] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"corrections-{self.document['id']}.patch"

    def write(self, folder: Path) -> Path:
        """The file, `corrections-<document>.patch`.

        Raises UnreadableEvidence if one that somebody edited stands there, Unwritten.
        """
        path = folder / self.name
        if path.is_file() and not _as_written(path.read_bytes()):
            raise UnreadableEvidence(
                f"{path} was edited since it was written: move it away, and call this "
                "again."
            )
        write_atomically(path, _signed(self.diff) if self.diff else "")
        return path


def patches(
    audited: Audited,
    copies: Mapping[str, Copy],
    severities: Collection[str] = v.SEVERITIES,
    only: Collection[str] = (),
) -> list[Patch]:
    """A patch for each document that has corrections and a copy in the folder.

    copies: the reader's, by document id; only: ids of claims; all that are refuted, if
    empty.
    """
    claims = {found["id"]: found for found in record.judged_in(audited)}
    return [
        _patch(document, copies[document["id"]], claims, severities, only)
        for document in audited["documents"]
        if document.get("corrections") and document["id"] in copies
    ]


def _patch(
    document: DocumentEntry,
    copy: Copy,
    claims: Mapping[str, Found],
    severities: Collection[str],
    only: Collection[str],
) -> Patch:
    patch = Patch(document, "")
    for entry in document["corrections"]:
        if not _wanted(entry, claims, severities, only):
            continue
        reason = "; ".join(_objections(entry, claims))
        placed = copy.place(entry)
        if not reason and placed.status == APPLIES:
            patch.applied.append(placed)
        elif placed.status != CORRECTED:
            reason = reason or "this passage was changed since it was audited"
            first = entry["lines"][0]
            patch.left_out.append(
                f"line {first} ({', '.join(entry['claims'])}): {reason}"
            )
    patch.diff = unified(document["file"], copy.text, applied(copy.text, patch.applied))
    return patch


def _signed(diff: str) -> str:
    """The diff below a line with its hash, which `git apply` passes over."""
    digest = hashlib.sha256(diff.encode("utf-8", SURROGATES)).hexdigest()
    return f"corrections, sha256 {digest}\n{diff}"


def _as_written(data: bytes) -> bool:
    """Whether nobody changed a file that `Patch.write` made."""
    diff = data.decode("utf-8", "replace").partition("\n")[2]
    return not data or _signed(diff).encode("utf-8", SURROGATES) == data


def _wanted(
    entry: CorrectionEntry,
    claims: Mapping[str, Found],
    severities: Collection[str],
    only: Collection[str],
) -> bool:
    ids = [id for id in entry["claims"] if id in claims]
    grave = any(severity_of(claims[id]) in severities for id in ids)
    return grave and (not only or any(id in only for id in ids))


def _objections(entry: CorrectionEntry, claims: Mapping[str, Found]) -> Iterator[str]:
    """Why this run does not support the correction."""
    for id in entry["claims"]:
        verdict = claims[id]["verdict"] if id in claims else "unknown"
        if verdict not in (v.REFUTED, v.STANDS, v.CORRECTED):
            yield f"{id} is {verdict} in this run"
        aside = claims[id].get("triage") if id in claims else None
        if aside and aside["state"] == DISMISSED:
            yield f"{id} was dismissed: {aside['reason']}"


def unified(name: str, old: str, new: str) -> str:
    """The unified diff of a file, as `git apply` reads it; "" if nothing changed."""
    lines = list(
        difflib.unified_diff(_lines(old), _lines(new), f"a/{name}", f"b/{name}")
    )
    ended = [
        s if s.endswith("\n") else s + "\n\\ No newline at end of file\n" for s in lines
    ]
    return "".join(ended)


def _lines(text: str) -> list[str]:
    """Lines as git counts them, with their ends."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)
