"""One thing that differs between two states of what is known or ruled, in words."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Difference"]


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs, how it was and how it is; empty where there was nothing before, or is nothing now."""

    what: str
    before: str
    after: str
