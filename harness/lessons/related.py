"""Claims about the same thing as a passage, ranked: hints for a reader, no findings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from harness.documents.passages import PROSE, TABLE, Passage
from harness.lessons.judged import JudgedStatement

MOST = 3
LEAST = 0.2
"""The least cosine of two texts that are said to be about the same thing."""
OF_ONE_TEXT = ("results", "capacity", "code")
"""Topics of claims about one document's own code and figures."""


class Related:
    """The claims' texts as weighted words, built when the first passage asks."""

    def __init__(self, claims: Mapping[str, JudgedStatement]) -> None:
        self._claims = {
            id: claim
            for id, claim in claims.items()
            if id.partition(".")[0] not in OF_ONE_TEXT
        }

    def to(self, passage: Passage) -> list[str]:
        """The ids of the nearest claims, the nearest first; often none."""
        if passage.kind not in (PROSE, TABLE) or not self._claims:
            return []
        vectorizer, matrix = self._fitted
        near = (matrix @ vectorizer.transform([passage.text]).T).toarray().ravel()
        ids = list(self._claims)
        best = np.argsort(-near, kind="stable")[:MOST]
        return [ids[i] for i in best if near[i] >= LEAST]

    @cached_property
    def _fitted(self) -> tuple[Any, Any]:
        from sklearn.feature_extraction.text import TfidfVectorizer

        vectorizer = TfidfVectorizer(stop_words="english", sublinear_tf=True)
        texts = [
            f"{claim['id'].replace('-', ' ')} {claim['says']} {claim['why'] or ''}"
            for claim in self._claims.values()
        ]
        return vectorizer, vectorizer.fit_transform(texts)
