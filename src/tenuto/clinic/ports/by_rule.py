"""Opening a task as a rule of the literature says: its owner, its deadline, its words."""

from __future__ import annotations

from datetime import datetime

from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.accounts.roles import Role
from tenuto.clinic.ledger.actors import Actor
from tenuto.clinic.people.models import Patient
from tenuto.clinic.ports.actors import clinic_of
from tenuto.clinic.ports.on_call import on_call
from tenuto.clinic.ports.rows import TaskRow
from tenuto.clinic.ports.tasks import open_task
from tenuto.core.literature.tasks import TaskKind

__all__ = ["open_by_rule"]


def open_by_rule(
    rule: TaskKind,
    *,
    patient: Patient | None,
    by: Actor,
    at: datetime,
    why: str = "",
    target: str = "",
    key: str = "",
) -> TaskRow:
    """Open the task of a rule: its owner, its deadline, its words, and the fact that it is about.

    A task about a risk of suicide is given to who is on call, where somebody of its role is.
    """
    role = Role(rule.owner)
    return open_task(
        patient=patient,
        kind=rule.id,
        why=why or rule.why,
        target=target or rule.fact,
        owner_role=role,
        owner=_on_call(by, role, at) if rule.suicide_risk else None,
        key=key,
        due=at + rule.within,
        by=by,
        at=at,
    )


def _on_call(by: Actor, role: Role, at: datetime) -> Staff | None:
    return next((staff for staff in on_call(clinic_of(by), at=at) if staff.role == role), None)
