"""Booking what was proposed: all of it or nothing, checked again, and each quarter of an hour once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from tenuto.clinic.accounts.clock import day_of
from tenuto.clinic.accounts.models import Clinic, Staff
from tenuto.clinic.booking.models import Appointment, AppointmentEnd, TakenQuarter
from tenuto.clinic.booking.services.affected import end_repairs
from tenuto.clinic.booking.services.ending import end_row
from tenuto.clinic.booking.services.periods import period_of
from tenuto.clinic.booking.services.proposing import AskedSeries, fixed_for, in_days
from tenuto.clinic.booking.services.standing import (
    BookingRefused,
    as_visit,
    check_may_book,
    in_names,
    lock_bookings,
    standing,
    visits_between,
)
from tenuto.clinic.ledger.actors import Actor
from tenuto.clinic.ledger.facts import recorded
from tenuto.clinic.ledger.services import record
from tenuto.clinic.pathway.api import Batch, obstacles_of
from tenuto.clinic.people.models import Patient
from tenuto.clinic.ports.api import active_holds, holds_in
from tenuto.core.course.next_facts import ObstacleKind
from tenuto.core.dates import say_day
from tenuto.core.scheduling.diary import Diary
from tenuto.core.scheduling.period import BookedVisit, Period, VisitProfile
from tenuto.core.scheduling.soonest import is_over
from tenuto.core.scheduling.verify import verify

__all__ = [
    "VisitPlace",
    "accept_repair",
    "accept_series",
    "in_places",
    "move_appointment",
    "place_problem",
    "why_not_now",
]

QUARTER = timedelta(minutes=15)
_NOT_MOVED = (
    "Only an infusion is moved to a chair. Nothing was changed. Move this visit to a room, or cancel it."
)
_ASK_AGAIN = "Nothing was booked. Ask for a new proposal."


@dataclass(frozen=True, slots=True)
class VisitPlace:
    """Where a visit may stand."""

    start: datetime
    chair: str
    nurse: str


def in_places(patient: Patient, asked: AskedSeries, places: Sequence[VisitPlace]) -> tuple[BookedVisit, ...]:
    """Visits of a patient in these places, numbered in order of time and as long as the signed plan says."""
    period = _period(patient, asked)
    return tuple(
        period.visit(period.requests[0], n, place.chair, place.nurse, place.start)
        for n, place in enumerate(sorted(places, key=lambda each: each.start.astimezone(UTC)), 1)
    )


def place_problem(*, appointment: Appointment, place: VisitPlace, asked: AskedSeries, at: datetime) -> str:
    """Why a visit can't be moved to a place, in a sentence; empty when it can. Nothing is written."""
    patient = appointment.patient
    if appointment.kind != Appointment.Kind.INFUSION:
        return _NOT_MOVED
    period = _period(patient, replace(asked, count=1))
    own = as_visit(appointment, patient.clinic)
    period = replace(period, fixed=tuple(visit for visit in period.fixed if visit != own))
    visit = period.visit(period.requests[0], 1, place.chair, place.nurse, place.start)
    try:
        _check_visits(patient, period, [visit])
        _check_new(patient, [visit], at)
    except BookingRefused as refused:
        return str(refused)
    return ""


def new_place_problem(
    *,
    clinic: Clinic,
    place: VisitPlace,
    at: datetime,
    patient: Patient | None = None,
    asked: AskedSeries | None = None,
    instead_of: Appointment | None = None,
    was: VisitProfile | None = None,
) -> str:
    """Why nobody, or this patient, can have a place, in a sentence; empty when it is free for them. Nothing is written.

    `was` is how long a visit stood there: without a patient the place is free while so long a visit, or one of the usual
    length, has room.
    """
    if patient is None or asked is None:
        return _taken(clinic, place, was)
    period = _period(patient, asked)
    if instead_of is not None:
        own = as_visit(instead_of, clinic)
        period = replace(period, fixed=tuple(visit for visit in period.fixed if visit != own))
    visit = period.visit(period.requests[0], 1, place.chair, place.nurse, place.start)
    try:
        _check_visits(patient, period, [visit])
        _check_new(patient, [visit], at)
    except BookingRefused as refused:
        return str(refused)
    return ""


