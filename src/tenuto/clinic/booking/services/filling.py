"""Filling a chair that came free: to whom it is offered first, the offer that expires, and taking it.

First come patients whose window holds the day, then those who wait for their induction. Nobody on hold is offered anything,
and nothing is offered later than one could still fast and find an escort.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.clock import day_of, local, today
from tenuto.clinic.accounts.models import Clinic, Staff
from tenuto.clinic.booking.models import Appointment, AppointmentEnd, ChairOffer, ChairOfferEnd
from tenuto.clinic.booking.needs import BookingNeed, needs
from tenuto.clinic.booking.services.accepting import VisitPlace, book_one, new_place_problem
from tenuto.clinic.booking.services.ending import end_row
from tenuto.clinic.booking.services.proposing import AskedSeries
from tenuto.clinic.booking.services.reminding import is_quiet, reach_of, with_link
from tenuto.clinic.booking.services.standing import BookingRefused, check_may_book, length_of, lock_bookings
from tenuto.clinic.ledger.actors import Actor
from tenuto.clinic.ledger.facts import recorded
from tenuto.clinic.ledger.outbox import NotSent, enqueue
from tenuto.clinic.ledger.services import record
from tenuto.clinic.links import api as links
from tenuto.clinic.pathway.api import Batch, next_steps_of
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.sight import hidden_from
from tenuto.clinic.ports.api import windows_among
from tenuto.core.booking.preparation import preparation_rules, still_to_offer
from tenuto.core.course.next_facts import NextState

__all__ = [
    "OFFER_MESSAGE",
    "OFFER_PURPOSE",
    "ChairCandidate",
    "FreedPlace",
    "answer_offer",
    "candidates",
    "freed_place",
    "freed_places",
    "offer_place",
    "offer_written",
    "open_offer",
]

OFFER_PURPOSE = "chair offer"
OFFER_MESSAGE = "booking.offer"
AHEAD = timedelta(days=14)
"""Places further off are found by whoever books a series."""
MOST_FREED = 40
NOT_OFFERED = (NextState.HELD, NextState.END_NON_RESPONDER, NextState.END_UNKNOWN, NextState.CHECK_LATE)
"""Somebody decides first."""


@dataclass(frozen=True, slots=True)
class FreedPlace:
    """A place that came free and that nobody has taken since."""

    freed: Appointment
    place: VisitPlace
    offer: ChairOffer | None
    """The offer that stands open."""
    too_late: bool
    """Nobody could still fast and find an escort."""


@dataclass(frozen=True, slots=True)
class ChairCandidate:
    """Whom the place is offered to, why in this order, and what stands against it."""

    patient: Patient
    why: str
    rank: int
    need: BookingNeed
    comes: Appointment | None
    """The visit that would move forward; None where a visit is added."""
    problem: str


def freed_places(clinic: Clinic, *, at: datetime, by: Patient | None = None) -> tuple[FreedPlace, ...]:
    """The places to come of visits that have ended, of one patient or of all, the next first, each once, while nobody has
    taken them."""
    ends = AppointmentEnd.objects.filter(
        appointment__patient__clinic=clinic,
        appointment__kind__in=Appointment.IN_A_CHAIR,
        appointment__starts_at__gt=at,
        appointment__starts_at__lte=at + AHEAD,
    )
    rows = ends.select_related("appointment__patient__clinic").order_by(
        "appointment__starts_at", "event_number"
    )
    if by is not None:
        rows = rows.filter(appointment__patient=by)
    by_place: dict[tuple[str, datetime], Appointment] = {}
    for end in rows:
        row = end.appointment
        by_place[row.chair, row.starts_at] = row
    offers = _open_offers(clinic, at)
    found = []
    for row in list(by_place.values())[:MOST_FREED]:
        place = VisitPlace(local(clinic, row.starts_at), row.chair, row.nurse)
        if not new_place_problem(clinic=clinic, place=place, at=at, was=length_of(row)):
            offer = next((o for o in offers if (o.chair, o.starts_at) == (row.chair, row.starts_at)), None)
            found.append(FreedPlace(row, place, offer, not still_to_offer(row.starts_at, at)))
    return tuple(found)


def freed_place(clinic: Clinic, freed: UUID, *, at: datetime) -> FreedPlace | None:
    """One of them; None once it is taken, begun or was never free."""
    return next((each for each in freed_places(clinic, at=at) if each.freed.pk == freed), None)


def _open_offers(clinic: Clinic, at: datetime) -> list[ChairOffer]:
    rows = ChairOffer.objects.filter(patient__clinic=clinic, expires_at__gt=at, end__isnull=True)
    return list(rows.select_related("patient"))


def candidates(place: FreedPlace, clinic: Clinic, *, by: Staff, at: datetime) -> tuple[ChairCandidate, ...]:
    """Who could have the place, first those whose window holds the day, then those who wait for their induction."""
    day = day_of(clinic, place.place.start)
    own = clinic.patients.exclude(pk__in=hidden_from(by))
    patients = list(own.prefetch_related("identifiers", "contact_preferences").order_by("pk"))
    batch = Batch(patients, clinic=clinic, today=today(clinic))
    known = {p: need for p, need in needs(batch).items() if need.left}
    steps, windows = next_steps_of(batch), windows_among(list(known))
    asked_before = set(ChairOffer.objects.filter(freed=place.freed).values_list("patient", flat=True))
    found = []
    for patient in patients:
        need, step = known.get(patient.pk), steps.get(patient.pk)
        if need is None or step is None or step.state in NOT_OFFERED or patient.pk in asked_before:
            continue
        if patient.pk == place.freed.patient_id:
            continue
        inside = any(w.opens <= day <= w.closes for w in windows.get(patient.pk, {}).values())
        ranked = _rank(need, inside, day)
        if ranked is not None:
            rank, why = ranked
            comes = need.gives_up
            problem = _problem(patient, need, comes, place.place, at)
            found.append(ChairCandidate(patient, why, rank, need, comes, problem))
    return tuple(
        sorted(found, key=lambda each: (bool(each.problem), each.rank, each.need.earliest, each.patient.name))
    )


def _rank(need: BookingNeed, inside: bool, day: date) -> tuple[int, str] | None:
    """The order of an offer; None for whom the day is no use."""
    booked = need.ahead[0].starts_on if need.ahead else None
    if booked is not None and booked <= day and not need.missing:
        return None
    if not need.runs and (inside or need.earliest <= day <= need.latest):
        return (0, "Window holds the day") if inside else (1, "Due by the plan")
    if need.runs and not need.account.given and need.missing:
        return 2, "Waits for the induction"
    if need.runs and need.missing:
        return 3, "Series lacks a visit"
    return None


def _problem(
    patient: Patient, need: BookingNeed, comes: Appointment | None, place: VisitPlace, at: datetime
) -> str:
    if patient.birth_date is None:
        return "No date of birth is on record, which opens a link."
    return new_place_problem(
        clinic=patient.clinic,
        place=place,
        at=at,
        patient=patient,
        asked=_asked(need, place),
        instead_of=comes,
    )


def _asked(need: BookingNeed, place: VisitPlace) -> AskedSeries:
    day, span = place.start.date(), timedelta(days=max(need.least_gap_days, 1))
    return AskedSeries(1, need.least_gap_days, need.most_gap_days, day - span, day + span)


@transaction.atomic
def offer_place(*, freed: UUID, patient: Patient, by: Staff, at: datetime) -> tuple[ChairOffer, str]:
    """Offer a freed place to one patient, by a link; the offer and the token of the link. By night nobody is written to:
    whoever offers tells it by phone.

    Raises BookingRefused when it is taken, offered to somebody already, too late to fast, or when something stands against
    this patient, such as a hold; PermissionError and WrongClinic.
    """
    check_may_book(by, patient)
    lock_bookings(by.clinic_id)
    clinic = patient.clinic
    place = freed_place(clinic, freed, at=at)
    if place is None:
        raise BookingRefused("The place is taken by now, or over. Nothing was offered.")
    if place.offer is not None:
        raise BookingRefused("It is offered to somebody else until that offer ends. Nothing was offered.")
    if place.too_late:
        raise BookingRefused(
            "It is too late for this place: nobody could still fast and find an escort. Nothing was offered."
        )
    one = next((c for c in candidates(place, clinic, by=by, at=at) if c.patient.pk == patient.pk), None)
    if one is None or one.problem:
        raise BookingRefused(
            one.problem if one else f"{patient} is not to be offered this place. Nothing was offered."
        )
    rules = preparation_rules()
    expires = min(at + rules.offer_open, place.place.start - rules.offer_before)
    if expires <= at:
        raise BookingRefused(
            "It is too late for this place: nobody could still fast and find an escort. Nothing was offered."
        )
    issued = links.issue(
        patient=patient, purpose=OFFER_PURPOSE, expires=expires, single_use=False, by=by, at=at
    )
    row = ChairOffer.objects.create(
        patient=patient, freed=place.freed, chair=place.place.chair, nurse=place.place.nurse,
        starts_at=place.freed.starts_at, expires_at=expires, link=issued.link, **recorded(by, at),
    )  # fmt: skip
    reach = None if is_quiet(clinic, at) else reach_of(patient)
    if reach is not None:
        payload = {**reach, "link": str(issued.link.pk), "offer": str(row.pk)}
        enqueue(key=f"{OFFER_MESSAGE}:{row.pk}", kind=OFFER_MESSAGE, payload=payload, due_at=at)
    record(action="offered a free place", subject=row, by=by, at=at, detail={"expires": expires.isoformat()})
    return row, issued.token


def open_offer(visit: links.OpenedLink, *, at: datetime) -> ChairOffer | None:
    """The offer behind a link, while it stands open."""
    row = ChairOffer.objects.select_related("end").filter(link=visit.link_id).first()
    if row is None or hasattr(row, "end") or row.expires_at <= at:
        return None
    row.patient = visit.patient
    return row


@transaction.atomic
def answer_offer(*, offer: UUID, accepts: bool, by: Actor, at: datetime) -> Appointment | None:
    """Take the offered place, which books it at once and gives up the later visit it stands for, or decline it.

    Raises BookingRefused when the offer has ended or something stands against it by now; nothing was changed then.
    """
    row = ChairOffer.objects.select_related("patient__clinic", "freed").get(
        pk=offer, patient__clinic=by.clinic_id
    )
    patient, clinic = row.patient, row.patient.clinic
    lock_bookings(clinic.pk)
    if row.expires_at <= at or ChairOfferEnd.objects.filter(offer=row).exists():
        raise BookingRefused("This offer has ended. Your visits stand as they were.")
    kinds = ChairOfferEnd.Kind
    booked = _take(row, patient, by=by, at=at) if accepts else None
    try:
        with transaction.atomic():
            end = ChairOfferEnd.objects.create(
                offer=row, kind=kinds.ACCEPTED if accepts else kinds.DECLINED, **recorded(by, at)
            )
    except IntegrityError:
        raise BookingRefused("This offer has ended. Your visits stand as they were.") from None
    record(action=f"{end.kind} a free place", subject=end, by=by, at=at)
    return booked


def _take(row: ChairOffer, patient: Patient, *, by: Actor, at: datetime) -> Appointment:
    batch = Batch([patient], clinic=patient.clinic, today=day_of(patient.clinic, at))
    need = needs(batch).get(patient.pk)
    if need is None:
        raise BookingRefused("No plan is in force by now. Call the clinic.")
    comes = need.gives_up
    place = VisitPlace(local(patient.clinic, row.starts_at), row.chair, row.nurse)
    if comes is not None:
        end_row(comes, AppointmentEnd.Kind.MOVED, "Moved forward to a place that came free.", by=by, at=at)
    return book_one(
        patient=patient,
        asked=_asked(need, place),
        place=place,
        moved_from=comes,
        by=by,
        at=at,
    )


def offer_written(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """The message as it leaves: nothing of treatment, and nothing once the offer has ended."""
    rows = ChairOffer.objects.filter(
        pk=UUID(payload["offer"]), end__isnull=True, expires_at__gt=clock.instant()
    )
    if not rows.exists():
        raise NotSent("The offer has ended; nobody is told of it any more.")
    return with_link(payload, "an earlier appointment, for a short time")
