"""No open risk of suicide without an open task: somebody is to look, by a time, and it becomes late (hazard H18)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.intake.state import states
from tenuto.clinic.ledger.actors import Machine
from tenuto.clinic.ledger.models import AuditEvent, EventKind
from tenuto.clinic.pathway.api import Batch, safety_of
from tenuto.clinic.people.models import Patient
from tenuto.clinic.ports.api import count_ended_tasks, open_by_rule, safety_tasks_about
from tenuto.core.intake.risk_answers import untriaged
from tenuto.core.intake.safety import Risk
from tenuto.core.intake.tasks import for_open_risk
from tenuto.core.literature.tasks import SuicideRisk, task_kind

__all__ = ["RULE", "open_missing_task", "open_missing_tasks"]

RULE = "suicide.no_task"
AT_ONCE = 50
"""Patients looked at together."""


def open_missing_tasks(clinic: Clinic, *, at: datetime, since: datetime | None = None) -> int:
    """Open a task for each patient of a clinic whose risk of suicide is open while no task says so. How many were opened.

    With `since`, only those about whom something was written since then are looked at.
    """
    chosen = clinic.patients.all()
    if since is not None:
        written = AuditEvent.objects.filter(clinic_id=clinic.pk, kind=EventKind.WRITE, recorded_at__gte=since)
        chosen = chosen.filter(pk__in=written.filter(patient_id__isnull=False).values("patient_id"))
    patients = list(chosen.prefetch_related("identifiers").order_by("pk"))
    today, opened = clock.day_of(clinic, at), 0
    for start in range(0, len(patients), AT_ONCE):
        batch = Batch(patients[start : start + AT_ONCE], clinic=clinic, today=today)
        opened += sum(
            open_missing_task(patient, at=at) for patient in batch.patients if _has_none(patient, batch)
        )
    return opened


def _has_none(patient: Patient, batch: Batch) -> bool:
    """Whether the risk of a patient is open and no task is that says so."""
    state = safety_of(batch).get(patient.pk)
    return state is not None and state.risk is Risk.OPEN and patient.pk not in batch.once(_waited_for)


def _waited_for(batch: Batch) -> frozenset[object]:
    """The patients about whose open risk a task is open."""
    tasks = safety_tasks_about(patient.pk for patient in batch.patients)
    return frozenset(
        patient
        for patient, rows in tasks.items()
        if any(task_kind(row.kind).suicide_risk is SuicideRisk.OPEN for row in rows)
    )


@transaction.atomic
def open_missing_task(patient: Patient, *, at: datetime) -> bool:
    """Open the task of one patient whose risk is open while no task says so; whether one was opened.

    Not when somebody recorded in the meantime what makes it needless.
    """
    batch = Batch([patient], clinic=patient.clinic, today=clock.day_of(patient.clinic, at))
    if not _has_none(patient, batch):
        return False
    state = safety_of(batch)[patient.pk]
    answers = untriaged(states(batch)[patient.pk].facts, as_of=batch.today)
    open_by_rule(
        for_open_risk(answers, high=state.high),
        patient=patient,
        why=" ".join(state.sentences),
        # The same state has one task, however many look at it; what ended since makes another state.
        key=f"{RULE}:{patient.pk}:{count_ended_tasks(patient)}",
        by=Machine(patient.clinic_id, RULE, patient.clinic.zone),
        at=at,
    )
    return True
