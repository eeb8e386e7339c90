"""How a row about a patient is kept: inside the clinic of who acts, signed with a name and a time, on the audit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.ledger.actors import Actor
from tenuto.clinic.ledger.facts import recorded
from tenuto.clinic.ledger.models import EventKind
from tenuto.clinic.ledger.services import record

__all__ = ["keep"]


def keep(
    row: Any,
    *,
    action: str,
    by: Actor,
    at: datetime,
    detail: dict[str, Any] | None = None,
    kind: EventKind = EventKind.WRITE,
) -> Any:
    """Save a row about one of this clinic's patients with its audit event. Raises `WrongClinic`."""
    check_same_clinic(by, row.patient)
    for name, value in recorded(by, at).items():
        setattr(row, name, value)
    row.save()
    record(action=action, subject=row, by=by, at=at, detail=detail, kind=kind)
    return row
