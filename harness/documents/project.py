"""Where a project of claims is, and where its reader has copies of the documents."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.documents.ledger import Document, Ledgers


@dataclass(frozen=True)
class Project:
    """Somebody's claims and ledgers, and the reader's copies if there are any.

    root: the folder that holds `claims/`; material: the folder of `--material`;
    adopted: that of `--documents`, whose lessons are audited together with the others.
    """

    root: Path
    material: Path | None = None
    adopted: Path | None = None

    @property
    def claims(self) -> Path:
        return self.root / "claims"

    @property
    def ledgers(self) -> Ledgers:
        return Ledgers(self.claims / "documents")

    @property
    def published(self) -> Path:
        """The run that the project keeps."""
        return self.root / "reports" / "published"

    def lessons(self) -> list[Document]:
        """The documents of `--documents`: ledgers with their texts beside them."""
        return Ledgers(self.adopted).documents() if self.adopted else []

    def documents(self) -> list[Document]:
        """All that are audited: the project's own, then the adopted lessons."""
        return [*self.ledgers.documents(), *self.lessons()]

    def copies(self) -> dict[str, str]:
        """The text of each audited document that the reader has, by document id."""
        own = self.ledgers.copies(self.material) if self.material else {}
        lessons = Ledgers(self.adopted).copies(self.adopted) if self.adopted else {}
        return own | lessons


def around(folder: Path) -> Project | None:
    """The project that `folder` lies in, if it lies in one."""
    folder = folder.resolve()
    found = (f for f in (folder, *folder.parents) if (f / "claims/documents").is_dir())
    root = next(found, None)
    return Project(root) if root else None
