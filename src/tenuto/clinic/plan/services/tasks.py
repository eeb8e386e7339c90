"""The task that a plan waits to be signed: opened when intake accepts a person, closed by the signature."""

from __future__ import annotations

from datetime import datetime

from tenuto.clinic.people.models import Patient, Staff
from tenuto.clinic.ports.api import close_task, open_tasks_of

__all__ = ["PLAN_TO_SIGN", "close_tasks"]

PLAN_TO_SIGN = "plan.sign"
"""The kind of the task; its owner, deadline and words are in `literature/intake_tasks.toml`."""


def close_tasks(patient: Patient, *, note: str, by: Staff, at: datetime) -> None:
    """Close every open task that waits for a signature on this patient's plan."""
    for task in open_tasks_of(patient):
        if task.kind == PLAN_TO_SIGN:
            close_task(task=task.id, note=note, by=by, at=at)
