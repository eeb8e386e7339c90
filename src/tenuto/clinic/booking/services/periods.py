"""The days of a clinic as the scheduling core sees them: its week, without the hours in which a nurse is with somebody else."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from tenuto.clinic.accounts.clock import local
from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.booking.services.standing import visits_elsewhere
from tenuto.clinic.booking.services.week import week_of
from tenuto.core.scheduling.period import BookedVisit, Period, SeriesRequest, Span, less

__all__ = ["period_of"]


def period_of(
    clinic: Clinic,
    first: date,
    last: date,
    *,
    fixed: tuple[BookedVisit, ...] = (),
    requests: tuple[SeriesRequest, ...] = (),
) -> Period:
    """The days from the first through the last. Raises BookingRefused where no week is set up."""
    period = week_of(clinic).period(ZoneInfo(clinic.zone), first, last, fixed=fixed, requests=requests)
    busy: dict[str, list[Span]] = defaultdict(list)
    for row in visits_elsewhere(clinic, first, last):
        busy[row.nurse].append(Span(local(clinic, row.starts_at), local(clinic, row.ends_at)))
    if not busy:
        return period
    nurses = (replace(nurse, shifts=less(nurse.shifts, busy.get(nurse.id, ()))) for nurse in period.nurses)
    return replace(period, nurses=tuple(nurses)).in_order()
