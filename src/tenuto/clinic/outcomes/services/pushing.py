"""What courses call for, pushed to where people look: a task for each decision, and a hold where nothing may go on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.accounts.roles import Role
from tenuto.clinic.course.api import treated_patients
from tenuto.clinic.ledger.actors import Machine
from tenuto.clinic.outcomes.decided import decisions
from tenuto.clinic.outcomes.rules import ASKED, RULE, hold_key
from tenuto.clinic.pathway.api import Batch
from tenuto.clinic.people.models import Patient
from tenuto.clinic.ports.api import (
    AlreadyEnded,
    HoldKind,
    HoldRow,
    TaskOutcome,
    TaskRow,
    count_ended_tasks,
    end_task,
    holds_in_force,
    lift_hold,
    open_task,
    open_tasks,
    place_hold,
)
from tenuto.core.literature.tasks import EndsBy, task_kind
from tenuto.core.outcomes.decisions import DueDecision

__all__ = ["push_decisions"]

AT_ONCE = 50
"""Patients looked at together."""


def push_decisions(clinic: Clinic, *, at: datetime) -> int:
    """Open what is due about the courses of a clinic, and end what a later score or a correction has made untrue.

    Done again it changes nothing. The number of decisions that wait.
    """
    machine, today = Machine(clinic.pk, RULE, clinic.zone), clock.day_of(clinic, at)
    ids, waiting = treated_patients(clinic), 0
    tasks: dict[UUID | None, list[TaskRow]] = defaultdict(list)
    for task in open_tasks(clinic):
        if task.kind in ASKED:
            tasks[task.patient_id].append(task)
    holds = holds_in_force(clinic, on=today)
    for start in range(0, len(ids), AT_ONCE):
        chosen = clinic.patients.filter(pk__in=ids[start : start + AT_ONCE]).prefetch_related("identifiers")
        batch = Batch(list(chosen), clinic=clinic, today=today)
        due = decisions(batch)
        for patient in batch.patients:
            own = [each for each in due.get(patient.pk, ()) if each.kind in ASKED]
            _push(patient, own, tasks.get(patient.pk, ()), holds.get(patient.pk, ()), machine, at)
            waiting += len(own)
    return waiting


@transaction.atomic
def _push(
    patient: Patient,
    due: Sequence[DueDecision],
    tasks: Sequence[TaskRow],
    holds: Sequence[HoldRow],
    machine: Machine,
    at: datetime,
) -> None:
    wanted = {f"{each.kind.value}:{each.ground}": each for each in due}
    for task in tasks:
        if task.target not in wanted:
            # Somebody may have ended it a moment ago.
            with suppress(AlreadyEnded):
                end_task(
                    task=task.id, ends_by=EndsBy.CORRECTION, subject=patient, outcome=TaskOutcome.NOT_NEEDED,
                    note="What is on record now does not call for it.", by=machine, at=at,
                )  # fmt: skip
    waiting = {task.target for task in tasks}
    for target, each in wanted.items():
        if target not in waiting:
            _ask(patient, target, each, machine, at)
    _hold(patient, due, [hold for hold in holds if hold.rule == RULE], machine, at)


def _ask(patient: Patient, target: str, due: DueDecision, machine: Machine, at: datetime) -> None:
    kind = task_kind(due.kind.value)
    open_task(
        patient=patient, kind=kind.id, why=due.why, owner_role=Role(kind.owner), target=target,
        # Asked once, however many workers find it at once; what was ended and is due again is asked again.
        key=f"{patient.pk}:{target}:{count_ended_tasks(patient)}",
        due=clock.end_of_day(patient.clinic, due.by), by=machine, at=at,
    )  # fmt: skip


def _hold(
    patient: Patient, due: Sequence[DueDecision], own: Sequence[HoldRow], machine: Machine, at: datetime
) -> None:
    wanted = {f"{hold_key(each.kind)}{each.ground}": each for each in due if each.holds}
    for hold in own:
        if hold.key not in wanted:
            with suppress(AlreadyEnded):
                lift_hold(hold=hold.id, why="What it was for is over.", by=machine, at=at)
    for key, each in wanted.items():
        place_hold(
            patient=patient, kind=HoldKind.FORECAST, rule=RULE, key=key, why=each.why, by=machine, at=at
        )
