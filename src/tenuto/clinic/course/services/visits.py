"""Recording a visit after it took place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.models import Role, Staff
from tenuto.clinic.course.models import Visit
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.recording import keep
from tenuto.core.sentences import check_length

__all__ = ["record_visit"]

LONGEST_NAME = 300
PRESCRIBERS = (Role.PRESCRIBER, Role.MEDICAL_DIRECTOR)


@transaction.atomic
def record_visit(
    *,
    patient: Patient,
    kind: str,
    held_on: date,
    in_person: bool,
    topics: Sequence[str],
    note: str,
    by: Staff,
    at: datetime,
    with_name: str = "",
) -> Visit:
    """Keep a visit that `by` held, or somebody else `with_name`, such as a therapist outside the clinic.

    A consultation with a prescriber is what the treatment relationship rests on.
    """
    if held_on > clock.day_of(patient.clinic, at):
        raise ValueError("The day of the visit is in the future. Record it after it took place.")
    row = Visit(
        patient=patient,
        kind=Visit.Kind(kind),
        held_on=held_on,
        in_person=in_person,
        with_name=check_length(with_name, LONGEST_NAME) or by.name,
        by_prescriber=by.role in PRESCRIBERS and not with_name.strip(),
        topics=list(topics),
        note=note.strip(),
    )
    keep(row, action="recorded visit", by=by, at=at, detail={"kind": kind, "held_on": held_on.isoformat()})
    return row
