"""Dates in words, the same in every sentence of core and clinic."""

from __future__ import annotations

from datetime import date

__all__ = ["WEEKDAY_NAMES", "on_date", "say_birthday", "say_date", "say_day", "say_short"]

WEEKDAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def say_day(day: date) -> str:
    """A day near today, where the year is plain: Tue 24 Nov."""
    return f"{WEEKDAY_NAMES[day.weekday()]} {say_short(day)}"


def say_short(day: date) -> str:
    """A day near today without its day of the week, for spans and deadlines: 24 Nov."""
    return f"{day.day} {MONTH_NAMES[day.month - 1]}"


def say_date(day: date) -> str:
    """A date as a person writes it: Tue 24 Nov 2026."""
    return f"{say_day(day)} {day.year}"


def say_birthday(day: date, sent: str = "") -> str:
    """A date of birth, of which nobody knows the day of the week: 24 Nov 1980.

    `sent` is what is known of one that is not complete, `1980-11` or `1980`: then Nov 1980 or 1980, never a day that
    nobody said.
    """
    month = MONTH_NAMES[day.month - 1]
    known = sent.count("-")
    parts = (
        (day.year,) if sent and not known else (month, day.year) if known == 1 else (day.day, month, day.year)
    )
    return " ".join(map(str, parts))


def on_date(day: date | None) -> str:
    """The end of a phrase, ` on Tue 24 Nov 2026`, or nothing where no date was recorded."""
    return f" on {say_date(day)}" if day else ""
