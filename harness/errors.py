"""What a person can put right is told to them in one sentence, without a traceback."""

from __future__ import annotations


class InputError(Exception):
    """What is wrong with something given to us, and what to do, in one sentence."""
