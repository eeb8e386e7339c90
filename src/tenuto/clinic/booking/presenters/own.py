"""The preparation as a patient reads it: what to do by which hour of the clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from tenuto.clinic.accounts.clock import day_of, local
from tenuto.clinic.booking.models import Appointment, CheckIn
from tenuto.clinic.ui.words import day, long_day
from tenuto.core.booking.preparation import clock_steps
from tenuto.core.booking.visit_lengths import OtherVisit, other_visits

__all__ = ["PreparationPage", "PreparationTime", "preparation_page"]


@dataclass(frozen=True, slots=True)
class PreparationTime:
    """A time of the clock, and what is done by then."""

    time: str
    day: str
    text: str
    over: bool


@dataclass(frozen=True, slots=True)
class PreparationPage:
    """All of the page."""

    day: str
    near: str
    """'today' or 'tomorrow', where it is."""
    time: str
    home_from: str
    zone: str
    times: tuple[PreparationTime, ...]
    medicines: str
    answered: CheckIn | None
    other: OtherVisit | None
    """What it is, where it is no infusion: nothing is prepared by the clock then."""
    by_phone: bool


def preparation_page(
    row: Appointment, *, medicines: str, answered: CheckIn | None, now: datetime
) -> PreparationPage:
    """On the clock of the clinic, whose name stands beside it."""
    clinic = row.patient.clinic
    start, end, today = local(clinic, row.starts_at), local(clinic, row.ends_at), local(clinic, now).date()
    times = tuple(
        PreparationTime(
            f"{step.at:%H:%M}",
            _near(day_of(clinic, step.at), today) or day(day_of(clinic, step.at)),
            step.text,
            step.at <= now,
        )
        for step in clock_steps(row.starts_at, ZoneInfo(clinic.zone))
    )
    return PreparationPage(
        long_day(start.date()),
        _near(start.date(), today),
        f"{start:%H:%M}",
        f"{end:%H:%M}",
        f"{start:%Z}",
        times,
        medicines,
        answered,
        other_visits().get(row.kind),
        not row.chair,
    )


def _near(on: date, today: date) -> str:
    return {today: "today", today + timedelta(days=1): "tomorrow"}.get(on, "")
