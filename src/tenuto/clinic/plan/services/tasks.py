"""The task that a plan waits to be signed: opened when intake accepts a person, closed by the signature."""

from __future__ import annotations

from datetime import datetime

from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.people.models import Patient
from tenuto.clinic.ports.api import close_task, open_tasks_of
from tenuto.core.intake.tasks import PLAN_TO_SIGN

__all__ = ["close_tasks"]


def close_tasks(patient: Patient, *, note: str, by: Staff, at: datetime) -> None:
    """Close every open task that waits for a signature on this patient's plan."""
    for task in open_tasks_of(patient):
        if task.kind == PLAN_TO_SIGN:
            close_task(task=task.id, note=note, by=by, at=at)