def _taken(clinic: Clinic, place: VisitPlace, was: VisitProfile | None) -> str:
    """Whether somebody is there, or the week has no such place."""
    day = day_of(clinic, place.start)
    diary = Diary(period_of(clinic, day, day, fixed=visits_between(clinic, day, day)))
    usual = diary.period.profile
    shortest = min(was or usual, usual, key=lambda length: length.chair_minutes)
    end = place.start.astimezone(UTC) + timedelta(minutes=shortest.stay_minutes)
    visit = BookedVisit("", 0, place.chair, place.nurse, place.start, end, shortest)
    return "" if diary.has_room(visit) else "The place is taken by now."


def book_one(
    *,
    patient: Patient,
    asked: AskedSeries,
    place: VisitPlace,
    moved_from: Appointment | None,
    series: UUID | None = None,
    by: Actor,
    at: datetime,
) -> Appointment:
    """Book one visit in a place that was offered, instead of one that has ended. The caller holds the lock and is in a
    transaction. Raises BookingRefused."""
    if moved_from is not None:
        series = moved_from.series
    period = _period(patient, asked)
    visit = period.visit(period.requests[0], 1, place.chair, place.nurse, place.start)
    _check_visits(patient, period, [visit])
    _check_new(patient, [visit], at)
    row = _row(patient, period, visit, series=series or uuid4(), by=by, at=at)
    if moved_from is not None:
        row.comes_from(moved_from)
    _save([row], period)
    record(action="booked an offered place", subject=row, by=by, at=at)
    return row


def keep_slot(
    *, patient: Patient, asked: AskedSeries, place: VisitPlace, series: UUID, by: Actor, at: datetime
) -> Appointment:
    """Keep a place for a patient who may need it. As `book_one`, but nothing is booked that the patient comes to."""
    period = _period(patient, asked)
    visit = period.visit(period.requests[0], 1, place.chair, place.nurse, place.start)
    _check_visits(patient, period, [visit])
    _check_new(patient, [visit], at)
    row = _row(patient, period, visit, series=series, by=by, at=at)
    row.kind = Appointment.Kind.RESCUE
    _save([row], period)
    record(action="kept a rescue slot", subject=row, by=by, at=at)
    return row


@transaction.atomic
def accept_series(
    *, patient: Patient, asked: AskedSeries, visits: Sequence[BookedVisit], by: Staff, at: datetime
) -> tuple[Appointment, ...]:
    """Book a whole proposal in one act.

    Raises BookingRefused when a hold stands, when the independent check finds a broken rule with what stands by now, or
    when somebody else took a chair, a nurse or the patient's time first; PermissionError and WrongClinic.
    """
    check_may_book(by, patient)
    lock_bookings(by.clinic_id)
    period = _period(patient, asked)
    _check_visits(patient, period, visits)
    _check_new(patient, visits, at)
    series = uuid4()
    rows = [_row(patient, period, visit, series=series, by=by, at=at) for visit in visits]
    _save(rows, period)
    detail = {"series": str(series), "visits": [row.starts_at.isoformat() for row in rows]}
    record(action="booked a series", subject=rows[0], by=by, at=at, detail=detail)
    return tuple(rows)


@transaction.atomic
def move_appointment(
    *,
    appointment: UUID,
    start: datetime,
    chair: str,
    nurse: str,
    asked: AskedSeries,
    why: str,
    by: Staff,
    at: datetime,
) -> Appointment:
    """End a visit as moved and book it elsewhere; both or neither. Raises as `accept_series`, and Appointment.DoesNotExist."""
    check_may_book(by)
    lock_bookings(by.clinic_id)
    old = standing(by.clinic_id).select_related("patient__clinic").get(pk=appointment)
    if old.kind != Appointment.Kind.INFUSION:
        raise BookingRefused(_NOT_MOVED)
    ended = end_row(old, AppointmentEnd.Kind.MOVED, why, by=by, at=at)
    period = _period(old.patient, replace(asked, count=1))
    visit = period.visit(period.requests[0], 1, chair, nurse, start)
    _check_visits(old.patient, period, [visit])
    _check_new(old.patient, [visit], at)
    row = _row(old.patient, period, visit, series=old.series, by=by, at=at)
    row.n = old.n
    row.comes_from(old)
    _save([row], period)
    record(action="moved an appointment", subject=row, by=by, at=at, detail={"from": str(old.pk), "why": why})
    end_repairs(ended, by=by, at=at)
    return row


