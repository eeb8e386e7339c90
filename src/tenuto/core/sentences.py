"""Whether what was typed says something: a judgement that others rely on is given in a sentence, not with one letter."""

from __future__ import annotations

import re

__all__ = ["is_sentence"]


def is_sentence(text: str) -> bool:
    """Whether a text has two different words or more, and at least one of them two letters.

    It can't know whether a sentence is true; it keeps `x`, `.`, `ok` and `xx xx` from standing for a reason. [D]
    """
    words = set(re.findall(r"\w+", text.casefold()))
    return len(words) >= 2 and any(len(word) >= 2 and word.isalpha() for word in words)
