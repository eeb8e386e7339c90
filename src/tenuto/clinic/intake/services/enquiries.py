"""An enquiry comes in, and becomes a patient or is closed with a reason."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from tenuto.clinic.accounts.api import check_role, may
from tenuto.clinic.accounts.models import Clinic, Staff
from tenuto.clinic.intake.models import Enquiry, EnquiryEnd
from tenuto.clinic.ledger.actors import Actor
from tenuto.clinic.ledger.facts import recorded
from tenuto.clinic.ledger.services import record
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.registering import register_person
from tenuto.clinic.people.services import IdentityAnswer
from tenuto.clinic.ports.api import AlreadyEnded, TaskRow, end_task, open_by_rule, open_tasks_about_nobody
from tenuto.core.intake.facts import Person
from tenuto.core.intake.tasks import for_harm
from tenuto.core.literature.tasks import ENQUIRY_HARM, EndsBy, task_kind
from tenuto.core.sentences import check_reason

__all__ = [
    "Enquiring",
    "EnquiryEnded",
    "EnquiryHarm",
    "close_enquiry",
    "mark_harm",
    "open_harm",
    "record_enquiry",
    "register_enquirer",
    "said_of_harm",
]


class EnquiryEnded(Exception):
    """Somebody else answered the enquiry in the meantime. Nothing was changed."""


class EnquiryHarm(PermissionError):
    """An enquiry that speaks of harm is closed by a clinician only. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Enquiring:
    """What came in: who asks, how to answer, in which words, and who refers."""

    channel: str
    name: str
    contact: str
    consent_to_contact: bool
    birth_date: date | None = None
    message: str = ""
    referrer: str = ""


@transaction.atomic
def record_enquiry(*, clinic: Clinic, asked: Enquiring, by: Actor, at: datetime) -> Enquiry:
    """Keep an enquiry and give the coordinator the task to answer it. The task names nobody."""
    if by.clinic_id != clinic.pk:
        raise PermissionError("An enquiry is recorded in the clinic that it came to.")
    task = open_by_rule(task_kind("enquiry"), patient=None, by=by, at=at)
    row = Enquiry.objects.create(
        clinic=clinic,
        task=task.id,
        channel=Enquiry.Channel(asked.channel),
        name=asked.name.strip(),
        birth_date=asked.birth_date,
        contact=asked.contact.strip(),
        message=asked.message.strip(),
        referrer=asked.referrer.strip(),
        consent_to_contact=asked.consent_to_contact,
        **recorded(by, at),
    )
    record(action="recorded enquiry", subject=row, by=by, at=at, detail={"channel": row.channel})
    return row


@transaction.atomic
def register_enquirer(
    *,
    enquiry: Enquiry,
    person: Person,
    contact: str = "",
    may_contact: bool = False,
    by: Staff,
    at: datetime,
    compared: IdentityAnswer | None = None,
) -> Patient:
    """Make a patient of who asked, or join the enquiry to one who is here; how to reach them is carried over.

    Raises `people.services.IdentityConflict` when it can't be told who it is, `IdentityDoubt` when somebody has to
    compare (`compared` is what they said), and `EnquiryEnded`.
    """
    check_role(by, "enquiry.record")
    _hold_still(enquiry)
    patient, new = register_person(
        person=person, contact=contact, may_contact=may_contact, by=by, at=at, compared=compared
    )
    if said_of_harm(enquiry) is not None:
        open_by_rule(
            for_harm(),
            patient=patient,
            why=HARM_SAID,
            key=f"{ENQUIRY_HARM}:patient:{enquiry.pk}",
            by=by,
            at=at,
        )
    why = "Registered as a patient." if new else "Joined to a patient who was already here."
    _end(enquiry, patient=patient, why=why, by=by, at=at)
    return patient


@transaction.atomic
def close_enquiry(*, enquiry: Enquiry, why: str, by: Staff, at: datetime) -> None:
    """End an enquiry that does not become a patient."""
    check_role(by, "enquiry.record")
    _hold_still(enquiry)
    if said_of_harm(enquiry) is not None and not may(by, "scale.triage"):
        raise EnquiryHarm(
            "This enquiry speaks of harm. A nurse or a prescriber speaks with the person and closes it, or you register the person."
        )
    why = check_reason(why, "Say why the enquiry is closed, in one sentence.")
    _end(enquiry, patient=None, why=why, by=by, at=at)


HARM_SAID = (
    "The enquiry of this person speaks of harm. Their own words stand on the intake page; call them now."
)


@transaction.atomic
def mark_harm(*, enquiry: Enquiry, by: Staff, at: datetime) -> TaskRow:
    """Whoever reads an enquiry says that it speaks of harm: one urgent task, of the patient once there is one. Hazard H18.

    Raises PermissionError elsewhere and `EnquiryEnded` for one that was closed without a patient.
    """
    check_role(by, "enquiry.record")
    if enquiry.clinic_id != by.clinic_id:
        raise PermissionError("This enquiry came to another clinic.")
    _hold_still(enquiry)
    end = EnquiryEnd.objects.filter(enquiry=enquiry).select_related("patient").first()
    if end is None:
        return open_by_rule(
            task_kind(ENQUIRY_HARM),
            patient=None,
            target=str(enquiry.pk),
            key=_harm_key(enquiry),
            by=by,
            at=at,
        )
    if end.patient is None:
        raise EnquiryEnded("This enquiry is closed. Add what came in as a new enquiry.")
    key = f"{ENQUIRY_HARM}:patient:{enquiry.pk}"
    return open_by_rule(for_harm(), patient=end.patient, why=HARM_SAID, key=key, by=by, at=at)


def open_harm(clinic: Clinic) -> dict[str, TaskRow]:
    """The open tasks about enquiries that speak of harm, by the id of the enquiry."""
    return {task.target: task for task in open_tasks_about_nobody(clinic) if task.kind == ENQUIRY_HARM}


def said_of_harm(enquiry: Enquiry) -> TaskRow | None:
    """The open task that an enquiry speaks of harm; None without one."""
    return open_harm(enquiry.clinic).get(str(enquiry.pk))


def _hold_still(enquiry: Enquiry) -> None:
    """Of who ends an enquiry and who says that it speaks of harm at the same instant, the second finds the first."""
    Clinic.objects.select_for_update().get(pk=enquiry.clinic_id)


def _harm_key(enquiry: Enquiry) -> str:
    return f"{ENQUIRY_HARM}:{enquiry.pk}"


def _end(enquiry: Enquiry, *, patient: Patient | None, why: str, by: Staff, at: datetime) -> None:
    if enquiry.clinic_id != by.clinic_id:
        raise PermissionError("This enquiry came to another clinic.")
    try:
        with transaction.atomic():
            end = EnquiryEnd.objects.create(enquiry=enquiry, patient=patient, why=why, **recorded(by, at))
    except IntegrityError:
        raise EnquiryEnded("Somebody answered this enquiry in the meantime. Nothing was changed.") from None
    if (harm := said_of_harm(enquiry)) is not None:
        end_task(task=harm.id, ends_by=EndsBy.ENQUIRY, subject=end, note=why, by=by, at=at)
    record(action="ended enquiry", subject=end, by=by, at=at, detail={"registered": patient is not None})
    # Who ends the enquiry has done the task; a colleague may have closed it already.
    with suppress(AlreadyEnded):
        end_task(task=enquiry.task, ends_by=EndsBy.ENQUIRY, subject=end, note=why, by=by, at=at)
