"""Dates of an answer moved to days on which the clinic is open."""

from __future__ import annotations

from datetime import date, timedelta

from tenuto.core.durability.definitions import Definitions

__all__ = ["first_open", "is_open", "last_open"]

_FAR = 366


def is_open(day: date, rules: Definitions) -> bool:
    """True when the clinic infuses on that date."""
    return day.weekday() in rules.clinic_days and day not in rules.closed


def last_open(after: date, until: date, rules: Definitions) -> date:
    """The last clinic day later than `after` and not later than `until`; where there is none, the first one after `after`."""
    for back in range((until - after).days):
        day = until - timedelta(days=back)
        if is_open(day, rules):
            return day
    return first_open(after + timedelta(days=1), rules)


def first_open(day: date, rules: Definitions) -> date:
    """The first clinic day on or after `day`; `day` itself where the clinic has none within a year."""
    ahead = (day + timedelta(days=k) for k in range(_FAR))
    return next((one for one in ahead if is_open(one, rules)), day)
