"""The one way to write an audit event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.db import models, transaction

from tenuto.clinic.ledger.models import AuditEvent


class Actor(Protocol):
    """A person who acts: known by id and name, working for one clinic."""

    pk: Any
    clinic_id: UUID

    @property
    def audit_name(self) -> str: ...


def record(
    *, action: str, subject: models.Model, by: Actor, at: datetime, detail: Mapping[str, Any] | None = None
) -> AuditEvent:
    """Write the audit event of a deed, in the transaction of the deed.

    Raises RuntimeError outside a transaction (a deed could be kept without its event) and ValueError when `at`
    has no time zone.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"'{action}' is not in a transaction; its audit event could be lost.")
    if at.tzinfo is None:
        raise ValueError(f"'{action}' at {at} has no time zone.")
    return AuditEvent.objects.create(
        clinic_id=by.clinic_id,
        action=action,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        by_id=str(by.pk),
        by_name=by.audit_name,
        at=at,
        detail=dict(detail or {}),
    )
