"""Opening a task as a rule of the literature says: its owner, its deadline, its words."""

from __future__ import annotations

from datetime import datetime

from tenuto.clinic.accounts.roles import Role
from tenuto.clinic.ledger.actors import Actor
from tenuto.clinic.people.models import Patient
from tenuto.clinic.ports.rows import TaskRow
from tenuto.clinic.ports.tasks import open_task
from tenuto.core.literature.tasks import TaskKind

__all__ = ["open_by_rule"]


def open_by_rule(
    rule: TaskKind, *, patient: Patient | None, by: Actor, at: datetime, why: str = "", target: str = ""
) -> TaskRow:
    """Open the task of a rule: its owner, its deadline, its words, and the fact that it is about."""
    return open_task(
        patient=patient,
        kind=rule.id,
        why=why or rule.why,
        target=target or rule.fact,
        owner_role=Role(rule.owner),
        due=at + rule.within,
        by=by,
        at=at,
    )
