"""What all verbs of intake do first and last."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tenuto.clinic.accounts.guards import require_same_clinic
from tenuto.clinic.accounts.roles import Role
from tenuto.clinic.ledger.actors import Actor
from tenuto.clinic.ledger.services import record
from tenuto.clinic.people.models import Patient
from tenuto.clinic.ports.api import TaskRow, open_task
from tenuto.core.intake.tasks import TaskRule

__all__ = ["keep", "open_by_rule"]


def keep(row: Any, *, action: str, by: Actor, at: datetime, detail: dict[str, Any] | None = None) -> Any:
    """Save a row of one of this clinic's patients with its audit event."""
    require_same_clinic(by, row.patient)
    row.recorded_by_name, row.recorded_at = by.audit_name, at
    row.save()
    record(action=action, subject=row, by=by, at=at, detail=detail)
    return row


def open_by_rule(
    rule: TaskRule, *, patient: Patient | None, by: Actor, at: datetime, why: str = ""
) -> TaskRow:
    """Open the task of a rule: its owner, its deadline, its words."""
    return open_task(
        patient=patient,
        kind=rule.id,
        why=why or rule.why,
        owner_role=Role(rule.owner),
        due=at + rule.within,
        by=by,
        at=at,
    )
