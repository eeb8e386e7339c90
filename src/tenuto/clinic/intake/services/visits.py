"""A visit that intake records: it may be what a signed plan still waits for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from tenuto.clinic.accounts.api import check_role
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.course.api import record_visit
from tenuto.clinic.intake.services.to_dos import end_what_was_done
from tenuto.clinic.people.models import Patient

__all__ = ["hold_visit"]


@transaction.atomic
def hold_visit(
    *,
    patient: Patient,
    kind: str,
    held_on: date,
    in_person: bool,
    topics: Sequence[str],
    note: str,
    by: Staff,
    at: datetime,
) -> None:
    """Keep a consultation or a preparatory visit that `by` held. Raises ValueError for a day in the future."""
    check_role(by, "intake.record")
    row = record_visit(
        patient=patient,
        kind=kind,
        held_on=held_on,
        in_person=in_person,
        topics=topics,
        note=note,
        by=by,
        at=at,
    )
    end_what_was_done(row=row, by=by, at=at)
