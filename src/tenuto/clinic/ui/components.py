"""What the shared templates are given: ready words and primitives, nothing to compute."""

from __future__ import annotations

from calendar import Calendar, month_name
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tenuto.clinic.ui.icons import STAGES
from tenuto.clinic.ui.words import long_day

__all__ = ["WORDS", "Banner", "Day", "FindingCard", "Month", "Stage", "months", "spine"]

WORDS = {
    "pass": "PASS",
    "review": "REVIEW",
    "block": "BLOCK",
    "refuse": "REFUSE",
    "to_do": "To do",
    "unknown": "Unknown",
    "due": "Due",
    "late": "Late",
}
"""The word that stands beside each mark."""


@dataclass(frozen=True, slots=True)
class Banner:
    """Who this is, at the top of every page about a patient."""

    name: str
    record_number: str
    born: str
    allergies: tuple[str, ...]
    allergies_known: bool
    alerts: tuple[str, ...]
    weight: str
    weight_note: str
    preferred: str = ""
    person_url: str = ""


@dataclass(frozen=True, slots=True)
class FindingCard:
    """One finding of a gate, with what opens below it."""

    code: str
    mark: str
    message: str
    evidence: tuple[str, ...]
    sources: tuple[str, ...]
    note: str
    fact: str
    missing: bool
    policy: str
    opens_for: str
    decided: str = ""
    """Who decided on exactly this before and when; empty while it is to decide."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One of the seven stages on the spine."""

    name: str
    state: str
    words: str
    url: str = ""

    @property
    def glyph(self) -> str:
        """The drawing of the stage; a plain ring where it has none."""
        return self.name if self.name in STAGES else "stage"


def spine(states: Mapping[str, tuple[str, str] | tuple[str, str, str]]) -> tuple[Stage, ...]:
    """All seven stages in order. `states` gives (state, words) and perhaps an address where there is something to say."""
    return tuple(Stage(name, *states.get(name, ("ahead", "Not started"))) for name in STAGES)


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar; `number` is 0 outside the month."""

    number: int
    kind: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the calendar, in weeks from Monday."""

    title: str
    weeks: tuple[tuple[Day, ...], ...]


def months(marked: Mapping[date, tuple[str, str]], *, closed: Iterable[date] = ()) -> Sequence[Month]:
    """The months that hold a marked day. `marked` gives (kind, label); `closed` days are struck through."""
    shut = frozenset(closed)
    wanted = sorted({(day.year, day.month) for day in marked})
    return [
        Month(
            f"{month_name[month]} {year}",
            tuple(
                tuple(_day(day, month, marked, shut) for day in week)
                for week in Calendar().monthdatescalendar(year, month)
            ),
        )
        for year, month in wanted
    ]


def _day(day: date, month: int, marked: Mapping[date, tuple[str, str]], shut: frozenset[date]) -> Day:
    if day.month != month:
        return Day(0)
    if day in marked:
        kind, label = marked[day]
        return Day(day.day, kind, f"{long_day(day)}, {label}")
    return Day(day.day, "closed", f"{long_day(day)}, clinic closed") if day in shut else Day(day.day)
