"""A patient who comes late: recorded, and whether the visit still fits behind it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.booking.models import LateArrival
from tenuto.clinic.booking.services.accepting import VisitPlace, place_problem
from tenuto.clinic.booking.services.proposing import AskedSeries
from tenuto.clinic.booking.services.standing import BookingRefused, check_may_book, lock_bookings, standing
from tenuto.clinic.ledger.facts import recorded
from tenuto.clinic.ledger.services import record

__all__ = ["MOST_LATE_MINUTES", "record_late"]

MOST_LATE_MINUTES = 480


@transaction.atomic
def record_late(*, appointment: UUID, minutes: int, by: Staff, at: datetime) -> str:
    """Record by how much a patient comes late; why the visit no longer fits then, empty when it does.

    Raises BookingRefused for minutes that can't be and for a visit that has ended, and PermissionError.
    """
    check_may_book(by)
    lock_bookings(by.clinic_id)
    row = standing(by.clinic_id).select_related("patient__clinic").filter(pk=appointment).first()
    if row is None:
        raise BookingRefused("The visit was cancelled, moved or missed meanwhile. Nothing was saved.")
    if not 1 <= minutes <= MOST_LATE_MINUTES:
        raise BookingRefused(f"{minutes} min is no delay of a visit. Give 1 to {MOST_LATE_MINUTES} minutes.")
    late = LateArrival.objects.create(appointment=row, minutes=minutes, **recorded(by, at))
    record(action="recorded a late arrival", subject=late, by=by, at=at, detail={"minutes": minutes})
    place = VisitPlace(row.starts_at + timedelta(minutes=minutes), row.chair, row.nurse)
    day = row.starts_on
    # Only that day is asked about: what the patient has on others keeps its distance as it did.
    asked = AskedSeries(1, 0, 1, day, day, keeps_week=False)
    return place_problem(appointment=row, place=place, asked=asked, at=row.starts_at - timedelta(minutes=1))
