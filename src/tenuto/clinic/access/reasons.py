"""Reasons that people type."""

from __future__ import annotations

__all__ = ["given_reason"]


def given_reason(text: str) -> str:
    """The reason without blanks around it. Raises ValueError when there is hardly any."""
    if len(text.strip()) < 5:
        raise ValueError("A reason is missing. Say in a few words why this is needed.")
    return text.strip()
