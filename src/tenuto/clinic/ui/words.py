"""Dates, ages and durations as people read them: 'Tue 24 Nov, 09:30', '40 min', '3 h', '5 days'."""

from __future__ import annotations

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from tenuto.core.dates import say_date as long_day
from tenuto.core.dates import say_day as day

__all__ = [
    "age",
    "ago",
    "count",
    "day",
    "day_of_moment",
    "duration",
    "late_words",
    "long_day",
    "long_moment",
    "moment",
    "reach",
    "same_day",
    "ways_to_reach",
]

MINUTES_UNTIL_HOURS = 120
HOURS_UNTIL_DAYS = 48


def moment(value: datetime, zone: str = "") -> str:
    """'Tue 24 Nov, 09:30', in the clinic's zone: that of the request, or `zone` where there is none.

    One of a year that is over has its year, so that nobody takes it for this one's.
    """
    local = timezone.localtime(value, ZoneInfo(zone) if zone else None)
    is_over = local.year < timezone.now().year
    return f"{long_day(local) if is_over else day(local)}, {local:%H:%M}"


def late_words(due: datetime | None, now: datetime) -> str:
    """'Late since Tue 24 Nov, 09:30'; empty without a deadline, and while it is ahead."""
    return f"Late since {moment(due)}" if due is not None and due < now else ""


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
    """Minutes until 120, then hours, and from two days on days."""
    if minutes <= MINUTES_UNTIL_HOURS:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours >= HOURS_UNTIL_DAYS:
        days, hours = divmod(hours, 24)
        return f"{days} days {hours} h" if hours else f"{days} days"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def count(number: int, one: str, many: str = "") -> str:
    """'1 day', '2 days'."""
    return f"{number} {one if number == 1 else many or one + 's'}"


_REACH = re.compile(
    r"(?P<phone>[+(]?[0-9][0-9 ()./-]{4,}[0-9])|(?P<mail>[^\s,;<>@]+@[^\s,;<>@]+\.[^\s,;<>@.]+)"
    # Numbers of emergency are short; only words before them tell them from other numbers.
    r"|(?:(?<=call )|(?<=text )|(?<=dial )|(?<=line \()|(?<=; ))(?P<short>[0-9]{3,6})(?![0-9])"
)


def ways_to_reach(text: str) -> frozenset[str]:
    """'phone' and 'mail', as far as some words hold a number or an address of e-mail."""
    return frozenset(found.lastgroup for found in _REACH.finditer(text) if found.lastgroup)


def reach(text: str) -> SafeString:
    """Words that say how to reach somebody: a phone number is a link that calls, an e-mail address one that writes."""
    parts, end = [], 0
    for found in _REACH.finditer(text):
        address = f"mailto:{found[0]}" if found["mail"] else f"tel:{re.sub(r'[^0-9+]', '', found[0])}"
        parts.append(format_html('{}<a href="{}">{}</a>', text[end : found.start()], address, found[0]))
        end = found.end()
    return format_html_join("", "{}", [(part,) for part in (*parts, text[end:])])
