"""Whole months and years between two days, as people count them."""

from __future__ import annotations

from datetime import date

__all__ = ["add_months", "months_between", "years_between"]

_MONTHS = 12


def months_between(start: date, end: date) -> int:
    """Full months from `start` to `end`; negative when `end` comes first."""
    return (end.year - start.year) * _MONTHS + end.month - start.month - (end.day < start.day)


def years_between(start: date, end: date) -> int:
    """Full years from `start` to `end`, as an age is counted; someone born on 29 February ages on 1 March."""
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day when it has none."""
    year, month = divmod(day.year * _MONTHS + day.month - 1 + months, _MONTHS)
    for last in range(day.day, 0, -1):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise ValueError(f"{day} plus {months} months is not a date.")  # pragma: no cover
