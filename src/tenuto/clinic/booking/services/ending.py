"""Ending a booked visit: cancelled, missed, or moved elsewhere."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.booking.models import Appointment, AppointmentEnd
from tenuto.clinic.booking.services.affected import end_repairs
from tenuto.clinic.booking.services.standing import BookingRefused, check_may_book, lock_bookings
from tenuto.clinic.course.api import record_missed
from tenuto.clinic.ledger.actors import Actor
from tenuto.clinic.ledger.facts import recorded
from tenuto.clinic.ledger.services import record
from tenuto.core.course.facts import MissedHow
from tenuto.core.course.infusion import CourseError
from tenuto.core.sentences import check_reason

__all__ = ["EndKind", "end_appointment", "end_row"]

EndKind = AppointmentEnd.Kind


@transaction.atomic
def end_appointment(*, appointment: UUID, kind: EndKind, why: str, by: Staff, at: datetime) -> AppointmentEnd:
    """Cancel a visit, or record that it was missed, which the account of the course then knows; its chair and nurse are free.

    Raises BookingRefused without a reason, when it was ended already, when a visit to come is called missed, and when an
    infusion is on record for the day; Appointment.DoesNotExist for another clinic's, and PermissionError.
    """
    check_may_book(by)
    lock_bookings(by.clinic_id)
    row = Appointment.objects.select_related("patient__clinic").get(
        pk=appointment, patient__clinic=by.clinic_id
    )
    if kind is EndKind.MOVED:
        raise BookingRefused("A visit is moved by booking it elsewhere. Give its new place.")
    if kind is EndKind.MISSED and at < row.starts_at:
        raise BookingRefused(f"{row} is still to come, so nobody missed it. Cancel it instead.")
    end = end_row(row, kind, why, by=by, at=at)
    record(action=f"{kind} an appointment", subject=end, by=by, at=at, detail={"why": end.why})
    end_repairs(end, by=by, at=at)
    if kind is EndKind.MISSED and row.kind == Appointment.Kind.INFUSION:
        _tell_the_course(end, by=by, at=at)
    return end


def _tell_the_course(end: AppointmentEnd, *, by: Staff, at: datetime) -> None:
    """Put the missed visit on record, so that whoever is not well is called the same day."""
    row = end.appointment
    try:
        record_missed(
            patient=row.patient, on=row.starts_on, how=MissedHow.NO_SHOW, reason=end.why, by=by, at=at
        )
    except CourseError as refused:
        raise BookingRefused(str(refused)) from refused


def end_row(row: Appointment, kind: EndKind, why: str, *, by: Actor, at: datetime) -> AppointmentEnd:
    """The end of an appointment without its event, which whoever calls it writes."""
    ask = "The reason is missing. Write in a few words why. Nothing was saved."
    why = check_reason(why, ask, refused=BookingRefused)
    try:
        with transaction.atomic():
            end = AppointmentEnd.objects.create(appointment=row, kind=kind, why=why, **recorded(by, at))
    except IntegrityError:
        first = AppointmentEnd.objects.get(appointment=row)
        raise BookingRefused(
            f"{row} was ended by {first.recorded_by_name} already: {first}. Nothing was changed."
        ) from None
    row.taken.all().delete()
    return end
