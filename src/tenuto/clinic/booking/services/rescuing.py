"""The rescue slot of a patient in maintenance: kept with the booking, used when the response is being lost, else given back."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import transaction

from tenuto.clinic.accounts.api import may, refusal
from tenuto.clinic.accounts.clock import day_of, local
from tenuto.clinic.accounts.models import Clinic, Staff
from tenuto.clinic.booking.models import Appointment, AppointmentEnd
from tenuto.clinic.booking.needs import BookingNeed, need_of, rescue_slots
from tenuto.clinic.booking.services.accepting import VisitPlace, book_one, keep_slot
from tenuto.clinic.booking.services.ending import end_row
from tenuto.clinic.booking.services.proposing import AskedSeries, propose_series
from tenuto.clinic.booking.services.standing import BookingRefused, check_may_book, lock_bookings, standing
from tenuto.clinic.ledger.actors import Actor, Machine
from tenuto.clinic.ledger.services import record
from tenuto.clinic.pathway.api import Batch, next_steps_of
from tenuto.clinic.people.models import Patient
from tenuto.clinic.ports.api import WindowKind, windows_among, withdraw_window
from tenuto.core.booking.preparation import preparation_rules
from tenuto.core.booking.rescue import rescue_days
from tenuto.core.course.next_facts import NextState
from tenuto.core.dates import say_day
from tenuto.core.scheduling.period import Wishes
from tenuto.core.sentences import check_reason

__all__ = ["agree_rescue_slot", "keep_rescue_slot", "release_rescue_slots", "use_rescue_slot"]

RULE = "booking.rescue"


@transaction.atomic
def agree_rescue_slot(*, patient: Patient, on: date | None, by: Staff, at: datetime) -> Appointment | None:
    """Keep a chair and a nurse on the day that was agreed with a patient, in the place of an older slot; with no day give
    that back.

    None where no day was agreed, and while the clinic has no week set up, so that nobody is booked by chairs. Raises
    BookingRefused when nothing is free on that day, and for what stands against any booking; PermissionError and WrongClinic.
    """
    check_may_book(by, patient)
    lock_bookings(by.clinic_id)
    batch = Batch([patient], clinic=patient.clinic, today=day_of(patient.clinic, at))
    need, slot = need_of(patient, batch), rescue_slots(batch).get(patient.pk)
    if slot is not None and slot.starts_on == on:
        return slot
    if slot is not None:
        why = "Another rescue slot was agreed." if on else "No rescue slot is agreed any more."
        end_row(slot, AppointmentEnd.Kind.CANCELLED, why, by=by, at=at)
    if on is None or need is None or need.profile is None:
        return None
    kept = _keep_between(patient, need, on, on, series=uuid4(), by=by, at=at)
    if kept is None:
        raise BookingRefused(
            f"No chair with a nurse is free on {say_day(on)}. Choose another day, or leave the rescue slot empty."
        )
    return kept


@transaction.atomic
def keep_rescue_slot(*, visit: Appointment, by: Staff, at: datetime) -> Appointment | None:
    """Keep a slot before a booked infusion of maintenance, on the day that was agreed where one was; None where the days
    between leave none, or one is kept already."""
    check_may_book(by, visit.patient)
    lock_bookings(by.clinic_id)
    patient = visit.patient
    batch = Batch([patient], clinic=patient.clinic, today=day_of(patient.clinic, at))
    need = need_of(patient, batch)
    if need is None or need.runs or not need.account.given or patient.pk in rescue_slots(batch):
        return None
    days = rescue_days(need.account.given[-1].on, visit.starts_on, least_gap_days=need.least_gap_days)
    agreed = windows_among([patient.pk]).get(patient.pk, {}).get(WindowKind.RESCUE)
    if agreed is not None and need.account.given[-1].on < agreed.opens < visit.starts_on:
        days = (agreed.opens, agreed.closes)
    if days is None or days[1] < batch.today:
        return None
    first, wishes = max(days[0], batch.today), Wishes(visit.chair, visit.nurse)
    return _keep_between(patient, need, first, days[1], series=visit.series, wishes=wishes, by=by, at=at)


def _keep_between(
    patient: Patient,
    need: BookingNeed,
    first: date,
    last: date,
    *,
    series: UUID,
    wishes: Wishes | None = None,
    by: Staff,
    at: datetime,
) -> Appointment | None:
    """A place on one of these days, kept; None where none is free."""
    most = max(need.most_gap_days, need.least_gap_days)
    asked = AskedSeries(1, need.least_gap_days, most, first, last, wishes=wishes or Wishes())
    offer = propose_series(patient=patient, asked=asked, by=by, at=at)
    if not offer.visits:
        return None
    (place,) = offer.visits
    return keep_slot(
        patient=patient, asked=asked, place=VisitPlace(place.start, place.chair, place.nurse),
        series=series, by=by, at=at,
    )  # fmt: skip


@transaction.atomic
def use_rescue_slot(*, patient: Patient, why: str, by: Staff, at: datetime) -> Appointment:
    """Have the infusion on the slot that was kept; the visit booked later moves there. A prescriber decides.

    Raises BookingRefused where none is kept, when it is over, without a reason, and for what stands against any booking;
    PermissionError and WrongClinic.
    """
    check_may_book(by, patient)
    if not may(by, "window.set"):
        raise PermissionError(refusal(by, "window.set"))
    why = check_reason(why, refused=BookingRefused)
    lock_bookings(by.clinic_id)
    batch = Batch([patient], clinic=patient.clinic, today=day_of(patient.clinic, at))
    need, slot = need_of(patient, batch), rescue_slots(batch).get(patient.pk)
    if need is None or slot is None:
        raise BookingRefused(
            f"No rescue slot is kept for {patient}. Nothing was changed. Book a visit instead."
        )
    end_row(slot, AppointmentEnd.Kind.MOVED, why, by=by, at=at)
    comes = need.ahead[0] if need.ahead else None
    if comes is not None:
        end_row(comes, AppointmentEnd.Kind.MOVED, why, by=by, at=at)
    day = slot.starts_on
    place = VisitPlace(local(patient.clinic, slot.starts_at), slot.chair, slot.nurse)
    asked = AskedSeries(1, need.least_gap_days, max(need.most_gap_days, need.least_gap_days), day, day)
    return book_one(
        patient=patient, asked=asked, place=place, moved_from=comes, series=slot.series, by=by, at=at
    )


def release_rescue_slots(clinic: Clinic, *, at: datetime) -> int:
    """Give back the slots that are near and that nobody needs; how many. One whose patient drifts is kept until it is over."""
    near = standing(clinic.pk).filter(
        kind=Appointment.Kind.RESCUE, starts_at__lte=at + preparation_rules().rescue_release
    )
    rows = list(near.select_related("patient__clinic").order_by("starts_at"))
    if not rows:
        return 0
    batch = Batch(
        list({row.patient_id: row.patient for row in rows}.values()), clinic=clinic, today=day_of(clinic, at)
    )
    steps = next_steps_of(batch)
    found = 0
    for row in rows:
        step = steps.get(row.patient_id)
        drifts = step is not None and step.state is NextState.DRIFTING
        if row.starts_at <= at or not drifts:
            _release(row, at=at)
            found += 1
    return found


@transaction.atomic
def _release(row: Appointment, *, at: datetime) -> None:
    by: Actor = Machine(row.patient.clinic_id, RULE, row.patient.clinic.zone)
    lock_bookings(row.patient.clinic_id)
    why = "The rescue slot was not needed."
    end = end_row(row, AppointmentEnd.Kind.CANCELLED, why, by=by, at=at)
    # Where it was agreed with the patient, it is not told as held any more.
    withdraw_window(patient=row.patient, kind=WindowKind.RESCUE, why=why, by=by, at=at)
    record(action="gave a rescue slot back", subject=end, by=by, at=at)
