"""Dates, ages and durations as people read them: 'Tue 24 Nov, 09:30', '40 min', '3 h'."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone

from tenuto.core.dates import say_date as long_day
from tenuto.core.dates import say_day as day

__all__ = ["age", "ago", "count", "day", "duration", "long_day", "long_moment", "moment"]

MINUTES_UNTIL_HOURS = 120


def moment(value: datetime) -> str:
    """'Tue 24 Nov, 09:30', in the clinic's zone."""
    local = timezone.localtime(value)
    return f"{day(local)}, {local:%H:%M}"


def long_moment(value: datetime) -> str:
    """'Tue 24 Nov 2026, 09:30 UTC', in the clinic's zone and with its name; for what is read years later."""
    local = timezone.localtime(value)
    return f"{long_day(local)}, {local:%H:%M %Z}"


def age(born: date, on: date) -> int:
    """Completed years of life."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def ago(value: date, today: date) -> str:
    """'today', 'yesterday', '8 days ago'."""
    days = (today - value).days
    if days < 0:
        return f"in {count(-days, 'day')}"
    return {0: "today", 1: "yesterday"}.get(days, f"{days} days ago")


def duration(minutes: int) -> str:
    """Minutes until 120, then hours."""
    if minutes <= MINUTES_UNTIL_HOURS:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def count(number: int, one: str, many: str = "") -> str:
    """'1 day', '2 days'."""
    return f"{number} {one if number == 1 else many or one + 's'}"
