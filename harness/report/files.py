"""The files of one audit, each whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from harness.documents.corrections import Copy
from harness.documents.project import Project
from harness.evidence.lines import Audited
from harness.evidence.store import write_atomically
from harness.report import changes, render
from harness.report.junit import junit
from harness.report.sarif import sarif


def write_reports(
    audited: Audited, folder: Path, project: Project | None = None
) -> None:
    """All files that are rendered from one audit: for tools, and for readers."""
    text = json.dumps(audited, indent=1, ensure_ascii=False, allow_nan=False)
    write_atomically(folder / "audit.json", text + "\n")
    copies = changes.copies(project)
    findings = json.dumps(sarif(audited, copies), indent=1, ensure_ascii=False)
    write_atomically(folder / "audit.sarif", findings + "\n")
    write_atomically(folder / "junit.xml", junit(audited))
    write_readable(audited, folder, project, copies)


def write_readable(
    audited: Audited,
    folder: Path,
    project: Project | None = None,
    copies: Mapping[str, Copy] | None = None,
) -> None:
    """What a person opens: the page, the same as Markdown, each author's errata.

    copies: those of the reader's folder, by document id.
    """
    found = copies or {}
    write_atomically(folder / "audit.md", render.markdown(audited))
    for document in audited["documents"]:
        name = f"corrections-{document['id']}.md"
        write_atomically(folder / name, render.corrections(audited, document, found))
    write_atomically(folder / "audit.html", render.html(audited, project, found))
