"""Run a document's own code, if and only if a person reviewed exactly this text.

With `--material DIR` a check that takes the fixture `own_blocks` may run the blocks
that it judges an equivalent of. A block runs only if its passage is marked
`reviewed = true` in the ledger and the copy's text has the ledger's fingerprint; it
runs in a process of its own, in a temporary folder, with bounds on time, memory and the
size of files.
"""

from __future__ import annotations

import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from harness.documents.binding import FOUND, bind
from harness.documents.ledger import Document
from harness.documents.passages import split
from harness.documents.project import Project
from harness.evidence import judge
from harness.evidence.lines import Triage
from harness.evidence.measurement import current

SECONDS = 120
MEMORY = 16 * 2**30
LARGEST_FILE = 16 * 2**20


class TakesTooLong(Exception):
    """A block ran into the bounds of its process, which says nothing of its text."""


class NotReviewed(Exception):
    """A check names a block that the ledger does not list as reviewed."""


@dataclass(frozen=True)
class OwnBlocks:
    """The documents' own code, as the reader's copies have it.

    In both methods, `lines` are those at which the blocks begin, and `stand_ins` is a
    folder of modules that take the place of downloads.
    """

    project: Project

    def judge(
        self, document: Document, lines: list[int], *, stand_ins: Path | None = None
    ) -> None:
        """The blocks run; nothing is judged without the reviewed text.

        Under a fault, which another process does not see, nothing is run.
        """
        if current().under_fault:
            return
        found = self.outcome(document, lines, stand_ins=stand_ins)
        if found is not None:
            judge.equal(found, "runs", what="the block itself")

    def outcome(
        self, document: Document, lines: list[int], *, stand_ins: Path | None = None
    ) -> str | None:
        """ "runs", or the last line of the blocks' error.

        None if there is no copy of the document, or one of the blocks is not the
        reviewed text. Raises NotReviewed if the ledger marks one of the blocks as not
        reviewed, and TakesTooLong if the process ran into its bounds.
        """
        rows: dict[int, Triage] = {r["lines"][0]: r for r in document.rows()}
        for line in lines:
            if not rows.get(line, {}).get("reviewed"):
                raise NotReviewed(
                    f"{document.id} line {line} is not marked as reviewed"
                )
        text = self.project.copies().get(document.id)
        if text is None:
            return None
        found = {
            bound.row["lines"][0]: bound.passage.text
            for bound in bind(document.rows(), split(text))
            if bound.status == FOUND and bound.passage
        }
        if not all(line in found for line in lines):
            return None
        code = "\n".join(_unnumbered(found[line]) for line in lines)
        return _run(code, stand_ins)


def _unnumbered(block: str) -> str:
    """The block without the line numbers that a page put before its lines."""
    lines = block.splitlines()
    if all(re.match(r"\s*\d+( |$)", line) for line in lines):
        lines = [re.sub(r"^\s*\d+ ?", "", line) for line in lines]
    return "\n".join(lines)


def _run(code: str, stand_ins: Path | None) -> str:
    kept = ("PATH", "LANG", "LD_LIBRARY_PATH", "KERAS_BACKEND", "CUDA_VISIBLE_DEVICES")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    if stand_ins:
        environment["PYTHONPATH"] = str(stand_ins)
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = subprocess.run(
                [sys.executable, "-c", code],
                cwd=folder,
                timeout=SECONDS,
                env=environment | {"HOME": folder, "TF_CPP_MIN_LOG_LEVEL": "3"},
                capture_output=True,
                text=True,
                preexec_fn=_bounds,
                check=False,
                stdin=subprocess.DEVNULL,
            )
        except subprocess.TimeoutExpired:
            raise TakesTooLong(f"no end within {SECONDS} s") from None
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise TakesTooLong(f"ended by {signal.Signals(-done.returncode).name}")
    if done.returncode == 0:
        return "runs"
    return (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1][:200]


def _bounds() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
