"""Booking a visit that is no infusion: a consultation, psychotherapy, the laboratory, a call on the day after."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from tenuto.clinic.accounts.clock import day_of
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.booking.models import Appointment, TakenQuarter
from tenuto.clinic.booking.services.accepting import quarters
from tenuto.clinic.booking.services.affected import affected
from tenuto.clinic.booking.services.standing import BookingRefused, check_may_book, lock_bookings, standing
from tenuto.clinic.booking.services.week import week_of
from tenuto.clinic.ledger.facts import recorded
from tenuto.clinic.ledger.services import record
from tenuto.clinic.people.models import Patient
from tenuto.core.booking.visit_lengths import visit_minutes
from tenuto.core.dates import say_day
from tenuto.core.scheduling.week import ClinicWeek

__all__ = ["book_visit", "visits_in_rooms"]


def visits_in_rooms(patient: Patient, *, since: datetime) -> tuple[Appointment, ...]:
    """What is booked for a patient besides infusions, from a moment on, in order of time."""
    rows = standing(patient.clinic_id).filter(patient=patient, ends_at__gt=since)
    return tuple(rows.exclude(kind__in=Appointment.IN_A_CHAIR).order_by("starts_at"))


@transaction.atomic
def book_visit(
    *,
    patient: Patient,
    kind: Appointment.Kind,
    start: datetime,
    room: str,
    with_name: str,
    by: Staff,
    at: datetime,
) -> Appointment:
    """Book a visit in a room of the week, or without one by phone, with somebody by name where it is known.

    Raises BookingRefused for an infusion, a room that is not there, a time that is over or outside the clinic's hours, and
    when the room, the person, the patient or those who watch an infusion are taken then; PermissionError and WrongClinic.
    """
    check_may_book(by, patient)
    lock_bookings(by.clinic_id)
    if kind in Appointment.IN_A_CHAIR:
        raise BookingRefused("An infusion is booked with its series, in a chair. Nothing was booked.")
    week = week_of(patient.clinic)
    end = start + timedelta(minutes=visit_minutes()[kind.value])
    _check_place(patient, week, start, end, room, at)
    stands = {row.pk for row in affected(patient.clinic, at=at)}
    row = Appointment(
        patient=patient, kind=kind, series=uuid4(), n=1, chair=room, nurse=with_name.strip()[:80],
        starts_at=start.astimezone(UTC), infused_at=end, ends_at=end, chair_free_at=end, **recorded(by, at),
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save()
            TakenQuarter.objects.bulk_create(_taken(row))
    except IntegrityError as error:
        raise BookingRefused(
            "The room, the person or the patient is taken then. Nothing was booked. Choose another time."
        ) from error
    if {other.pk for other in affected(patient.clinic, at=at)} - stands:
        raise BookingRefused(
            f"{row.nurse} is needed beside an infusion then. Nothing was booked. Choose another time or person."
        )
    record(action="booked a visit", subject=row, by=by, at=at, detail={"kind": kind.value})
    return row


def _check_place(
    patient: Patient, week: ClinicWeek, start: datetime, end: datetime, room: str, at: datetime
) -> None:
    if start <= at:
        raise BookingRefused("This time is over. Nothing was booked. Choose a time to come.")
    if room and room not in week.rooms:
        raise BookingRefused(f"The week has no room {room}. Nothing was booked. Choose one of its rooms.")
    day = day_of(patient.clinic, start)
    days = week.period(ZoneInfo(patient.clinic.zone), day, day).days
    if not any(each.open.holds(start, end) for each in days):
        raise BookingRefused(
            f"The clinic is not open all that time on {say_day(day)}. Nothing was booked. Choose another time."
        )


def _taken(row: Appointment) -> Iterator[TakenQuarter]:
    kinds = TakenQuarter.Kind
    for kind, name in (
        (kinds.CHAIR, row.chair), (kinds.NURSE, row.nurse), (kinds.PATIENT, str(row.patient_id))
    ):  # fmt: skip
        for quarter in quarters(row.starts_at, row.ends_at) if name else ():
            yield TakenQuarter(
                clinic_id=row.patient.clinic_id, appointment=row, kind=kind, name=name, quarter=quarter
            )
