"""What a run keeps on pytest's config and items, by key."""

from __future__ import annotations

import pytest

from harness.documents.project import Project
from harness.evidence.lines import CheckLine
from harness.running.runner import Policy
from harness.running.session import Audit

EVIDENCE = pytest.StashKey[CheckLine]()
PROJECT = pytest.StashKey[Project]()
POLICY = pytest.StashKey[Policy]()
NOTES = pytest.StashKey[list[str]]()
AUDIT = pytest.StashKey[Audit]()
