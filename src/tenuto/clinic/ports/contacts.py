"""Reaching a patient about a task: what ends it is what they said, or that everything was tried."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.accounts.roles import Role
from tenuto.clinic.ledger.facts import recorded
from tenuto.clinic.ledger.services import record
from tenuto.clinic.ports.actors import check_may
from tenuto.clinic.ports.models import Contact, NotReached, Task
from tenuto.clinic.ports.rows import TaskRow
from tenuto.clinic.ports.tasks import end_task, ends, open_task
from tenuto.core.literature.tasks import TRY_AGAIN, EndsBy, attempts_needed, task_kind
from tenuto.core.sentences import is_sentence

__all__ = ["ContactRefused", "record_contact", "record_not_reached"]

CLINICIANS = (Role.PRESCRIBER, Role.MEDICAL_DIRECTOR)


class ContactRefused(ValueError):
    """What was written is not enough. The text says what is missing; nothing was saved."""


@transaction.atomic
def record_contact(
    *, task: UUID, how: str, reached: bool, outcome: str = "", words: str, by: Staff, at: datetime
) -> Contact:
    """Keep an attempt to reach the patient. One that reached them ends the task, where its kind and the role allow that;
    what was said is kept in any case.

    Raises ContactRefused, `Task.DoesNotExist` and PermissionError.
    """
    found = _task(task, by)
    if not is_sentence(words):
        raise ContactRefused("Write what was said or tried, in a sentence.")
    if reached and outcome not in Contact.Outcome.values:
        raise ContactRefused("Say how it ended: choose an outcome.")
    row = Contact.objects.create(
        task=found,
        how=Contact.How(how),
        reached=reached,
        outcome=outcome if reached else "",
        words=words.strip(),
        **recorded(by, at),
    )
    detail = {"kind": found.kind, "how": row.how, "reached": reached, "outcome": row.outcome}
    record(action="recorded contact", subject=row, by=by, at=at, detail=detail)
    # Somebody else may have ended it meanwhile; what was said is on record in any case.
    if reached and not hasattr(found, "end") and ends(found, EndsBy.CONTACT, by):
        end_task(task=task, ends_by=EndsBy.CONTACT, subject=row, note=row.words, by=by, at=at)
    return row


@transaction.atomic
def record_not_reached(
    *,
    task: UUID,
    emergency_contact: str,
    welfare_check: str,
    reason_against_check: str,
    by: Staff,
    at: datetime,
) -> TaskRow:
    """Keep that the patient could not be reached; it ends the task and opens the one to try again tomorrow.

    The attempts are on record, the emergency contact was called, and a welfare check was asked for, or a prescriber
    says why not. Raises ContactRefused, `Task.DoesNotExist`, `AlreadyEnded` and PermissionError.
    """
    found = _task(task, by)
    tried, needed = found.contacts.filter(reached=False).count(), attempts_needed().value
    if tried < needed:
        raise ContactRefused(f"{tried} of {needed} attempts are on record. Try again and record it.")
    if not emergency_contact.strip():
        raise ContactRefused("Call the emergency contact, and write who it was and what they said.")
    if not welfare_check.strip() and not reason_against_check.strip():
        raise ContactRefused("Ask for a welfare check, or have a prescriber write why there is none.")
    if not welfare_check.strip() and by.role not in CLINICIANS:
        raise PermissionError(f"{by} may not decide against a welfare check. A prescriber does.")
    row = NotReached.objects.create(
        task=found,
        emergency_contact=emergency_contact.strip(),
        welfare_check=welfare_check.strip(),
        reason_against_check=reason_against_check.strip(),
        **recorded(by, at),
    )
    detail = {"kind": found.kind, "attempts": tried, "welfare_check": bool(row.welfare_check)}
    record(action="recorded not reached", subject=row, by=by, at=at, detail=detail)
    end_task(task=task, ends_by=EndsBy.NOT_REACHED, subject=row, by=by, at=at)
    again = task_kind(TRY_AGAIN)
    return open_task(
        patient=found.patient,
        kind=again.id,
        why=f"{again.why} Before: {found.why}"[:500],
        owner_role=Role(again.owner),
        due=at + again.within,
        by=by,
        at=at,
    )


def _task(task: UUID, by: Staff) -> Task:
    """The task, held until this transaction ends, so that two who write about it are served one after the other."""
    clinic = check_may(by, "task.close")
    return Task.objects.select_for_update().get(pk=task, clinic_id=clinic)
