"""What a prescriber decided about the end of a course, as a fact."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

__all__ = ["EndingFact", "EndingKind"]


class EndingKind(StrEnum):
    """What was decided about the end of a course."""

    TAPER = "taper"
    COMPLETE = "complete"
    RESUME = "resume"
    """The course goes on as signed: a taper or a completion before it no longer counts."""


@dataclass(frozen=True, slots=True)
class EndingFact:
    """What a prescriber decided on a day about the end of a series. Of several the one recorded last counts."""

    id: str
    kind: EndingKind
    on: date
    series: str
    recorded: int
    intervals_days: tuple[int, ...] = ()
    """Of a taper: the days from each infusion to the next that is still given, in order."""
    follow_up_by: date | None = None
    """Of a completion: by when the person is seen again."""
