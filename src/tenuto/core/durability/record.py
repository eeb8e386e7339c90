"""One patient's course so far, as dated facts: scores, infusions, answers on suicide, what else happened."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from tenuto.core.course.infusion import GivenInfusion
from tenuto.core.scales.measurement import ScaleMeasure

__all__ = [
    "EVENTS",
    "Answered",
    "Happened",
    "History",
    "HistoryError",
    "OtherScale",
    "Scored",
    "dose_of",
    "read_date",
]

EVENTS = ("antidepressant_changed", "suicide_attempt", "admission", "suspected_mania", "mania_excluded")
"""What else may stand in a history. A suspicion of mania stands until it is excluded."""
_YEARS = range(1900, 2200)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class HistoryError(ValueError):
    """A history that can't be used; the message names the row and the fix."""


@dataclass(frozen=True, slots=True, order=True)
class Scored:
    """A score written down on a day, before any infusion of that day."""

    on: date
    value: float


@dataclass(frozen=True, slots=True)
class OtherScale:
    """The scores of the same patient on a scale that is not forecast, in order of date."""

    measure: ScaleMeasure
    scores: tuple[Scored, ...]


@dataclass(frozen=True, slots=True, order=True)
class Answered:
    """The answer to a scale's question on suicide, such as 1 to `PHQ-9 item 9`."""

    on: date
    item: str
    value: float


@dataclass(frozen=True, slots=True, order=True)
class Happened:
    """One of `EVENTS` on a day."""

    on: date
    kind: str


@dataclass(frozen=True, slots=True)
class History:
    """A patient's course. Build with `history.history_from`, which checks it. Everything is in order of date."""

    measure: ScaleMeasure
    condition: str
    setting: str
    scores: tuple[Scored, ...]
    infusions: tuple[GivenInfusion, ...]
    """Each with its dose for each kg."""
    covariates: Mapping[str, float] = field(default_factory=dict)
    answers: tuple[Answered, ...] = ()
    events: tuple[Happened, ...] = ()
    beside: tuple[OtherScale, ...] = ()
    """Scales of the same patient that are not forecast; they may forbid one."""
    left_out: int = 0
    """Rows later than the day that the forecast looks from."""

    @property
    def other_scales(self) -> tuple[str, ...]:
        """Names of the scales that are not forecast."""
        return tuple(other.measure.name for other in self.beside)

    @property
    def start(self) -> date:
        """The day of the first infusion."""
        return self.infusions[0].on

    @property
    def before(self) -> tuple[Scored, ...]:
        """Scores up to and on the day of the first infusion."""
        return self.scores[: self._treated_from]

    @property
    def after(self) -> tuple[Scored, ...]:
        """Scores since the first infusion."""
        return self.scores[self._treated_from :]

    @property
    def _treated_from(self) -> int:
        """Place of the first score since the first infusion."""
        return bisect_right(self.scores, self.start, key=lambda s: s.on)

    @property
    def baseline(self) -> float:
        """The last score before treatment; never the best or worst."""
        return self.before[-1].value

    @property
    def known_to(self) -> date:
        """The last score or infusion: what is later, nobody has seen."""
        return max(self.scores[-1].on, self.infusions[-1].on)

    @property
    def last(self) -> date:
        """The latest date in the history."""
        return max([self.known_to, *(a.on for a in self.answers), *(e.on for e in self.events)])

    @property
    def item_rises(self) -> tuple[date, ...]:
        """Days on which a question on suicide was answered higher than the time before."""
        earlier: dict[str, float] = {}
        rises = []
        for answer in self.answers:
            if answer.value > earlier.get(answer.item, answer.value):
                rises.append(answer.on)
            earlier[answer.item] = answer.value
        return tuple(rises)


def dose_of(infusion: GivenInfusion) -> float:
    """The dose as the model reads it, a number in mg/kg. HistoryError when only the mass is known."""
    if infusion.dose is None:
        raise HistoryError(
            f"The dose of the infusion on {infusion.on} is not known in mg/kg. Divide the milligrams by the weight in kg."
        )
    return float(infusion.dose.value)


def read_date(text: str) -> date:
    """A date written as 2026-03-14; ValueError says what is wrong with any other."""
    if not _DATE.fullmatch(text):
        raise ValueError(f"'{' '.join(text.split())[:40]}' is not a date. Write it as 2026-03-14.")
    try:
        on = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text} is not in the calendar. Correct the day or the month.") from None
    if on.year not in _YEARS:
        raise ValueError(f"{text} can't be right. Give a year from {_YEARS[0]} to {_YEARS[-1]}.")
    return on
