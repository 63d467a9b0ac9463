"""Find a ledger's passages in a copy of the document that may have been edited."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
from scipy.optimize import linear_sum_assignment

from harness.documents.fingerprints import distances, fingerprint, sketch
from harness.documents.ledger import Row
from harness.documents.passages import Passage
from harness.stack.arrays import Array

FOUND, MOVED, CHANGED, GONE = "found", "moved", "changed", "gone"
SAME_PLACE = 20
FARTHEST = 92
MOST_SKETCHED = 3_000


@dataclass(frozen=True)
class Bound:
    """A ledger row and the passage that it is in the copy; None if it is gone."""

    row: Row
    passage: Passage | None
    status: str


def bind(rows: list[Row], copy: list[Passage]) -> list[Bound]:
    """Each row with its passage: the same text in order, or elsewhere, or similar text.

    Equal texts that occur several times are told apart by their order, which is what
    the longest common subsequence keeps. Similar texts are assigned so that the sum of
    the sketches' distances is least, with a bonus for lying between the same
    neighbours; a distance of more than FARTHEST bits of 256 is another text.
    """
    old = [row["fingerprint"] for row in rows]
    new = [fingerprint(passage.text) for passage in copy]
    at = _in_order(old, new)
    status = {row: FOUND for row in at}
    _elsewhere(old, new, at)
    status |= {row: MOVED for row in at if row not in status}
    _similar(rows, copy, at)
    status |= {row: CHANGED for row in at if row not in status}
    return [
        Bound(row, copy[at[i]] if i in at else None, status.get(i, GONE))
        for i, row in enumerate(rows)
    ]


def _in_order(old: list[str], new: list[str]) -> dict[int, int]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return {
        block.a + k: block.b + k
        for block in matcher.get_matching_blocks()
        for k in range(block.size)
    }


def _elsewhere(old: list[str], new: list[str], at: dict[int, int]) -> None:
    """Add rows whose text stands in another place; the nearest one of several."""
    used = set(at.values())
    places: dict[str, list[int]] = {}
    for j, digest in enumerate(new):
        if j not in used:
            places.setdefault(digest, []).append(j)
    for i, digest in enumerate(old):
        free = places.get(digest)
        if i not in at and free:
            j = min(free, key=lambda j: (-_agreeing(old, new, i, j), abs(i - j)))
            free.remove(j)
            at[i] = j


def _agreeing(old: list[str], new: list[str], i: int, j: int) -> int:
    """How many of the two direct neighbours agree."""
    before = i > 0 and j > 0 and old[i - 1] == new[j - 1]
    after = i + 1 < len(old) and j + 1 < len(new) and old[i + 1] == new[j + 1]
    return int(before) + int(after)


def _similar(rows: list[Row], copy: list[Passage], at: dict[int, int]) -> None:
    """Add rows that were edited."""
    used = set(at.values())
    left = [i for i in range(len(rows)) if i not in at]
    free = [j for j in range(len(copy)) if j not in used][:MOST_SKETCHED]
    if not left or not free:
        return
    cost = distances(
        [rows[i]["sketch"] for i in left], [sketch(copy[j].text) for j in free]
    )
    gap_of_row = _gaps(sorted(at), left)
    gap_of_copy = _gaps(sorted(used), free)
    cost = cost - SAME_PLACE * (gap_of_row[:, None] == gap_of_copy[None, :])
    for a, b in zip(*linear_sum_assignment(np.minimum(cost, FARTHEST + 1))):
        if cost[a, b] <= FARTHEST:
            at[left[a]] = free[b]


def _gaps(anchors: list[int], positions: list[int]) -> Array:
    """For each position, how many anchors lie before it."""
    return np.searchsorted(anchors, positions)
