"""The days that are offered, in words, and where each lies on the chart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from tenuto.clinic.ui.words import count, day, long_day
from tenuto.core.forecast.offered import OfferedDay
from tenuto.core.forecast.words import one_in, percent

__all__ = ["DateRow", "date_rows"]


@dataclass(frozen=True, slots=True)
class DateRow:
    """One day with its risk, its number of infusions and its exposure."""

    iso: str
    day: str
    long_day: str
    interval: str
    risk: str
    risk_words: str
    a_year: str
    then: str
    mass: str
    chosen: bool
    longest: bool
    x_wide: str
    x_narrow: str


def date_rows(
    days: Sequence[OfferedDay],
    *,
    chosen: date | None,
    x_wide: Callable[[date], float],
    x_narrow: Callable[[date], float],
) -> tuple[DateRow, ...]:
    """The longest interval first."""
    return tuple(
        DateRow(
            iso=each.on.isoformat(),
            day=day(each.on),
            long_day=long_day(each.on),
            interval=count(each.interval_days, "day"),
            risk=percent(each.risk),
            risk_words=one_in(each.risk),
            a_year=f"{each.infusions_a_year:.0f}",
            then=str(each.infusions_then),
            mass=f"{each.mass_then.rounded(0)}" if each.mass_then is not None else "not known",
            chosen=each.on == chosen,
            longest=number == 0,
            x_wide=f"{x_wide(each.on):.1f}",
            x_narrow=f"{x_narrow(each.on):.1f}",
        )
        for number, each in enumerate(days)
    )
