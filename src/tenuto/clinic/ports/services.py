"""Breaking the glass and looking over it: the deed of `people.access` together with its task."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from tenuto.clinic.people import access
from tenuto.clinic.people.models import BrokenGlass, Patient, Role, Staff
from tenuto.clinic.ports import api

__all__ = ["GLASS_TASK", "break_glass", "review_glass"]

GLASS_TASK = "review broken glass"
REVIEW_WITHIN = timedelta(days=3)


@transaction.atomic
def break_glass(*, patient: Patient, reason: str, by: Staff, at: datetime) -> BrokenGlass:
    """Open a restricted record for an hour, and give the medical director the task to look over it."""
    glass = access.break_glass(patient=patient, reason=reason, by=by, at=at)
    api.open_task(
        patient=patient,
        kind=GLASS_TASK,
        why=f"{by.name} opened this restricted record in an emergency: {glass.reason}"[:500],
        owner_role=Role.MEDICAL_DIRECTOR,
        due=at + REVIEW_WITHIN,
        by=by,
        at=at,
    )
    return glass


@transaction.atomic
def review_glass(*, glass: UUID, justified: bool, note: str, by: Staff, at: datetime) -> None:
    """Record the review, and close the task of it when no other glass of this patient waits."""
    found = access.review_glass(glass=glass, justified=justified, note=note, by=by, at=at)
    waiting = any(other.patient_id == found.patient_id for other in access.glasses_to_review(by.clinic))
    for task in () if waiting else api.open_tasks_of(found.patient):
        if task.kind == GLASS_TASK:
            api.close_task(task=task.id, note="justified" if justified else "not justified", by=by, at=at)
