"""Dates, ages and durations as people read them: 'Tue 24 Nov, 09:30', '40 min', '3 h'."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from tenuto.core.dates import say_date as long_day
from tenuto.core.dates import say_day as day

__all__ = [
    "age",
    "ago",
    "count",
    "day",
    "day_of_moment",
    "duration",
    "long_day",
    "long_moment",
    "moment",
    "same_day",
]

MINUTES_UNTIL_HOURS = 120


def moment(value: datetime, zone: str = "") -> str:
    """'Tue 24 Nov, 09:30', in the clinic's zone: that of the request, or `zone` where there is none."""
    local = timezone.localtime(value, ZoneInfo(zone) if zone else None)
    return f"{day(local)}, {local:%H:%M}"


def long_moment(value: datetime) -> str:
    """'Tue 24 Nov 2026, 09:30 UTC', in the clinic's zone and with its name; for what is read years later."""
    local = timezone.localtime(value)
    return f"{long_day(local)}, {local:%H:%M %Z}"


def same_day(one: datetime, other: datetime) -> bool:
    """Whether two moments are on one day, in the clinic's zone."""
    return timezone.localdate(one) == timezone.localdate(other)


def day_of_moment(value: datetime) -> str:
    """'Tue 24 Nov', the day of a moment in the clinic's zone."""
    return day(timezone.localdate(value))


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
