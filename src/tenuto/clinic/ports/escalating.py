"""A task of safety that is late is given on: to a second person by name, then to a medical director."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from tenuto.clinic.accounts.models import Clinic, Role, Staff
from tenuto.clinic.ledger.actors import Machine
from tenuto.clinic.ledger.facts import recorded
from tenuto.clinic.ledger.services import record
from tenuto.clinic.ports.models import Task, TaskEscalation
from tenuto.clinic.ports.rows import NOBODY_HERE
from tenuto.core.literature.tasks import steps_due, task_kind

__all__ = ["RULE", "escalate_late"]

RULE = "tasks.late"
Step = TaskEscalation.Step


def escalate_late(clinic: Clinic, *, at: datetime) -> int:
    """Give on every open task of a clinic that is late enough, each step once. How many steps were taken."""
    late = Task.objects.filter(clinic=clinic, end__isnull=True, due__lt=at).prefetch_related("escalations")
    return sum(_give_on(task, clinic, at) for task in late.order_by("due", "id"))


def _give_on(task: Task, clinic: Clinic, at: datetime) -> int:
    taken = {each.step: each.told_id for each in task.escalations.all()}
    wanted = steps_due(task_kind(task.kind), due=task.due, now=at)
    steps = [step for step in Step if step <= wanted and step not in taken]
    for step in steps:
        told = _whom(task, step, clinic, {id_ for id_ in taken.values() if id_ is not None})
        taken[step] = told.pk if told else None
        _keep(task, step, told, clinic, at)
    return len(steps)


def _whom(task: Task, step: int, clinic: Clinic, told: set[int]) -> Staff | None:
    """Somebody who may end it and was not told yet: of the owner's role first, then of another; last a director."""
    roles = task_kind(task.kind).may_end if step == Step.SECOND else {Role.MEDICAL_DIRECTOR}
    others = clinic.staff.filter(is_active=True, role__in=roles).exclude(pk__in=told | {task.owner_id or 0})
    # A director is kept for the second step while there is somebody else.
    return min(
        others,
        key=lambda s: (s.role == Role.MEDICAL_DIRECTOR, s.role != task.owner_role, s.pk),
        default=None,
    )


@transaction.atomic
def _keep(task: Task, step: int, told: Staff | None, clinic: Clinic, at: datetime) -> None:
    by = Machine(clinic.pk, RULE, clinic.zone)
    row = TaskEscalation(task=task, step=step, told=told, **recorded(by, at))
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        # Another worker took this step in this very moment.
        return
    detail = {
        "kind": task.kind,
        "step": Step(step).label,
        "told": told.audit_name if told else NOBODY_HERE,
        "minutes_late": (at - task.due) // timedelta(minutes=1),
    }
    record(action="escalated task", subject=task, by=by, at=at, detail=detail)
