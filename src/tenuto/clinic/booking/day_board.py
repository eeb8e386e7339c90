"""One day of the chairs: who has which, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from tenuto.clinic.accounts.clock import start_of_day
from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.booking.models import Appointment, LateArrival
from tenuto.clinic.booking.presenters.week import BoardSight, GridDay, warned_of, week_grid
from tenuto.clinic.booking.services import BookingRefused, week_of
from tenuto.clinic.booking.services.standing import standing
from tenuto.clinic.ledger.facts import IN_ORDER

__all__ = ["DayBoard", "day_board"]


@dataclass(frozen=True, slots=True)
class DayBoard:
    """The chairs of a day."""

    chairs: tuple[str, ...]
    """Those of the clinic's week, none where it is closed, and then those that a visit names besides."""
    visits: tuple[Appointment, ...]
    """What stands in a chair on this day, in order of time, with its patient."""
    late: Mapping[UUID, timedelta]
    """By how much the patient of a visit said they come late, by the visit's id."""
    sight: BoardSight
    grid: GridDay | None
    """None where the clinic is closed."""
    problem: str
    """Why there are no chairs to show; empty as a rule."""


def day_board(clinic: Clinic, on: date, *, hidden: frozenset[UUID]) -> DayBoard:
    """The chairs of a day, as somebody sees them who may not see the patients in `hidden`. A fixed number of queries."""
    begin, end = (start_of_day(clinic, each) for each in (on, on + timedelta(days=1)))
    rows = standing(clinic.pk).filter(
        starts_at__gte=begin, starts_at__lt=end, kind__in=Appointment.IN_A_CHAIR
    )
    visits = tuple(
        rows.select_related("patient").prefetch_related("patient__identifiers").order_by("starts_at", "chair")
    )
    seen = {row.patient_id: row.patient for row in visits if row.patient_id not in hidden}
    sight = BoardSight(hidden, warned_of(list(seen.values()), clinic, on))
    told = LateArrival.objects.filter(appointment__in=visits).order_by(*IN_ORDER)
    late = {row.appointment_id: timedelta(minutes=row.minutes) for row in told}
    named = sorted({row.chair for row in visits})
    try:
        period = week_of(clinic).period(ZoneInfo(clinic.zone), on, on)
    except (BookingRefused, ValueError) as refused:
        return DayBoard(tuple(named), visits, late, sight, None, str(refused))
    grid = week_grid(period, visits, clinic, by_nurse=False, shown=sight)
    chairs = [each.id for each in period.chairs] if grid else []
    return DayBoard(
        (*chairs, *(each for each in named if each not in chairs)),
        visits,
        late,
        sight,
        grid[0] if grid else None,
        "",
    )
