"""The files of one audit, each whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from harness.documents.corrections import Copy
from harness.evidence.lines import Audited
from harness.evidence.store import write_atomically
from harness.report import render
from harness.report.junit import junit
from harness.report.sarif import sarif


def write_reports(
    audited: Audited, folder: Path, copies: Mapping[str, Copy] | None = None
) -> None:
    """All files that are rendered from one audit: for tools, and for readers.

    copies: those of the reader's folder, by document id.
    """
    text = json.dumps(audited, indent=1, ensure_ascii=False, allow_nan=False)
    write_atomically(folder / "audit.json", text + "\n")
    findings = json.dumps(sarif(audited, copies), indent=1, ensure_ascii=False)
    write_atomically(folder / "audit.sarif", findings + "\n")
    write_atomically(folder / "junit.xml", junit(audited))
    write_readable(audited, folder, copies)


def write_readable(
    audited: Audited, folder: Path, copies: Mapping[str, Copy] | None = None
) -> None:
    """What a person opens: the page, the same as Markdown, each author's errata."""
    write_atomically(folder / "audit.md", render.markdown(audited))
    for document in audited["documents"]:
        name = f"corrections-{document['id']}.md"
        write_atomically(folder / name, render.corrections(audited, document, copies))
    write_atomically(folder / "audit.html", render.html(audited, copies))
