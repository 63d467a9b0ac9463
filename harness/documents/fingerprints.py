"""What a ledger remembers of a passage's text: a hash, and a sketch for edited text."""

from __future__ import annotations

import hashlib
import re
from functools import cache, lru_cache

import numpy as np

from harness.stack.arrays import Array

BITS = 256
LONGEST = 2_000


def folded(text: str) -> str:
    """The text as it is compared: white space and case folded."""
    return re.sub(r"\s+", " ", text).strip().lower()


def fingerprint(text: str) -> str:
    """First 16 hex digits of the SHA-256 of the folded text."""
    return hashlib.sha256(folded(text).encode("utf-8", "replace")).hexdigest()[:16]


@lru_cache(maxsize=10_000)
def sketch(text: str) -> str:
    """SimHash of the text's character trigrams, 256 bits in hex.

    Charikar, Similarity estimation techniques from rounding algorithms (STOC 2002):
    the share of bits in which two sketches differ estimates the angle between the
    trigram counts, divided by pi. The text cannot be read back from it.
    """
    padded = f"  {folded(text)[:LONGEST]} "
    trigrams = [padded[i : i + 3] for i in range(len(padded) - 2)]
    votes = np.sum([_signs(trigram) for trigram in trigrams], axis=0)
    return np.packbits(votes > 0).tobytes().hex()


def distances(sketches: list[str], others: list[str]) -> Array:
    """Differing bits of each pair, 0 to 256; shape (len(sketches), len(others)).

    Unrelated English sentences differ in about 110 bits, a sentence in which a third
    of the words was replaced in about 70.
    """
    bits, other_bits = _bits(sketches), _bits(others)
    both = bits @ other_bits.T
    differing: Array = bits.sum(1)[:, None] + other_bits.sum(1)[None, :] - 2 * both
    return differing


def _bits(sketches: list[str]) -> Array:
    packed = np.frombuffer(bytes.fromhex("".join(sketches)), "uint8")
    return np.unpackbits(packed).reshape(-1, BITS).astype("float32")


@cache
def _signs(trigram: str) -> Array:
    digest = hashlib.sha256(trigram.encode("utf-8", "replace")).digest()
    return np.unpackbits(np.frombuffer(digest, "uint8")).astype("int32") * 2 - 1
