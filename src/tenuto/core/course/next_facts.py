"""What the card of the next infusion is made from beside the account of the course."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

__all__ = ["DateSpan", "NextFacts", "NextState", "Obstacle", "ObstacleKind"]


class NextState(StrEnum):
    """Which card a patient has. Each has its rows in the table of rules."""

    BEFORE = "before the first"
    MID_INDUCTION = "mid-induction"
    END_RESPONDER = "end, responder"
    END_NON_RESPONDER = "end, non-responder"
    END_UNKNOWN = "end, no score"
    ON_TIME = "on time"
    PASSED = "window passed"
    """In maintenance, and the last day for the next infusion is behind us."""
    TAPER = "taper"
    """In longer and longer steps to the end."""
    TAPER_THROUGH = "taper through"
    """The last infusion of the taper is given; a prescriber completes the course, or goes on."""
    COMPLETED = "completed"
    DRIFTING = "drifting"
    CHECK_LATE = "check late"
    HELD = "held"


class ObstacleKind(StrEnum):
    """What sort of thing stands in the way."""

    HOLD = "hold"
    CHECK = "check"
    """A test of long-term safety that is late."""
    ESCORT = "escort"
    SCORE = "score"
    VISIT = "visit"
    """A visit beside the infusions that is late."""
    TASK = "task"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing that stands in the way of the next infusion: what, who sees to it, and by when."""

    kind: ObstacleKind
    what: str
    """As a sentence begins, without a full stop: `Escort missing`, `Liver test late`."""
    who: str = ""
    by: date | None = None
    patient: str = ""
    """What the patient may read about it, empty when it is no matter of the patient's: a sentence, or for a check what is
    done, such as `Blood test`, to which the day is added."""


@dataclass(frozen=True, slots=True)
class DateSpan:
    """From one day to another, both included; the same day twice is a date."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class NextFacts:
    """What other rooms know of the next infusion."""

    booked: datetime | None = None
    """On the clinic's clock; None while nothing is booked."""
    model_window: DateSpan | None = None
    """What the forecast that stands says."""
    decided: DateSpan | None = None
    """The date, or the days, that a prescriber decided on."""
    rescue: date | None = None
    """A slot that is kept for a patient who drifts."""
    obstacles: tuple[Obstacle, ...] = ()
