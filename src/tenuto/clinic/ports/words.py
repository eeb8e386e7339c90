"""Words that a port asks of whoever writes into it."""

from __future__ import annotations

__all__ = ["sentence"]


def sentence(text: str) -> str:
    """The text without the space around it. Raises ValueError when nothing is said."""
    if not text.strip():
        raise ValueError("A reason is missing. Say why in one sentence.")
    return text.strip()
