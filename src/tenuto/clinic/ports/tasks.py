"""Opening tasks, and ending each by what its kind names: a record of the patient, or a note where no safety is at stake."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.db.models import Q, QuerySet

from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.models import Clinic, Staff
from tenuto.clinic.accounts.roles import Role
from tenuto.clinic.ledger.actors import Actor, Machine
from tenuto.clinic.ledger.facts import IN_ORDER, recorded
from tenuto.clinic.ledger.rows import rows_of
from tenuto.clinic.ledger.services import record
from tenuto.clinic.people.models import Patient
from tenuto.clinic.ports.actors import check_may, clinic_of
from tenuto.clinic.ports.models import Task, TaskEnd
from tenuto.clinic.ports.rows import TaskRow, who_ends
from tenuto.core.literature.tasks import EndsBy, TaskKind, task_kind, task_kinds
from tenuto.core.sentences import LONGEST_REASON, check_note, shortened

__all__ = [
    "AlreadyEnded",
    "NotByNote",
    "TaskOutcome",
    "blocking_tasks_of",
    "close_task",
    "count_ended_tasks",
    "end_task",
    "end_tasks",
    "ends",
    "newest_suicide_tasks",
    "open_safety_tasks_of",
    "open_task",
    "open_tasks",
    "open_tasks_about",
    "open_tasks_about_nobody",
    "open_tasks_of",
    "safety_tasks_about",
    "task_row",
]

MACHINE = "machine"
OPEN = Q(end__isnull=True)
FIRST_DUE = ("due", *IN_ORDER)
PEOPLE = ("owner", "escalations__told")
TaskOutcome = TaskEnd.Outcome


class AlreadyEnded(Exception):
    """The task was closed, or the hold lifted, by someone else in the meantime. Nothing was written."""


class NotByNote(PermissionError):
    """A note does not end this task. The text says what does; nothing was written."""


@transaction.atomic
def open_task(
    *,
    patient: Patient | None,
    kind: str,
    why: str,
    owner_role: Role,
    owner: Staff | None = None,
    target: str = "",
    key: str = "",
    due: datetime,
    by: Actor,
    at: datetime,
) -> TaskRow:
    """Give a role, or one person of it, something to do by `due`. `why` is what the worklist shows as *why now*.

    With a `key` the same task is opened once, however often and by however many it is asked for. Raises KeyError for a
    kind that `literature/tasks.toml` does not have, ValueError and WrongClinic.
    """
    check_same_clinic(by, patient, owner)
    clinic, known = clinic_of(by), task_kind(kind)
    if owner is not None and owner.role != owner_role:
        raise ValueError(
            f"{owner} is a {owner.get_role_display().lower()}, not a {Role(owner_role).label.lower()}."
        )
    task = Task(
        clinic_id=clinic,
        patient=patient,
        stage=known.stage,
        kind=kind,
        target=target,
        key=key,
        why=shortened(check_note(why), LONGEST_REASON),
        owner_role=owner_role,
        owner=owner,
        due=due,
        **recorded(by, at),
    )
    try:
        with transaction.atomic():
            task.save()
    except IntegrityError:
        if not key:
            raise
        return task_row(_with_people(Task.objects.filter(clinic_id=clinic)).get(key=key))
    detail = {"kind": kind, "owner_role": str(owner_role), "target": target}
    record(action="opened task", subject=task, by=by, at=at, detail=detail)
    return task_row(task)


@transaction.atomic
def close_task(
    *, task: UUID, note: str, outcome: TaskOutcome = TaskOutcome.DONE, by: Actor, at: datetime
) -> None:
    """End a task of the clinic of `by` with a note, where its kind allows one.

    Raises `Task.DoesNotExist` elsewhere, `AlreadyEnded` the second time, and `NotByNote` for a task that something on
    record ends.
    """
    found = Task.objects.get(pk=task, clinic_id=check_may(by, "task.close"))
    kind = task_kind(found.kind)
    if EndsBy.NOTE not in kind.ends_by:
        raise NotByNote(f"A note does not end “{kind.title}”. It ends when {_ways(kind)} is recorded.")
    _check_may_end(kind, by)
    _end(found, EndsBy.NOTE, None, check_note(note), outcome, by, at)


@transaction.atomic
def end_task(
    *,
    task: UUID,
    ends_by: EndsBy,
    subject: models.Model,
    note: str = "",
    outcome: TaskOutcome = TaskOutcome.DONE,
    by: Actor,
    at: datetime,
) -> None:
    """End one task by the row `subject` that was recorded just now, before this call and in its transaction.

    Raises `Task.DoesNotExist`, `AlreadyEnded`, and PermissionError when its kind does not end by that, or not by who
    recorded it.
    """
    found = Task.objects.get(pk=task, clinic_id=clinic_of(by))
    kind = task_kind(found.kind)
    if ends_by not in kind.ends_by:
        raise PermissionError(f"“{kind.title}” does not end by {ends_by.words}, but by {_ways(kind)}.")
    _check_may_end(kind, by)
    _end(found, ends_by, subject, note, outcome, by, at)


@transaction.atomic
def end_tasks(
    *,
    patient: Patient,
    ends_by: EndsBy,
    subject: models.Model,
    only: Callable[[TaskRow], bool] = lambda task: True,
    known: int | None = None,
    note: str = "",
    outcome: TaskOutcome = TaskOutcome.DONE,
    by: Actor,
    at: datetime,
) -> tuple[UUID, ...]:
    """End every open task of a patient that the row `subject`, recorded just now by `by`, ends; the ids of those.

    A task whose kind another role has to end stays open, and so does one opened after the event `known`, the newest that
    the page of whoever recorded it had seen: nobody ends what nobody saw.
    """
    check_same_clinic(by, patient)
    ended = []
    for task in _open(Task.objects.filter(patient=patient)):
        seen = known is None or task.event_number <= known
        if seen and ends(task, ends_by, by) and only(task_row(task)):
            _end(task, ends_by, subject, note, outcome, by, at)
            ended.append(task.pk)
    return tuple(ended)


def open_tasks(clinic: Clinic) -> list[TaskRow]:
    """The open tasks of a clinic, the first due first. Two queries."""
    return [task_row(task) for task in _open(Task.objects.filter(clinic=clinic))]


def open_tasks_of(patient: Patient) -> list[TaskRow]:
    """The open tasks about a patient, the first due first. One query when there is none, else five at most."""
    return open_tasks_about([patient.pk]).get(patient.pk, [])


def open_tasks_about(patients: Iterable[UUID]) -> dict[UUID, list[TaskRow]]:
    """The open tasks about several patients, by patient id. Two queries; about one patient as `open_tasks_of`."""
    ids, found = list(patients), dict[UUID, list[TaskRow]]()
    for task in _open_about(ids[0]) if len(ids) == 1 else _open(Task.objects.filter(patient__in=ids)):
        if task.patient_id is not None:
            found.setdefault(task.patient_id, []).append(task_row(task))
    return found


def open_tasks_about_nobody(clinic: Clinic) -> list[TaskRow]:
    """The open tasks of a clinic that are about no one patient, the first due first. Two queries."""
    return [task_row(task) for task in _open(Task.objects.filter(clinic=clinic, patient=None))]


def open_safety_tasks_of(patient: Patient) -> list[TaskRow]:
    """The open tasks of safety about a patient: a suicide risk, a red flag, a plan to look at again."""
    return [task for task in open_tasks_of(patient) if task.safety]


def blocking_tasks_of(patient: Patient) -> list[TaskRow]:
    """Those of them while which nobody is accepted and no plan signed or let go on, as the table of kinds says."""
    return [task for task in open_tasks_of(patient) if task_kind(task.kind).blocks]


def count_ended_tasks(patient: Patient) -> int:
    """How many tasks about a patient have ended. One query."""
    return Task.objects.filter(patient=patient, end__isnull=False).count()


def safety_tasks_about(patients: Iterable[UUID]) -> dict[UUID, list[TaskRow]]:
    """The open tasks of safety about several patients, by patient id; who has none is left out. Two queries."""
    found = open_tasks_about(patients)
    safety = {patient: [task for task in tasks if task.safety] for patient, tasks in found.items()}
    return {patient: tasks for patient, tasks in safety.items() if tasks}


def newest_suicide_tasks(patients: Iterable[UUID]) -> dict[UUID, TaskRow]:
    """The newest task about a risk of suicide of each patient who ever had one, open or ended. Two queries at most."""
    kinds = [kind.id for kind in task_kinds().values() if kind.suicide_risk]
    tasks = _with_people(Task.objects.filter(patient__in=list(patients), kind__in=kinds))
    return {task.patient_id: task_row(task) for task in tasks.order_by(*IN_ORDER) if task.patient_id}


def task_row(task: Task) -> TaskRow:
    """The value that the api hands out."""
    return TaskRow(
        id=task.pk,
        patient_id=task.patient_id,
        patient_name=task.patient.name if task.patient else "",
        stage=task.stage,
        kind=task.kind,
        target=task.target,
        why=task.why,
        owner_role=Role(task.owner_role),
        owner_id=task.owner_id,
        owner_name=task.owner.name if task.owner else "",
        due=task.due,
        recorded_by_name=task.recorded_by_name,
        recorded_at=task.recorded_at,
        safety=task_kind(task.kind).safety,
        told_ids=tuple(each.pk for each in _told(task)),
        told_names=tuple(each.name for each in _told(task)),
        told_nobody=_told_nobody(task),
    )


def _told(task: Task) -> tuple[Staff, ...]:
    """Who was told, in the order of the steps."""
    if task._state.adding:
        return ()
    steps = sorted(task.escalations.all(), key=lambda each: each.step)
    return tuple(each.told for each in steps if each.told is not None)


def _told_nobody(task: Task) -> bool:
    """Whether the last step found nobody."""
    if task._state.adding:
        return False
    last = max(task.escalations.all(), key=lambda each: each.step, default=None)
    return last is not None and last.told_id is None


def _end(
    task: Task,
    ends_by: EndsBy,
    subject: models.Model | None,
    note: str,
    outcome: TaskOutcome,
    by: Actor,
    at: datetime,
) -> None:
    minutes_late = max(0, (at - task.due) // timedelta(minutes=1))
    end = TaskEnd(
        task=task,
        outcome=outcome,
        ended_by=ends_by,
        record=f"{subject._meta.label_lower}:{subject.pk}" if subject is not None else "",
        note=shortened(note.strip(), LONGEST_REASON),
        minutes_late=minutes_late,
        **recorded(by, at),
    )
    try:
        with transaction.atomic():
            end.save()
    except IntegrityError:
        first = TaskEnd.objects.get(task=task)
        raise AlreadyEnded(
            f"This task was closed by {first.recorded_by_name}. Nothing was changed."
        ) from None
    detail = {
        "kind": task.kind,
        "ended_by": str(ends_by),
        "record": end.record,
        "note": end.note,
        "outcome": str(outcome),
        "minutes_late": minutes_late,
    }
    record(action="closed task", subject=task, by=by, at=at, detail=detail)


def ends(task: Task, ends_by: EndsBy, by: Actor) -> bool:
    """Whether a record of this sort by this person ends the task."""
    kind = task_kind(task.kind)
    return ends_by in kind.ends_by and _may_end(kind, by)


def _may_end(kind: TaskKind, by: Actor) -> bool:
    if isinstance(by, Machine):
        return MACHINE in kind.may_end
    return isinstance(by, Staff) and by.is_active and by.role in kind.may_end


def _check_may_end(kind: TaskKind, by: Actor) -> None:
    if not _may_end(kind, by):
        who = who_ends(kind.id)
        raise PermissionError(f"{by.audit_name} may not end “{kind.title}”. {who[0].upper()}{who[1:]} does.")


def _ways(kind: TaskKind) -> str:
    return ", or ".join(each.words for each in EndsBy if each in kind.ends_by)


def _open(tasks: QuerySet[Task]) -> Iterable[Task]:
    return _with_people(tasks.filter(OPEN)).order_by(*FIRST_DUE)


def _open_about(patient: UUID) -> list[Task]:
    """The same of one patient. Every page about a patient asks it, and mostly there is none."""
    tasks: list[Task] = rows_of(Task, patient, where=OPEN, order=FIRST_DUE)
    models.prefetch_related_objects(tasks, "patient", *PEOPLE)
    return tasks


def _with_people(tasks: QuerySet[Task]) -> QuerySet[Task]:
    return tasks.select_related("patient", "owner").prefetch_related(*PEOPLE[1:])