@transaction.atomic
def accept_repair(
    *, patient: Patient, asked: AskedSeries, visits: Sequence[BookedVisit], why: str, by: Staff, at: datetime
) -> tuple[Appointment, ...]:
    """Make the patient's visits those of a repair: what is not among them is moved, what is new is booked; all or nothing.

    Gives the appointments that were booked. Raises as `accept_series`, and when a visit that has begun would be moved.
    """
    check_may_book(by, patient)
    lock_bookings(by.clinic_id)
    there = in_days(patient, asked)
    period = _period(patient, replace(asked, count=max(asked.count, len(there))))
    own = {_place(as_visit(row, patient.clinic)) for row in there}
    period = replace(
        period,
        fixed=tuple(v for v in period.fixed if v.patient != str(patient.pk) or _place(v) not in own),
    )
    _check_visits(patient, period, visits)
    _check_none_is_lost(patient, there, visits)
    wanted = {_place(visit) for visit in visits}
    new = [visit for visit in visits if _place(visit) not in own]
    _check_new(patient, new, at)
    ended = []
    for row in there:
        if _place(as_visit(row, patient.clinic)) not in wanted:
            if is_over(row.starts_at, at):
                raise BookingRefused(f"{row} has begun and can't be moved. {_ASK_AGAIN}")
            ended.append(end_row(row, AppointmentEnd.Kind.MOVED, why, by=by, at=at))
    series = there[0].series if there else uuid4()
    rows = [_row(patient, period, visit, series=series, by=by, at=at) for visit in new]
    for row, end in zip(rows, ended, strict=False):
        row.comes_from(end.appointment)
    _save(rows, period)
    moved = {"series": str(series), "visits": [row.starts_at.isoformat() for row in rows], "why": why}
    record(action="repaired a series", subject=patient, by=by, at=at, detail=moved)
    for end in ended:
        end_repairs(end, by=by, at=at)
    return tuple(rows)


def _place(visit: BookedVisit) -> tuple[str, str, datetime, int, int, int]:
    """Where, and how long its parts are: a visit that becomes longer at its hour is booked anew."""
    long = visit.profile
    parts = (long.attended_minutes, long.observe_minutes, long.turnover_minutes) if long else (0, 0, 0)
    return visit.chair, visit.nurse, visit.start.astimezone(UTC), *parts


def _period(patient: Patient, asked: AskedSeries) -> Period:
    return period_of(
        patient.clinic,
        asked.earliest,
        asked.latest,
        fixed=fixed_for(patient, asked),
        requests=(asked.request(patient),),
    )


def _check_new(patient: Patient, visits: Sequence[BookedVisit], at: datetime) -> None:
    """None in the past, none while a hold stands, and none while something else stops the treatment today."""
    days = [day_of(patient.clinic, visit.start) for visit in visits]
    for visit in visits:
        if is_over(visit.start, at):
            raise BookingRefused(f"{say_day(visit.start.date())}, {visit.start:%H:%M} is over. {_ASK_AGAIN}")
    if days and (
        stopped := why_not_now(Batch([patient], clinic=patient.clinic, today=day_of(patient.clinic, at)))
    ):
        raise BookingRefused(stopped)
    holds = active_holds(patient, on=min(days)) if days else []
    for day in days:
        standing_then = [hold for hold in holds if hold.until is None or hold.until >= day]
        if standing_then:
            raise BookingRefused(
                f"A hold stands on {say_day(day)}: {standing_then[0].why} Nothing was booked. A prescriber lifts it."
            )


