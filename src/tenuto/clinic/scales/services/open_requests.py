"""The requests that wait for an answer, and that they were sent or reminded of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count

from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.ledger.actors import Machine
from tenuto.clinic.ledger.services import record
from tenuto.clinic.people.recording import keep
from tenuto.clinic.scales.models import ScaleReminder, ScaleRequest

__all__ = ["AskedRow", "open_requests", "record_asked", "unanswered_requests"]

LOOKED_BACK = timedelta(days=3)
"""For so long after a link has run out what was begun is looked for; the job that does it runs many times a day."""


@dataclass(frozen=True, slots=True)
class AskedRow:
    """A request by link that is not answered in full."""

    id: UUID
    patient_id: UUID
    link_id: UUID
    instruments: tuple[str, ...]
    occasions: tuple[str, ...]
    asked_at: datetime
    expires_at: datetime
    reminded: int


def open_requests(clinic: Clinic, *, at: datetime) -> list[AskedRow]:
    """The requests of a clinic that can still be answered, and are not in full. One query."""
    return _unanswered(clinic, expires_after=at)


def unanswered_requests(clinic: Clinic, *, at: datetime) -> list[AskedRow]:
    """The same with those that ran out in the last days. One query."""
    return _unanswered(clinic, expires_after=at - LOOKED_BACK)


@transaction.atomic
def record_asked(*, request: UUID, number: int, by: Machine, at: datetime) -> bool:
    """Keep that a message about a request was handed over to be sent: the first, or the nth reminder. False when it was
    before."""
    row = ScaleRequest.objects.select_for_update().select_related("patient").get(pk=request)
    if not number:
        record(action="sent a link", subject=row, by=by, at=at)
        return True
    if row.reminders.filter(number=number).exists():
        return False
    keep(ScaleReminder(patient=row.patient, request=row, number=number), action="reminded", by=by, at=at)
    return True


def _unanswered(clinic: Clinic, *, expires_after: datetime) -> list[AskedRow]:
    rows = ScaleRequest.objects.filter(
        patient__clinic=clinic, link__revocation__isnull=True, link__expires_at__gt=expires_after
    )
    counted = rows.annotate(done=Count("forms", distinct=True), reminded=Count("reminders", distinct=True))
    known = counted.select_related("link").order_by("event_number", "id")
    return [_row(row) for row in known if row.done < len(row.instruments)]


def _row(row: ScaleRequest) -> AskedRow:
    return AskedRow(
        id=row.pk,
        patient_id=row.patient_id,
        link_id=row.link_id,
        instruments=tuple(row.instruments),
        occasions=tuple(row.occasions),
        asked_at=row.recorded_at,
        expires_at=row.link.expires_at,
        reminded=row.reminded,  # type: ignore[attr-defined]
    )
