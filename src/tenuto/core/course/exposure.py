"""How much ketamine a person has had: counters, and where the medical director has to look.

No lifetime limit is known from evidence; the limits are the clinic's. A director's review is a BLOCK, because only
the director opens a BLOCK.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from tenuto.core.course.infusion import CourseError, GivenInfusion
from tenuto.core.dates import say_date
from tenuto.core.gate import Finding, Level
from tenuto.core.policy import Limit, Policy
from tenuto.core.units import Mg

__all__ = ["WINDOWS_DAYS", "Exposure", "exposure", "infusions_up_to"]

WINDOWS_DAYS = (30, 90, 365)
DAYS_PER_MONTH = Decimal("30.4375")


@dataclass(frozen=True, slots=True)
class Exposure:
    """Counters on one day: over the lifetime on record, and in the last 30, 90 and 365 days; months since the first."""

    as_of: date
    infusions: int
    total: Mg
    infusions_in: dict[int, int]
    total_in: dict[int, Mg]
    months: Decimal
    findings: tuple[Finding, ...]


def exposure(infusions: Sequence[GivenInfusion], *, as_of: date, policy: Policy) -> Exposure:
    """Counters up to and including `as_of`, and findings over all infusions listed, planned ones included.

    Findings look at every window that ends on an infusion, so that a plan which would pass a limit shows it before.
    Raises CourseError when the mass of an infusion is not known: a sum without it would tell too little.
    """
    ordered = sorted(infusions, key=lambda i: i.on)
    past = [i for i in ordered if i.on <= as_of]
    recent = {days: [i for i in past if (as_of - i.on).days < days] for days in WINDOWS_DAYS}
    months = Decimal((as_of - past[0].on).days) / DAYS_PER_MONTH if past else Decimal(0)
    return Exposure(
        as_of=as_of,
        infusions=len(past),
        total=_sum(past),
        infusions_in={days: len(found) for days, found in recent.items()},
        total_in={days: _sum(found) for days, found in recent.items()},
        months=months.quantize(Decimal("0.1")),
        findings=tuple(_findings([i.on for i in ordered], policy)),
    )


def infusions_up_to(on: date, infused: Iterable[date]) -> dict[int | None, int]:
    """How many infusions there would be in the windows that end on a day, with one on that day: by days, None for all.

    infused: days of infusions, planned ones too if they shall count; later ones are not counted.
    """
    days = {day for day in (*infused, on) if day <= on}
    return {
        window: sum(window is None or (on - day).days < window for day in days)
        for window in (*WINDOWS_DAYS, None)
    }


def _findings(dates: Sequence[date], policy: Policy) -> list[Finding]:
    found = []
    for key, days in (("exposure_60_days", 60), ("exposure_365_days", 365)):
        limit = policy.limit(key)
        most, day = _densest(dates, days)
        if day is not None and most > limit.value:
            text = (
                f"{most} infusions in the {days} days up to {say_date(day)}; the clinic allows {limit.value}."
            )
            found.append(_director("EXPOSURE-COUNT", text, limit))
    found += _duration(dates, policy)
    return found


def _duration(dates: Sequence[date], policy: Policy) -> list[Finding]:
    if not dates:
        return []
    found = []
    limit = policy.limit("exposure_months")
    end = dates[0] + timedelta(days=int(limit.value * DAYS_PER_MONTH))
    if dates[-1] > end:
        text = f"Treatment reaches {say_date(dates[-1])}, more than {limit.value} months after it began."
        found.append(_director("EXPOSURE-MONTHS", text, limit))
    gap = policy.limit("maintenance_interval_min_days")
    settled = dates[0] + timedelta(
        days=int(policy.number("maintenance_interval_after_months") * DAYS_PER_MONTH)
    )
    close = next((b for a, b in pairwise(dates) if b > settled and (b - a).days < gap.value), None)
    if close is not None:
        months = policy.whole("maintenance_interval_after_months")
        text = (
            f"The infusion on {say_date(close)} follows the one before in less than {gap.value} days, after month "
            f"{months}. If no longer interval holds the response, consider stopping."
        )
        found.append(_director("EXPOSURE-INTERVAL", text, gap))
    return found


def _densest(dates: Sequence[date], days: int) -> tuple[int, date | None]:
    counts = [(sum(0 <= (end - d).days < days for d in dates), end) for end in dates]
    return max(counts, key=lambda c: c[0], default=(0, None))


def _director(code: str, text: str, limit: Limit) -> Finding:
    return Finding(code, Level.BLOCK, f"{text} The medical director reviews whether to go on.", limit.basis)


def _sum(infusions: Sequence[GivenInfusion]) -> Mg:
    return Mg(sum((_mass(infusion).value for infusion in infusions), Decimal(0)))


def _mass(infusion: GivenInfusion) -> Mg:
    if infusion.mass is None:
        raise CourseError(
            f"How many mg were given on {say_date(infusion.on)} is not known. Add it to the record."
        )
    return infusion.mass