def why_not_now(batch: Batch) -> str:
    """Why nothing is booked of the one patient of a batch today, whether a hold was placed yet or not; empty when it may be.

    A page says this in the place of its buttons, and whoever sends a page that was open before is refused with the same words.
    """
    (patient,) = batch.patients
    found = obstacles_of(batch).get(patient.pk, ())
    stopped = next((each.what for each in found if each.kind is ObstacleKind.HOLD), "")
    if stopped:
        return f"{stopped}. Nothing is booked. A prescriber sees to it first."
    # A hold until a day leaves the days after it to be booked.
    whole = next((hold.why for hold in holds_in(batch).get(patient.pk, ()) if hold.until is None), "")
    return f"A hold stands: {whole} Nothing is booked. A prescriber lifts it." if whole else ""


def _check_none_is_lost(
    patient: Patient, there: Sequence[Appointment], visits: Sequence[BookedVisit]
) -> None:
    """A repair moves visits and adds some; one that is to go is cancelled, so that somebody says so."""
    if len(visits) < len(there):
        raise BookingRefused(
            f"{patient} has {len(there)} visits booked, and the repair keeps {len(visits)}. Cancel what is to go first. {_ASK_AGAIN}"
        )


def _check_visits(patient: Patient, period: Period, visits: Sequence[BookedVisit]) -> None:
    """For this patient, and passing the independent check beside all that stands."""
    if not visits:
        raise BookingRefused(f"There is no visit to book. {_ASK_AGAIN}")
    if any(visit.patient != str(patient.pk) for visit in visits):
        raise BookingRefused(f"The proposal is for another patient. {_ASK_AGAIN}")
    # What was wrong before, such as a shift taken away since, is no reason against this booking.
    before = set(verify(period, ()))
    broken = [sentence for sentence in verify(period, visits) if sentence not in before]
    if broken:
        raise BookingRefused(f"{in_names(broken[0], patient)} {_ASK_AGAIN}")


def _row(
    patient: Patient, period: Period, visit: BookedVisit, *, series: UUID, by: Actor, at: datetime
) -> Appointment:
    start, profile = visit.start.astimezone(UTC), period.profile_of(visit)
    return Appointment(
        patient=patient,
        series=series,
        n=visit.n,
        chair=visit.chair,
        nurse=visit.nurse,
        starts_at=start,
        infused_at=start + timedelta(minutes=profile.attended_minutes),
        ends_at=start + timedelta(minutes=profile.stay_minutes),
        chair_free_at=start + timedelta(minutes=profile.chair_minutes),
        **recorded(by, at),
    )


def _save(rows: Sequence[Appointment], period: Period) -> None:
    try:
        with transaction.atomic():
            for row in rows:
                row.save()
                TakenQuarter.objects.bulk_create(_quarters(row, period))
    except IntegrityError as error:
        raise BookingRefused(
            f"A chair, a nurse or the patient's own time was taken by another booking just now. {_ASK_AGAIN}"
        ) from error


def _quarters(row: Appointment, period: Period) -> Iterator[TakenQuarter]:
    kinds = TakenQuarter.Kind
    place = _free_place(row, period)
    for kind, name, end, where in (
        (kinds.CHAIR, row.chair, row.chair_free_at, 0),
        (kinds.NURSE, row.nurse, row.infused_at, place),
        (kinds.PATIENT, str(row.patient_id), row.ends_at, 0),
    ):
        for quarter in quarters(row.starts_at, end):
            yield TakenQuarter(
                clinic_id=row.patient.clinic_id,
                appointment=row,
                kind=kind,
                name=name,
                place=where,
                quarter=quarter,
            )


def _free_place(row: Appointment, period: Period) -> int:
    """The lowest place beside this nurse that is free all the time; the last one, which the database refuses, if none is."""
    taken = TakenQuarter.objects.filter(
        clinic=row.patient.clinic_id,
        kind=TakenQuarter.Kind.NURSE,
        name=row.nurse,
        quarter__in=list(quarters(row.starts_at, row.infused_at)),
    )
    used = set(taken.values_list("place", flat=True))
    last = period.ratios.infuse - 1
    return next((place for place in range(last) if place not in used), last)


def quarters(start: datetime, end: datetime) -> range:
    """The quarters of an hour that a span touches, counted in UTC from 1970."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return range((start - epoch) // QUARTER, -((epoch - end) // QUARTER))
