"""The days that are offered for the next infusion: risk, number of infusions and exposure of each. The longest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tenuto.core.course.infusion import GivenInfusion
from tenuto.core.durability.definitions import Definitions
from tenuto.core.forecast.answer import Forecast
from tenuto.core.forecast.days import first_open, is_open
from tenuto.core.forecast.window import lost_by
from tenuto.core.units import Mg

__all__ = ["OfferedDay", "offered_days"]

YEAR_DAYS = 365


@dataclass(frozen=True, slots=True)
class OfferedDay:
    """A clinic day on which the next infusion may be given."""

    on: date
    interval_days: int
    """From the last infusion."""
    risk: float
    """Probability that response is lost by then, as the window counts it."""
    infusions_a_year: float
    """When every interval is as long as this one."""
    infusions_then: int
    """In the 365 days up to and with that day."""
    mass_then: Mg | None
    """Ketamine base in the same days, at the dose of the last infusion; None where one of the masses is not known."""


def offered_days(
    found: Forecast, infusions: Sequence[GivenInfusion], definitions: Definitions
) -> tuple[OfferedDay, ...]:
    """Every clinic day from the forecast's own to the end of its window, the latest first; none beyond it.

    infusions: those given, in order of date, at least one. When the window is over only the next clinic day is left.
    Without a window no day is offered: nothing is forecast, and nothing may be waited on.
    """
    window = found.window
    if window is None:
        return ()
    first = max(found.as_of, infusions[-1].on + timedelta(days=1))
    if window.overdue:
        days = [first_open(first, definitions)]
    else:
        days = [first + timedelta(days=k) for k in range((window.end - first).days + 1)]
    return tuple(
        _offered(on, found, infusions, definitions) for on in reversed(days) if is_open(on, definitions)
    )


def _offered(
    on: date, found: Forecast, infusions: Sequence[GivenInfusion], definitions: Definitions
) -> OfferedDay:
    interval = (on - infusions[-1].on).days
    year = [each for each in infusions if (on - each.on).days < YEAR_DAYS]
    masses = [each.mass for each in (*year, infusions[-1])]
    known = [mass.value for mass in masses if mass is not None]
    return OfferedDay(
        on=on,
        interval_days=interval,
        risk=lost_by(found.curve, (on - found.known_to).days, definitions),
        infusions_a_year=YEAR_DAYS / interval,
        infusions_then=len(year) + 1,
        mass_then=Mg(sum(known[1:], known[0])) if len(known) == len(masses) else None,
    )
