"""Asking that the list of medicines is gone through again, when a record brought other ones than were attested."""

from __future__ import annotations

from datetime import datetime

from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.intake.state import current
from tenuto.clinic.people.models import Patient
from tenuto.clinic.ports.api import TaskRow, open_by_rule, open_tasks_of
from tenuto.core.intake.facts import PatientFacts
from tenuto.core.intake.reconciling import changed_medicines
from tenuto.core.literature.tasks import MEDICINES_REOPENED, task_kind
from tenuto.core.sentences import shortened

__all__ = ["reopen_reconciliation"]


def reopen_reconciliation(
    patient: Patient, before: PatientFacts, *, source_name: str, by: Staff, at: datetime
) -> TaskRow | None:
    """Open the task, unless it is open; None when the medicines are those that were gone through."""
    changed = changed_medicines(before, current(patient).facts)
    if not changed or any(task.kind == MEDICINES_REOPENED for task in open_tasks_of(patient)):
        return None
    why = f"{source_name} brought other medicines than were gone through: {', '.join(changed)}."
    kind = task_kind(MEDICINES_REOPENED)
    return open_by_rule(kind, patient=patient, why=shortened(why, LONGEST), by=by, at=at)


LONGEST = 400
"""What the worklist has room for."""
