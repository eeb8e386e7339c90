"""Looks at pages that show several patients. Who asks who has seen a record must find those, too."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.ledger.services import record_read

__all__ = ["record_list"]


def record_list(what: str, shown: Iterable[UUID], *, by: Staff, at: datetime, **detail: Any) -> None:
    """Write one event for the page; it names by id everyone who was on it, and nobody who had no name there."""
    named = {**detail, "patients": sorted({str(patient) for patient in shown})}
    record_read(subject=by.clinic, by=by, at=at, what=what, detail=named)
