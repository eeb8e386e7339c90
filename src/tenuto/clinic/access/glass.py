"""Breaking the glass of a restricted record, for an hour, to read; and looking over it, which is a task until done."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from tenuto.clinic.access.models import GlassReview
from tenuto.clinic.accounts.api import check_role
from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.models import Clinic, Role, Staff
from tenuto.clinic.ledger.facts import IN_ORDER, recorded
from tenuto.clinic.ledger.models import AuditEvent, EventKind
from tenuto.clinic.ledger.services import record
from tenuto.clinic.people.models import BrokenGlass, Patient
from tenuto.clinic.ports import api as ports
from tenuto.core.literature.tasks import EndsBy
from tenuto.core.sentences import LONGEST_REASON, check_length, check_reason

__all__ = [
    "GLASS_STAYS_OPEN",
    "GLASS_TASK",
    "AlreadyReviewed",
    "LookedAtTooOften",
    "break_glass",
    "glasses_to_review",
    "looks_through",
    "review_glass",
]

GLASS_STAYS_OPEN = timedelta(minutes=60)
GLASS_TASK = "review broken glass"
REVIEW_WITHIN = timedelta(days=3)
UNREVIEWED_AT_MOST, COUNTED_WITHIN = 3, timedelta(hours=24)
"""So often one person opens one record before somebody has looked over it [D]. A colleague still can."""


class AlreadyReviewed(Exception):
    """Someone else reviewed it in the meantime. Nothing was written."""


class LookedAtTooOften(ValueError):
    """An emergency that never ends is none. Nothing was opened."""


@transaction.atomic
def break_glass(*, patient: Patient, reason: str, by: Staff, at: datetime) -> BrokenGlass:
    """Open a restricted record to `by` for an hour, to read, and give the medical director the task to look over it.

    Raises ValueError without a reason, and `LookedAtTooOften` when nobody has looked over the times before.
    """
    check_role(by, "patient.break_glass")
    check_same_clinic(by, patient)
    _check_not_too_often(patient, by, at)
    glass = BrokenGlass.objects.create(
        patient=patient,
        staff=by,
        reason=check_reason(reason),
        until=at + GLASS_STAYS_OPEN,
        **recorded(by, at),
    )
    record(
        action="broke the glass",
        subject=glass,
        by=by,
        at=at,
        detail={"reason": glass.reason},
        kind=EventKind.ACCESS,
    )
    ports.open_task(
        patient=patient,
        kind=GLASS_TASK,
        why=f"{by.name} opened this restricted record in an emergency: {glass.reason}",
        owner_role=Role.MEDICAL_DIRECTOR,
        due=at + REVIEW_WITHIN,
        by=by,
        at=at,
    )
    return glass


def _check_not_too_often(patient: Patient, by: Staff, at: datetime) -> None:
    lately = BrokenGlass.objects.filter(
        patient=patient, staff=by, review__isnull=True, recorded_at__gt=at - COUNTED_WITHIN
    ).count()
    if lately >= UNREVIEWED_AT_MOST:
        raise LookedAtTooOften(
            f"You opened this record {lately} times within a day, and nobody has looked over it yet. Ask a medical director "
            "to do so or to add you to the care team; in an emergency a colleague can open it."
        )


@transaction.atomic
def review_glass(*, glass: UUID, justified: bool, note: str, by: Staff, at: datetime) -> None:
    """Say whether breaking the glass was justified; the task ends when no other glass of this patient waits.

    Nobody reviews themselves: raises PermissionError. Raises `AlreadyReviewed` the second time, and ValueError for a note that is too long.
    """
    check_role(by, "audit.review")
    found = BrokenGlass.objects.select_related("patient", "staff").get(pk=glass, patient__clinic=by.clinic)
    if found.staff_id == by.pk:
        raise PermissionError("You broke this glass yourself. Someone else reviews it.")
    note = check_length(note, LONGEST_REASON)
    review = _keep_review(found, justified=justified, note=note, by=by, at=at)
    detail = {"justified": justified, "note": note}
    record(action="reviewed broken glass", subject=found, by=by, at=at, detail=detail)
    waiting = any(other.patient_id == found.patient_id for other in glasses_to_review(by.clinic))
    if not waiting:
        ports.end_tasks(
            patient=found.patient,
            ends_by=EndsBy.REVIEW,
            subject=review,
            only=lambda task: task.kind == GLASS_TASK,
            note="justified" if justified else "not justified",
            by=by,
            at=at,
        )


def _keep_review(glass: BrokenGlass, *, justified: bool, note: str, by: Staff, at: datetime) -> GlassReview:
    try:
        with transaction.atomic():
            return GlassReview.objects.create(glass=glass, justified=justified, note=note, **recorded(by, at))
    except IntegrityError:
        first = GlassReview.objects.get(glass=glass)
        raise AlreadyReviewed(
            f"{first.recorded_by_name} reviewed this already. Nothing was changed."
        ) from None


def glasses_to_review(clinic: Clinic) -> Iterable[BrokenGlass]:
    """The broken glasses that nobody has looked over, the oldest first. One query."""
    waiting = BrokenGlass.objects.filter(patient__clinic=clinic, review__isnull=True)
    return waiting.select_related("patient", "staff").order_by(*IN_ORDER)


def looks_through(glass: BrokenGlass) -> list[AuditEvent]:
    """What was looked at through a broken glass, in order."""
    looks = AuditEvent.objects.filter(
        kind=EventKind.READ,
        patient_id=glass.patient_id,
        by_id=str(glass.staff_id),
        at__gte=glass.recorded_at,
        at__lt=glass.until,
    )
    return [look for look in looks if look.detail.get("glass") == str(glass.pk)]
