"""The door of the ports: later stages write here, booking and the desk read here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery

from tenuto.clinic.accounts.guards import require_same_clinic
from tenuto.clinic.accounts.models import Clinic, Staff
from tenuto.clinic.accounts.roles import Role
from tenuto.clinic.ledger.actors import Actor
from tenuto.clinic.ledger.services import record
from tenuto.clinic.people.models import Patient
from tenuto.clinic.ports.models import Hold, HoldLift, Task, TaskEnd, Window
from tenuto.clinic.ports.rows import HOLDS_UP, HoldRow, TaskRow, WindowRow

__all__ = [
    "HOLDS_UP",
    "AlreadyEnded",
    "HoldRow",
    "TaskEnd",
    "TaskRow",
    "WindowRow",
    "active_holds",
    "close_task",
    "current_window",
    "holds_in_force",
    "lift_hold",
    "open_task",
    "open_tasks",
    "open_tasks_of",
    "place_hold",
    "set_window",
    "windows",
    "withdraw_window",
]


class AlreadyEnded(Exception):
    """The task was closed, or the hold lifted, by someone else in the meantime. Nothing was written."""


@transaction.atomic
def open_task(
    *,
    patient: Patient | None,
    kind: str,
    why: str,
    owner_role: Role,
    owner: Staff | None = None,
    due: datetime,
    by: Actor,
    at: datetime,
) -> TaskRow:
    """Give a role, or one person of it, something to do by `due`. `why` is what the worklist shows as *why now*."""
    require_same_clinic(by, patient, owner)
    if by.clinic_id is None:
        raise ValueError(f"{by.audit_name} belongs to no clinic, and a task does. Act for a clinic.")
    if owner is not None and owner.role != owner_role:
        raise ValueError(
            f"{owner} is a {owner.get_role_display().lower()}, not a {Role(owner_role).label.lower()}."
        )
    task = Task.objects.create(
        clinic_id=by.clinic_id,
        patient=patient,
        kind=kind,
        why=_sentence(why),
        owner_role=owner_role,
        owner=owner,
        due=due,
        opened_by_name=by.audit_name,
        opened_at=at,
    )
    record(
        action="opened task", subject=task, by=by, at=at, detail={"kind": kind, "owner_role": str(owner_role)}
    )
    return _task(task)


@transaction.atomic
def close_task(
    *, task: UUID, note: str, outcome: TaskEnd.Outcome = TaskEnd.Outcome.DONE, by: Staff, at: datetime
) -> None:
    """End a task of the clinic of `by`. Raises `Task.DoesNotExist` elsewhere and `AlreadyEnded` the second time."""
    found = by.clinic.tasks.get(pk=task)
    try:
        with transaction.atomic():
            TaskEnd.objects.create(
                task=found, outcome=outcome, note=_sentence(note), ended_by_name=by.audit_name, ended_at=at
            )
    except IntegrityError:
        first = TaskEnd.objects.get(task=found)
        raise AlreadyEnded(f"This task was closed by {first.ended_by_name}. Nothing was changed.") from None
    record(action="closed task", subject=found, by=by, at=at, detail={"outcome": str(outcome)})


def open_tasks(clinic: Clinic) -> list[TaskRow]:
    """The open tasks of a clinic, the first due first. One query."""
    return [_task(task) for task in _open(Task.objects.filter(clinic=clinic))]


def open_tasks_of(patient: Patient) -> list[TaskRow]:
    """The open tasks about a patient, the first due first."""
    return [_task(task) for task in _open(Task.objects.filter(patient=patient))]


@transaction.atomic
def place_hold(*, patient: Patient, why: str, until: date | None = None, by: Staff, at: datetime) -> HoldRow:
    """Keep a patient from being booked, through `until` or until it is lifted."""
    require_same_clinic(by, patient)
    hold = Hold.objects.create(
        patient=patient, why=_sentence(why), until=until, placed_by_name=by.audit_name, placed_at=at
    )
    record(action="placed hold", subject=hold, by=by, at=at, detail={"until": str(until or "")})
    return _hold(hold)


@transaction.atomic
def lift_hold(*, hold: UUID, why: str, by: Staff, at: datetime) -> None:
    """End a hold. Raises `Hold.DoesNotExist` for another clinic's and `AlreadyEnded` the second time."""
    found = Hold.objects.get(pk=hold, patient__clinic=by.clinic)
    try:
        with transaction.atomic():
            HoldLift.objects.create(
                hold=found, why=_sentence(why), lifted_by_name=by.audit_name, lifted_at=at
            )
    except IntegrityError:
        first = HoldLift.objects.get(hold=found)
        raise AlreadyEnded(f"This hold was lifted by {first.lifted_by_name}. Nothing was changed.") from None
    record(action="lifted hold", subject=found, by=by, at=at, detail={"why": why})


