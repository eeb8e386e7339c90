"""Visits that no plan in force has an infusion for: cancelled in one act, the last ones; all of them without a plan."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tenuto.clinic.accounts.clock import day_of
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.booking.models import AppointmentEnd
from tenuto.clinic.booking.needs import need_of, without_plan
from tenuto.clinic.booking.services.affected import end_repairs
from tenuto.clinic.booking.services.ending import end_row
from tenuto.clinic.booking.services.standing import BookingRefused, check_may_book, lock_bookings
from tenuto.clinic.ledger.services import record
from tenuto.clinic.pathway.api import Batch
from tenuto.clinic.people.models import Patient

__all__ = ["cancel_surplus"]


@transaction.atomic
def cancel_surplus(*, patient: Patient, by: Staff, at: datetime) -> tuple[AppointmentEnd, ...]:
    """Cancel the visits behind the last infusion of the plan in force, or each where none is any more; all of them or none.

    Raises BookingRefused when none is too many, or when one of them has begun; PermissionError and WrongClinic.
    """
    check_may_book(by, patient)
    lock_bookings(by.clinic_id)
    batch = Batch([patient], clinic=patient.clinic, today=day_of(patient.clinic, at))
    need = need_of(patient, batch)
    rows = need.surplus if need is not None else without_plan(batch).get(patient.pk, ())
    if not rows:
        raise BookingRefused("No visit is too many by the plan in force. Nothing was cancelled.")
    why = "No plan is in force any more."
    if need is not None:
        why = f"The plan has {need.left} infusions left, and {len(need.ahead)} visits were booked."
    found = []
    for row in rows:
        if row.starts_at <= at:
            raise BookingRefused(f"{row} has begun. Nothing was cancelled. Record how that visit ended.")
        end = end_row(row, AppointmentEnd.Kind.CANCELLED, why, by=by, at=at)
        record(action="cancelled an appointment", subject=end, by=by, at=at, detail={"why": end.why})
        end_repairs(end, by=by, at=at)
        found.append(end)
    return tuple(found)
