"""Follows the audit chain by event number. The ledger knows nothing of its readers.

The chain gives out its numbers under a lock that is held until the transaction ends, so that a number never becomes
visible after a higher one: whoever has read up to a number has missed nothing before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tenuto.clinic.ledger.models import AuditEvent, EventKind

__all__ = ["LedgerChange", "TailReading", "newest_number", "read_after"]

TELLING = frozenset({EventKind.WRITE, EventKind.OVERRIDE})
"""The kinds of event that change what a page shows. A look changes nothing."""
COLUMNS = ("number", "kind", "clinic_id", "patient_id", "action", "by_id", "by_name", "at")


@dataclass(frozen=True, slots=True)
class LedgerChange:
    """A write, as the chain has it."""

    number: int
    clinic_id: UUID | None
    patient_id: UUID | None
    action: str
    by_id: str
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TailReading:
    """The changes among the events that were read, and the number up to which they were read."""

    changes: tuple[LedgerChange, ...]
    upto: int
    more: bool
    """Whether the limit was reached; there may be further events."""


def newest_number() -> int:
    """The number of the newest event; 0 before the first. One query."""
    return AuditEvent.objects.order_by("-number").values_list("number", flat=True).first() or 0


def read_after(number: int, *, limit: int = 500) -> TailReading:
    """The changes after an event, at most `limit` events on. One query."""
    rows = list(AuditEvent.objects.filter(number__gt=number).order_by("number").values_list(*COLUMNS)[:limit])
    changes = tuple(LedgerChange(row[0], *row[2:]) for row in rows if row[1] in TELLING)
    return TailReading(changes, upto=rows[-1][0] if rows else number, more=len(rows) == limit)
