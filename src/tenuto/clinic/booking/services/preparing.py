"""The preparation of a visit by link, what the patient answers there, and asking for another time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from tenuto.clinic.accounts.api import check_role
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.accounts.roles import Role
from tenuto.clinic.booking.models import (
    Appointment,
    ChangeRequest,
    CheckIn,
    PreparationLink,
    PreparationNote,
    VeinNote,
)
from tenuto.clinic.booking.services.standing import BookingRefused, standing
from tenuto.clinic.ledger.actors import Actor
from tenuto.clinic.ledger.facts import NEWEST_FIRST, newest, recorded
from tenuto.clinic.ledger.services import record
from tenuto.clinic.links import api as links
from tenuto.clinic.people.models import Patient
from tenuto.clinic.ports.api import open_task
from tenuto.core.literature.tasks import CALL_BACK, CHANGE_ASKED, CHECK_IN, task_kind

__all__ = [
    "PURPOSE",
    "SentPreparation",
    "answer_check_in",
    "appointment_of",
    "ask_for_change",
    "note_medicines",
    "preparation_link",
    "questions_open",
    "written_by_link",
]

PURPOSE = "preparation"
ASKED_BEFORE = timedelta(hours=36)
"""The questions open the day before the visit."""
TASK_MOST = 500
MORE_WORDS = " … There is more: read all of it on the booking page."
MOST_WISHES = 3
"""Wishes for another time of one visit that are kept; each is a task of a coordinator [D]."""


@dataclass(frozen=True, slots=True)
class SentPreparation:
    """The link of a visit, and the token that goes into its address."""

    row: PreparationLink
    token: str


@transaction.atomic
def preparation_link(*, appointment: Appointment, by: Actor, at: datetime) -> SentPreparation:
    """The link to the preparation of a visit: the one that is open, else a new one. It opens until the visit ends.

    Raises BookingRefused when the visit is over or too far off, and without a date of birth, which opens a link.
    """
    patient = appointment.patient
    patient.clinic.patients.select_for_update().get(pk=patient.pk)
    known = PreparationLink.objects.filter(appointment=appointment).select_related("link")
    row = known.order_by(*NEWEST_FIRST).first()
    if row is not None and links.states([row.link], at=at)[row.link_id] in ("waiting", "opened"):
        return SentPreparation(row, links.token_of(row.link_id))
    try:
        issued = links.issue(
            patient=patient, purpose=PURPOSE, expires=min(appointment.ends_at, at + links.LONGEST),
            single_use=False, by=by, at=at,
        )  # fmt: skip
    except ValueError as error:
        raise BookingRefused(str(error)) from error
    row = PreparationLink.objects.create(
        patient=patient, appointment=appointment, link=issued.link, **recorded(by, at)
    )
    record(action="gave a preparation link", subject=row, by=by, at=at)
    return SentPreparation(row, issued.token)


def appointment_of(visit: links.OpenedLink) -> Appointment | None:
    """The visit that a link is about; None once it is cancelled or moved."""
    row = PreparationLink.objects.get(link=visit.link_id)
    found = standing(visit.patient.clinic_id).filter(pk=row.appointment_id).first()
    if found is not None:
        found.patient = visit.patient
    return found


@transaction.atomic
def note_medicines(*, patient: Patient, medicines: str, by: Staff, at: datetime) -> PreparationNote:
    """Keep what a prescriber marks about medicines before visits; empty takes the older note back."""
    check_role(by, "plan.order")
    row = PreparationNote.objects.create(
        patient=patient, medicines=_whole(medicines, 1000), **recorded(by, at)
    )
    record(action="marked medicines before a visit", subject=row, by=by, at=at)
    return row


def medicines_note(patient: Patient) -> PreparationNote | None:
    """The newest note."""
    return newest(PreparationNote.objects.filter(patient=patient))


def veins_words(patient: Patient) -> str:
    """The newest note on veins; empty when there is none."""
    row = newest(VeinNote.objects.filter(patient=patient))
    return row.words if row else ""


@transaction.atomic
def note_veins(*, patient: Patient, words: str, by: Staff, at: datetime) -> VeinNote:
    """Keep where a vein was found, for whoever looks for one next."""
    check_role(by, "plan.visit")
    row = VeinNote.objects.create(patient=patient, words=_whole(words, 300), **recorded(by, at))
    record(action="noted veins", subject=row, by=by, at=at)
    return row


@transaction.atomic
def answer_check_in(
    *,
    appointment: Appointment,
    fasting: bool,
    escort: str,
    ill: bool,
    medicines_changed: bool,
    mood: str,
    words: str,
    by: Actor,
    at: datetime,
) -> CheckIn:
    """Keep what the patient answers before a visit; what calls for a call becomes a nurse's task in the same transaction.

    Each visit is answered once, while its questions are open. Raises BookingRefused; nothing was saved then.
    """
    _hold_still(appointment)
    if not questions_open(appointment, at=at):
        raise BookingRefused("The questions open the day before the visit, and end when it begins.")
    if CheckIn.objects.filter(appointment=appointment).exists():
        raise BookingRefused("Your answers are at the clinic. If something has changed, call the clinic.")
    row = CheckIn.objects.create(
        patient=appointment.patient,
        appointment=appointment,
        fasting=fasting,
        escort=_whole(escort, 200),
        ill=ill,
        medicines_changed=medicines_changed,
        mood=mood,
        words=_whole(words, 1000),
        **recorded(by, at),
    )
    record(action="answered before a visit", subject=row, by=by, at=at)
    if row.concerns or row.words:
        # How somebody is can't wait and is ended by a call alone; the rest is a call back.
        kind = CHECK_IN if row.ill or row.feels_worse else CALL_BACK
        _open(kind, appointment, " ".join([*row.concerns, row.words]), str(row.pk), by=by, at=at)
    return row


@transaction.atomic
def ask_for_change(*, appointment: Appointment, words: str, by: Actor, at: datetime) -> ChangeRequest:
    """Keep that the patient asks for another time, and give it to a coordinator. The visit stands until somebody moves it.

    Raises BookingRefused for a visit that has begun, and after some wishes.
    """
    _hold_still(appointment)
    if at >= appointment.starts_at:
        raise BookingRefused("The visit has begun. Call the clinic.")
    if ChangeRequest.objects.filter(appointment=appointment).count() >= MOST_WISHES:
        raise BookingRefused("You asked for another time before, and the clinic knows. Call the clinic.")
    row = ChangeRequest.objects.create(
        patient=appointment.patient, appointment=appointment, words=_whole(words, 1000), **recorded(by, at)
    )
    record(action="asked for another time", subject=row, by=by, at=at)
    _open(CHANGE_ASKED, appointment, row.words, str(row.pk), by=by, at=at)
    return row


def questions_open(appointment: Appointment, *, at: datetime) -> bool:
    """Whether an infusion is so near that its questions are asked; of other visits none are."""
    if appointment.kind not in Appointment.IN_A_CHAIR:
        return False
    return appointment.starts_at - ASKED_BEFORE <= at < appointment.starts_at


@dataclass(frozen=True, slots=True)
class WrittenByLink:
    """What a patient wrote about one visit, whole."""

    about: str
    at: datetime
    words: str


def written_by_link(patient: Patient, *, since: datetime) -> tuple[WrittenByLink, ...]:
    """All that the patient wrote about visits from a moment on, whatever became of the visit, the newest first."""
    found: list[WrittenByLink] = []
    for about, model in (("Before the visit", CheckIn), ("Asks for another time", ChangeRequest)):
        rows = model.objects.filter(patient=patient, appointment__starts_at__gte=since).exclude(words="")
        found += [
            WrittenByLink(f"{about}, {row.appointment.at_clinic}", row.recorded_at, row.words)
            for row in rows.select_related("appointment__patient__clinic")
        ]
    return tuple(sorted(found, key=lambda each: each.at, reverse=True))


def _whole(text: str, most: int) -> str:
    """The text without the space around it. Raises BookingRefused where it is longer than is kept: nothing is cut."""
    kept = text.strip()
    if len(kept) > most:
        raise BookingRefused(
            f"This is {len(kept)} characters long, and {most} are kept. Nothing was saved. Write it shorter."
        )
    return kept


def _for_a_task(words: str) -> str:
    """What fits into a task; where that is not all, it says so and where the whole stands."""
    if len(words) <= TASK_MOST:
        return words
    return f"{words[: TASK_MOST - len(MORE_WORDS)].rstrip()}{MORE_WORDS}"


def _hold_still(appointment: Appointment) -> None:
    """Of two answers that are sent at once, the second finds the first."""
    appointment.patient.clinic.patients.select_for_update().get(pk=appointment.patient_id)


def _open(kind: str, appointment: Appointment, words: str, key: str, *, by: Actor, at: datetime) -> None:
    known = task_kind(kind)
    open_task(
        patient=appointment.patient,
        kind=kind,
        why=_for_a_task(f"{appointment.at_clinic}: {words}"),
        owner_role=Role(known.owner),
        target=f"booking.appointment:{appointment.pk}",
        key=f"{kind}:{key}",
        due=at + known.within,
        by=by,
        at=at,
    )