def active_holds(patient: Patient, *, on: date) -> list[HoldRow]:
    """The holds that keep the patient from being booked on a day."""
    return [_hold(hold) for hold in _in_force(Hold.objects.filter(patient=patient), on)]


def holds_in_force(clinic: Clinic, *, on: date) -> dict[UUID, list[HoldRow]]:
    """The holds of a clinic's patients on a day, by patient id. One query."""
    found: dict[UUID, list[HoldRow]] = {}
    for hold in _in_force(Hold.objects.filter(patient__clinic=clinic), on):
        found.setdefault(hold.patient_id, []).append(_hold(hold))
    return found


@transaction.atomic
def set_window(
    *, patient: Patient, opens: date, closes: date, why: str, by: Staff, at: datetime
) -> WindowRow:
    """Say between which days a patient should be booked; replaces the window before."""
    require_same_clinic(by, patient)
    if closes < opens:
        raise ValueError(f"The window closes on {closes}, before it opens on {opens}. Exchange the days.")
    window = Window.objects.create(
        patient=patient, opens=opens, closes=closes, why=_sentence(why), set_by_name=by.audit_name, set_at=at
    )
    record(
        action="set window", subject=window, by=by, at=at, detail={"opens": str(opens), "closes": str(closes)}
    )
    return _window(window)


@transaction.atomic
def withdraw_window(*, patient: Patient, why: str, by: Staff, at: datetime) -> None:
    """Take the window back without setting another."""
    require_same_clinic(by, patient)
    window = Window.objects.create(patient=patient, why=_sentence(why), set_by_name=by.audit_name, set_at=at)
    record(action="withdrew window", subject=window, by=by, at=at)


def current_window(patient: Patient) -> WindowRow | None:
    """The patient's newest window; None when there is none, or when it was taken back."""
    newest = Window.objects.filter(patient=patient).order_by("-set_at", "-id").first()
    return _window(newest) if newest and newest.opens else None


def windows(clinic: Clinic) -> dict[UUID, WindowRow]:
    """The current windows of a clinic's patients, by patient id. One query."""
    newest = Window.objects.filter(patient=OuterRef("patient")).order_by("-set_at", "-id").values("pk")[:1]
    rows = Window.objects.filter(patient__clinic=clinic, pk=Subquery(newest), opens__isnull=False)
    return {row.patient_id: _window(row) for row in rows}


def _sentence(text: str) -> str:
    if not text.strip():
        raise ValueError("A reason is missing. Say why in one sentence.")
    return text.strip()


def _open(tasks: QuerySet[Task]) -> Iterable[Task]:
    return (
        tasks.filter(end__isnull=True).select_related("patient", "owner").order_by("due", "opened_at", "id")
    )


def _in_force(holds: QuerySet[Hold], on: date) -> Iterable[Hold]:
    return holds.filter(Q(until__isnull=True) | Q(until__gte=on), lift__isnull=True).order_by(
        "placed_at", "id"
    )


def _task(task: Task) -> TaskRow:
    return TaskRow(
        id=task.pk,
        patient_id=task.patient_id,
        patient_name=task.patient.name if task.patient else "",
        kind=task.kind,
        why=task.why,
        owner_role=Role(task.owner_role),
        owner_id=task.owner_id,
        owner_name=task.owner.name if task.owner else "",
        due=task.due,
        opened_by_name=task.opened_by_name,
        opened_at=task.opened_at,
    )


def _hold(hold: Hold) -> HoldRow:
    return HoldRow(hold.pk, hold.patient_id, hold.why, hold.until, hold.placed_by_name, hold.placed_at)


def _window(row: Window) -> WindowRow:
    if row.opens is None or row.closes is None:
        raise ValueError(f"The window {row.pk} was taken back; it has no days.")
    return WindowRow(row.pk, row.patient_id, row.opens, row.closes, row.why, row.set_by_name, row.set_at)
