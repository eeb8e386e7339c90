"""What is refused in production."""

from __future__ import annotations

__all__ = ["ProductionRefused"]


class ProductionRefused(RuntimeError):
    """Invented patients have no place beside real ones."""
