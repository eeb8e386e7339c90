"""What a signed plan still needs by the first infusion: a task each, ended when the record has it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.accounts.roles import Role
from tenuto.clinic.intake.state import current
from tenuto.clinic.people.models import Patient
from tenuto.clinic.ports.api import TaskRow, end_tasks, open_task, open_tasks_of
from tenuto.core.gate import Level
from tenuto.core.intake.tasks import for_to_do
from tenuto.core.literature.tasks import EndsBy, task_kind

__all__ = ["end_what_was_done", "open_to_dos"]


def open_to_dos(*, patient: Patient, first_day: date, by: Staff, at: datetime) -> tuple[TaskRow, ...]:
    """A task for each fact that is needed by the first infusion and is not recorded, due on that day.

    One that is open already is left as it is.
    """
    waiting = {task.kind for task in open_tasks_of(patient)}
    begins = clock.start_of_day(patient.clinic, first_day)
    state = current(patient, as_of=clock.day_of(patient.clinic, at))
    kinds = [for_to_do(fact_id) for fact_id in state.assessment.to_do]
    return tuple(
        open_task(
            patient=patient,
            kind=kind.id,
            why=kind.why,
            target=kind.to_do,
            owner_role=Role(kind.owner),
            due=begins + kind.within,
            by=by,
            at=at,
        )
        for kind in kinds
        if kind.id not in waiting
    )


def end_what_was_done(*, row: Any, by: Staff, at: datetime) -> None:
    """End the tasks that waited for what the row of a patient, recorded just now, has brought.

    A fact counts as done once nothing about it stands above PASS: an escort that is "none" names nobody.
    """
    patient = row.patient
    if not any(task_kind(task.kind).to_do for task in open_tasks_of(patient)):
        return
    gate = current(patient, as_of=clock.day_of(patient.clinic, at)).gate
    open_facts = {finding.fact for finding in gate.findings if finding.level > Level.PASS}
    end_tasks(
        patient=patient,
        ends_by=EndsBy.RECORDED,
        subject=row,
        only=lambda task: task_kind(task.kind).to_do not in open_facts,
        by=by,
        at=at,
    )
