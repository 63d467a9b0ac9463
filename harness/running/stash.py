"""What a run keeps on pytest's config and items, by key."""

from __future__ import annotations

from typing import Any

import pytest

from harness.running.runner import Policy
from harness.running.session import Audit

EVIDENCE = pytest.StashKey[dict[str, Any]]()
POLICY = pytest.StashKey[Policy]()
AUDIT = pytest.StashKey[Audit]()
