"""What stands booked, as the scheduling core sees it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID

from django.db.models import QuerySet

from tenuto.clinic.accounts.api import check_role
from tenuto.clinic.accounts.clock import local, start_of_day
from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.models import Clinic, Staff
from tenuto.clinic.booking.models import Appointment
from tenuto.clinic.people.models import Patient
from tenuto.core.scheduling.period import BookedVisit, VisitProfile

__all__ = [
    "BookingRefused",
    "as_visit",
    "check_may_book",
    "in_names",
    "length_of",
    "lock_bookings",
    "standing",
    "standing_of",
    "visits_between",
    "visits_elsewhere",
]


class BookingRefused(ValueError):
    """It can't be booked so. The text says why and what to do; nothing was saved."""


def check_may_book(by: Staff, *patients: Patient) -> None:
    """Raises PermissionError and WrongClinic."""
    check_same_clinic(by, *patients)
    check_role(by, "booking.book")


def lock_bookings(clinic: UUID) -> None:
    """Let nobody else book at this clinic until this transaction ends. Comes before the first fact."""
    Clinic.objects.select_for_update().get(pk=clinic)


def standing(clinic: UUID) -> QuerySet[Appointment]:
    """The clinic's appointments that nothing has ended."""
    return Appointment.objects.filter(patient__clinic=clinic, end__isnull=True)


def standing_of(patient: Patient) -> tuple[Appointment, ...]:
    """The patient's infusions that are booked and that nothing has ended, in order of time."""
    own = standing(patient.clinic_id).filter(patient=patient, kind=Appointment.Kind.INFUSION)
    return tuple(own.order_by("starts_at"))


def visits_between(clinic: Clinic, first: date, last: date) -> tuple[BookedVisit, ...]:
    """What takes chairs from the first day through the last, as fixed visits."""
    rows = _between(clinic, first, last).filter(kind__in=Appointment.IN_A_CHAIR)
    return tuple(as_visit(row, clinic) for row in rows.order_by("starts_at", "chair"))


def visits_elsewhere(clinic: Clinic, first: date, last: date) -> tuple[Appointment, ...]:
    """What stands on these days in rooms and not in chairs: consultations and the like."""
    return tuple(_between(clinic, first, last).exclude(kind__in=Appointment.IN_A_CHAIR))


def _between(clinic: Clinic, first: date, last: date) -> QuerySet[Appointment]:
    begin, end = (start_of_day(clinic, day) for day in (first, last + timedelta(days=1)))
    return standing(clinic.pk).filter(starts_at__gte=begin, starts_at__lt=end)


def as_visit(row: Appointment, clinic: Clinic, *, n: int = 0) -> BookedVisit:
    """The appointment as a visit; fixed unless it is given a number."""
    return BookedVisit(
        str(row.patient_id),
        n,
        row.chair,
        row.nurse,
        local(clinic, row.starts_at),
        local(clinic, row.ends_at),
        length_of(row),
    )


def length_of(row: Appointment) -> VisitProfile:
    """How long the parts of the visit were booked; preparation and infusion as one."""
    ends = (row.starts_at, row.infused_at, row.ends_at, row.chair_free_at)
    return VisitProfile(0, *((later - earlier) // timedelta(minutes=1) for earlier, later in pairwise(ends)))


_AN_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def in_names(sentence: str, patient: Patient) -> str:
    """A sentence of the scheduling core with the name of this patient, and of nobody else."""
    return _AN_ID.sub("another patient", sentence.replace(str(patient.pk), str(patient)))
