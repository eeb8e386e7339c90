"""Calendar feeds: an address that nobody can guess, for a patient or one of the staff, until it is taken back.

A calendar asks every hour and can't give a second fact, so the file says no more than that there is a session. What it is
asked is not written to the ledger, which would be nothing but that; giving an address and taking it back are.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from tenuto.clinic.accounts.api import check_role, may
from tenuto.clinic.accounts.clock import local
from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.booking.documents.calendar import CalendarVisit, visits_file
from tenuto.clinic.booking.models import Appointment, AppointmentEnd, CalendarFeed, CalendarFeedEnd
from tenuto.clinic.booking.services.standing import BookingRefused
from tenuto.clinic.booking.services.week import week_of
from tenuto.clinic.ledger.actors import Actor
from tenuto.clinic.ledger.facts import NEWEST_FIRST, recorded
from tenuto.clinic.ledger.sealed import changed_past_program
from tenuto.clinic.ledger.services import record
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.sight import given_from_outside

__all__ = [
    "GivenFeed",
    "end_feed",
    "feed_file",
    "feed_of",
    "give_feed",
    "give_staff_feed",
    "open_feeds",
    "opens",
]

SECRET_BYTES = 32
PAST = timedelta(days=30)
"""So long a calendar is told of visits that are over, and of those that were cancelled."""
MOST = 2_000
"""Visits of a feed, the newest."""
MOST_A_DAY = 10
"""Addresses of one patient, or of one of the staff, in a day; each is two entries in the audit [D]."""


@dataclass(frozen=True, slots=True)
class GivenFeed:
    """A new feed. The token goes into the address and is kept nowhere: it can be told only now."""

    feed: CalendarFeed
    token: str


@transaction.atomic
def give_feed(*, patient: Patient, by: Actor, at: datetime) -> GivenFeed:
    """The address of a patient's visits. An older one opens no more: who lost it has a new one.

    Raises WrongClinic, and BookingRefused for one more in a day than `MOST_A_DAY`.
    """
    check_same_clinic(by, patient)
    patient.clinic.patients.select_for_update().get(pk=patient.pk)
    _check_few(CalendarFeed.objects.filter(patient=patient), at)
    _end_all(open_feeds(patient=patient), by=by, at=at)
    return _given(CalendarFeed(clinic_id=patient.clinic_id, patient=patient), by=by, at=at)


@transaction.atomic
def give_staff_feed(*, nurse: str, by: Staff, at: datetime) -> GivenFeed:
    """The address of the clinic's visits, or of those with one nurse, for whoever asks. An older one opens no more.

    Raises BookingRefused for a nurse that the week does not know, and for one more in a day than `MOST_A_DAY`.
    """
    check_role(by, "patient.search")
    if nurse and nurse not in week_of(by.clinic).shifts:
        raise BookingRefused(f"The week knows no nurse {nurse}. Choose one of its nurses. Nothing was given.")
    by.clinic.staff.select_for_update().get(pk=by.pk)
    _check_few(CalendarFeed.objects.filter(staff=by), at)
    _end_all(open_feeds(staff=by), by=by, at=at)
    return _given(CalendarFeed(clinic_id=by.clinic_id, staff=by, nurse=nurse), by=by, at=at)


def _check_few(given: QuerySet[CalendarFeed], at: datetime) -> None:
    if given.filter(recorded_at__gt=at - timedelta(days=1)).count() >= MOST_A_DAY:
        raise BookingRefused(
            f"{MOST_A_DAY} addresses were given since yesterday. Use the newest, or ask again tomorrow. Nothing was given."
        )


def _given(feed: CalendarFeed, *, by: Actor, at: datetime) -> GivenFeed:
    token = secrets.token_urlsafe(SECRET_BYTES)
    feed.digest = _digest(token)
    for name, value in recorded(by, at).items():
        setattr(feed, name, value)
    feed.save(force_insert=True)
    record(action="gave a calendar address", subject=feed, by=by, at=at)
    return GivenFeed(feed, token)


@transaction.atomic
def end_feed(*, feed: UUID, by: Staff, at: datetime) -> None:
    """Take an address back: a patient's, or one's own. A second time changes nothing. Raises CalendarFeed.DoesNotExist."""
    check_role(by, "patient.search")
    own = CalendarFeed.objects.filter(clinic=by.clinic_id, pk=feed)
    found = own.filter(staff=by).first() or own.get(patient__isnull=False)
    if not CalendarFeedEnd.objects.filter(feed=found).exists():
        _end_all([found], by=by, at=at)


def _end_all(feeds: Iterable[CalendarFeed], *, by: Actor, at: datetime) -> None:
    for feed in feeds:
        end = CalendarFeedEnd.objects.create(feed=feed, **recorded(by, at))
        record(action="took a calendar address back", subject=end, by=by, at=at)


def open_feeds(*, patient: Patient | None = None, staff: Staff | None = None) -> QuerySet[CalendarFeed]:
    """The addresses that were not taken back, of a patient or of one of the staff."""
    return CalendarFeed.objects.filter(patient=patient, staff=staff, end__isnull=True).order_by(*NEWEST_FIRST)


def opens(feed: CalendarFeed) -> bool:
    """Whether an address that was not taken back opens: not for staff who may see no visits now or whose row was changed past
    the program, nor a patient's that one of the staff gave who may not see the restricted record now."""
    if feed.staff is not None:
        return may(feed.staff, "patient.search") and not changed_past_program([feed.staff])
    return feed.patient is not None and not given_from_outside(feed.patient, [feed])


def feed_of(token: str) -> CalendarFeed | None:
    """The feed behind an address; None for one that was never given, was taken back, or does not open now."""
    rows = CalendarFeed.objects.select_related("clinic", "patient", "staff")
    feed = rows.filter(digest=_digest(token), end__isnull=True).first()
    return feed if feed is not None and opens(feed) else None


def feed_file(feed: CalendarFeed, *, at: datetime) -> bytes:
    """The calendar of a feed: what is to come, and the last weeks with what was cancelled."""
    rows = Appointment.objects.filter(patient__clinic=feed.clinic_id, starts_at__gte=at - PAST)
    if feed.patient_id is not None:
        rows = rows.filter(patient=feed.patient_id).exclude(kind=Appointment.Kind.RESCUE)
    elif feed.nurse:
        rows = rows.filter(nurse=feed.nurse)
    known = list(rows.select_related("end").order_by("-starts_at", "pk")[:MOST])
    moved_on = set(Appointment.objects.filter(moved_from__in=known).values_list("moved_from", flat=True))
    visits = [_visit(row, feed) for row in reversed(known) if row.pk not in moved_on]
    return visits_file(visits, clinic=feed.clinic.name, phone=feed.clinic.phone)


def _visit(row: Appointment, feed: CalendarFeed) -> CalendarVisit:
    end: AppointmentEnd | None = getattr(row, "end", None)
    return CalendarVisit(
        uid=str(row.calendar_id),
        sequence=row.moves + (end is not None),
        start=local(feed.clinic, row.starts_at),
        end=local(feed.clinic, row.ends_at),
        changed=end.recorded_at if end else row.recorded_at,
        cancelled=end is not None and end.kind != AppointmentEnd.Kind.MISSED,
        tentative=row.kind == Appointment.Kind.RESCUE,
        where=row.chair if feed.patient_id is None else feed.clinic.name,
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
