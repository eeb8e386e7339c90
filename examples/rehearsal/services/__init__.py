"""Holding a rehearsal."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.recording import keep
from tenuto.clinic.rehearsal.models import Rehearsal

__all__ = ["hold_rehearsal"]


@transaction.atomic
def hold_rehearsal(*, patient: Patient, note: str, by: Staff, at: datetime) -> Rehearsal:
    """Keep that a rehearsal was held. Raises ValueError without a note."""
    if not note.strip():
        raise ValueError("The note is missing. Write how it went, in one sentence.")
    row = Rehearsal(patient=patient, note=note.strip())
    keep(row, action="held rehearsal", by=by, at=at)
    return row
