"""Booking and moving a visit that is no infusion: a consultation, psychotherapy, the laboratory, a call on the day after."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from tenuto.clinic.accounts.clock import day_of, local
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.booking.models import Appointment, AppointmentEnd, TakenQuarter
from tenuto.clinic.booking.services.accepting import quarters
from tenuto.clinic.booking.services.affected import affected, end_repairs
from tenuto.clinic.booking.services.ending import end_row
from tenuto.clinic.booking.services.standing import BookingRefused, check_may_book, lock_bookings, standing
from tenuto.clinic.booking.services.week import week_of
from tenuto.clinic.ledger.facts import recorded
from tenuto.clinic.ledger.services import record
from tenuto.clinic.people.models import Patient
from tenuto.core.booking.visit_lengths import visit_minutes
from tenuto.core.dates import say_day
from tenuto.core.scheduling.soonest import is_over
from tenuto.core.scheduling.week import ClinicWeek

__all__ = ["book_visit", "move_visit", "room_problem", "visits_in_rooms"]

_TAKEN = "The room, the person or the patient is taken then."


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
    long = timedelta(minutes={**visit_minutes(), **week.minutes}[kind.value])
    row = _row(patient, kind, start, long, room, with_name, by=by, at=at)
    _save(row, week, at=at)
    record(action="booked a visit", subject=row, by=by, at=at, detail={"kind": kind.value})
    return row


@transaction.atomic
def move_visit(
    *, appointment: UUID, start: datetime, room: str, with_name: str, why: str, by: Staff, at: datetime
) -> Appointment:
    """End such a visit as moved and book it elsewhere, as long as it was; both or neither.

    Raises as `book_visit`, BookingRefused without a reason, and Appointment.DoesNotExist.
    """
    check_may_book(by)
    lock_bookings(by.clinic_id)
    old = _in_rooms(by.clinic_id).get(pk=appointment)
    ended = end_row(old, AppointmentEnd.Kind.MOVED, why, by=by, at=at)
    row = _row(
        old.patient,
        Appointment.Kind(old.kind),
        start,
        old.ends_at - old.starts_at,
        room,
        with_name,
        by=by,
        at=at,
    )
    row.series, row.n = old.series, old.n
    row.comes_from(old)
    _save(row, week_of(old.patient.clinic), at=at)
    record(action="moved a visit", subject=row, by=by, at=at, detail={"from": str(old.pk), "why": why})
    end_repairs(ended, by=by, at=at)
    return row


def room_problem(
    *, appointment: Appointment, start: datetime, room: str, with_name: str, at: datetime
) -> str:
    """Why such a visit can't be moved there, in a sentence; empty when nothing is seen against it. Nothing is written."""
    patient, end = appointment.patient, start + (appointment.ends_at - appointment.starts_at)
    try:
        _check_place(patient, week_of(patient.clinic), start, end, room, at)
    except BookingRefused as refused:
        return str(refused)
    kinds = TakenQuarter.Kind
    who = Q(kind=kinds.PATIENT, name=str(patient.pk))
    for kind, name in ((kinds.CHAIR, room), (kinds.NURSE, with_name)):
        if name:
            who |= Q(kind=kind, name=name)
    taken = TakenQuarter.objects.filter(who, clinic=patient.clinic_id, quarter__in=list(quarters(start, end)))
    return f"{_TAKEN} Choose another time." if taken.exclude(appointment=appointment).exists() else ""


def _in_rooms(clinic: UUID) -> QuerySet[Appointment]:
    rows = standing(clinic).exclude(kind__in=Appointment.IN_A_CHAIR)
    return rows.select_related("patient__clinic")


def _row(
    patient: Patient,
    kind: Appointment.Kind,
    start: datetime,
    long: timedelta,
    room: str,
    with_name: str,
    *,
    by: Staff,
    at: datetime,
) -> Appointment:
    begins = start.astimezone(UTC)
    end = begins + long
    return Appointment(
        patient=patient, kind=kind, series=uuid4(), n=1, chair=room, nurse=with_name.strip()[:80],
        starts_at=begins, infused_at=end, ends_at=end, chair_free_at=end, **recorded(by, at),
    )  # fmt: skip


def _save(row: Appointment, week: ClinicWeek, *, at: datetime) -> None:
    clinic = row.patient.clinic
    _check_place(row.patient, week, local(clinic, row.starts_at), local(clinic, row.ends_at), row.chair, at)
    stands = {each.pk for each in affected(clinic, at=at)}
    try:
        with transaction.atomic():
            row.save()
            TakenQuarter.objects.bulk_create(_taken(row))
    except IntegrityError as error:
        raise BookingRefused(f"{_TAKEN} Nothing was booked. Choose another time.") from error
    if {other.pk for other in affected(clinic, at=at)} - stands:
        raise BookingRefused(
            f"{row.nurse} is needed beside an infusion then. Nothing was booked. Choose another time or person."
        )


def _check_place(
    patient: Patient, week: ClinicWeek, start: datetime, end: datetime, room: str, at: datetime
) -> None:
    if is_over(start, at):
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
