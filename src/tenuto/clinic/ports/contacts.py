"""Reaching a patient about a task: what ends it is what they said, or that everything was tried."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from tenuto.clinic.accounts.api import check_role
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.accounts.roles import Role
from tenuto.clinic.ledger.facts import recorded
from tenuto.clinic.ledger.services import record
from tenuto.clinic.ports.actors import check_may
from tenuto.clinic.ports.calling import contacts_of, said_of
from tenuto.clinic.ports.models import Contact, NotReached, Task
from tenuto.clinic.ports.on_call import on_call
from tenuto.clinic.ports.rows import TaskRow
from tenuto.clinic.ports.tasks import AlreadyEnded, end_task, ends, open_task
from tenuto.clinic.ui.words import moment
from tenuto.core.literature.tasks import (
    TRY_AGAIN,
    EndsBy,
    TaskKind,
    attempts_apart,
    attempts_counted,
    attempts_needed,
    task_kind,
)
from tenuto.core.sentences import is_sentence

__all__ = ["ContactRefused", "record_contact", "record_not_reached"]

CLINICIANS = (Role.PRESCRIBER, Role.MEDICAL_DIRECTOR)

BY_MESSAGE = (
    "A message is neither speaking with the person nor seeing them. Record it as not reached, with what they wrote, "
    "and call or see them."
)


class ContactRefused(ValueError):
    """What was written is not enough. The text says what is missing; nothing was saved."""


@transaction.atomic
def record_contact(
    *,
    task: UUID,
    how: str,
    reached: bool,
    outcome: str = "",
    words: str,
    tried_at: datetime | None = None,
    by: Staff,
    at: datetime,
) -> Contact:
    """Keep an attempt to reach the patient. One that reached them ends the task, where its kind and the role allow that;
    what was said is kept in any case. `tried_at` is when it was; without it, just now.

    Raises ContactRefused, `Task.DoesNotExist` and PermissionError.
    """
    check_role(by, "task.close")
    found = _task(task, by)
    if not is_sentence(words):
        raise ContactRefused("Write what was said or tried, in a sentence.")
    if reached and outcome not in Contact.Outcome.values:
        raise ContactRefused("Say how it ended: choose an outcome.")
    if reached and how == Contact.How.MESSAGE and task_kind(found.kind).suicide_risk:
        raise ContactRefused(BY_MESSAGE)
    tried = tried_at or at
    _check_time(found, tried, at, "The attempt")
    row = Contact.objects.create(
        task=found,
        how=Contact.How(how),
        reached=reached,
        outcome=outcome if reached else "",
        words=words.strip(),
        tried_at=tried,
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
    emergency_contact: str = "",
    called_at: datetime | None = None,
    welfare_check: str,
    reason_against_check: str,
    by: Staff,
    at: datetime,
) -> TaskRow:
    """Keep that the patient could not be reached. It ends no risk: the task stays open, and somebody else has the next attempt.

    The attempts are on record, apart from each other; the contact on record was called; a welfare check was asked for, or
    a prescriber says why not. Raises ContactRefused, `Task.DoesNotExist`, `AlreadyEnded` and PermissionError.
    """
    check_role(by, "task.close")
    found = _task(task, by)
    tried = _check_tried(found, by)
    called = _called(found, emergency_contact, called_at, at)
    check, reason = welfare_check.strip(), reason_against_check.strip()
    if not is_sentence(check) and not is_sentence(reason):
        raise ContactRefused(
            "Ask for a welfare check and write who was asked, or have a prescriber write why there is none."
        )
    if not is_sentence(check) and by.role not in CLINICIANS:
        raise PermissionError(f"{by} may not decide against a welfare check. A prescriber does.")
    row = NotReached.objects.create(
        task=found,
        emergency_contact=called,
        welfare_check=check,
        reason_against_check=reason,
        **recorded(by, at),
    )
    detail = {
        "kind": found.kind,
        "attempts": tried,
        "emergency_contact": called,
        "welfare_check": check,
        "reason": reason,
    }
    record(action="recorded not reached", subject=row, by=by, at=at, detail=detail)
    if EndsBy.NOT_REACHED in task_kind(found.kind).ends_by:
        end_task(task=task, ends_by=EndsBy.NOT_REACHED, subject=row, by=by, at=at)
    return _next_attempt(found, by, at)


def _check_tried(task: Task, by: Staff) -> int:
    """How many attempts count; raise where this is not to be recorded, or not yet."""
    kind, again = task_kind(task.kind), task_kind(TRY_AGAIN)
    if not kind.try_again or by.role not in again.may_end:
        raise PermissionError(f"{by} may not record this about “{kind.title}”.")
    if hasattr(task, "end"):
        raise AlreadyEnded("This task was closed meanwhile. Nothing was changed.")
    if hasattr(task, "not_reached"):
        raise ContactRefused(f"That is on record. Go on in the task “{again.title}”.")
    tried = attempts_counted(each.tried for each in task.contacts.filter(reached=False))
    if tried < attempts_needed().value:
        minutes = attempts_apart().value // timedelta(minutes=1)
        raise ContactRefused(
            f"{tried} of {attempts_needed().value} attempts are on record that lie at least {minutes} minutes apart. "
            "Try again and record it with its time."
        )
    return tried


def _called(task: Task, words: str, called_at: datetime | None, at: datetime) -> str:
    """Who was called, when, and what they said; that nobody is on record, where that is so."""
    contact = said_of(contacts_of(task.patient)) if task.patient else ""
    if not contact:
        return "Nobody is on record as a contact."
    if called_at is None or not is_sentence(words):
        raise ContactRefused(
            f"Call the emergency contact on record and write who it was, when, and what they said. On record: {contact}."
        )
    _check_time(task, called_at, at, "The call")
    zone = task.clinic.zone
    return f"On record: {contact}. Called {moment(called_at, zone)}: {words.strip()}"


def _check_time(task: Task, tried: datetime, at: datetime, what: str) -> None:
    """Raise ContactRefused for a time before the task, by its minute, or one that is yet to come."""
    if tried > at:
        raise ContactRefused(f"{what} can't lie in the future. Give the time at which it was.")
    if tried < task.recorded_at.replace(second=0, microsecond=0):
        raise ContactRefused(f"{what} lies before this task was opened. Give one made since.")


def _next_attempt(task: Task, by: Staff, at: datetime) -> TaskRow:
    again = task_kind(TRY_AGAIN)
    owner = _next_person(task, again, by, at)
    return open_task(
        patient=task.patient,
        kind=again.id,
        why=f"{again.why} Before: {task.why}",
        owner_role=Role(owner.role),
        owner=owner,
        due=at + again.within,
        by=by,
        at=at,
    )


def _next_person(task: Task, again: TaskKind, by: Staff, at: datetime) -> Staff:
    """Who tries next: not who just did nor who had it, while there is somebody else; first who is on call."""
    there = task.clinic.staff.filter(is_active=True, role__in=again.may_end)
    called = {staff.pk for staff in on_call(task.clinic_id, at=at)}
    return min(
        there,
        key=lambda s: (
            s.pk in (by.pk, task.owner_id),
            s.pk not in called,
            s.role == Role.MEDICAL_DIRECTOR,
            s.role != again.owner,
            s.pk,
        ),
    )


def _task(task: UUID, by: Staff) -> Task:
    """The task, held until this transaction ends, so that two who write about it are served one after the other."""
    clinic = check_may(by, "task.close")
    return Task.objects.select_for_update().get(pk=task, clinic_id=clinic)
