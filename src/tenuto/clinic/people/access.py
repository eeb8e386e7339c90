"""Who may see which record. All staff of a clinic see its patients, unless a record is restricted to its care team;
in an emergency the glass can be broken: to read, for an hour, with a reason, and someone looks over it afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from tenuto.clinic.ledger.models import AuditEvent, Kind
from tenuto.clinic.ledger.services import record
from tenuto.clinic.people.guards import require_same_clinic
from tenuto.clinic.people.models import (
    BrokenGlass,
    CareTeamChange,
    Clinic,
    GlassReview,
    Patient,
    Restriction,
    Role,
    Staff,
)

__all__ = [
    "GLASS_STAYS_OPEN",
    "AlreadyReviewed",
    "Sight",
    "break_glass",
    "care_team",
    "change_care_team",
    "glasses_to_review",
    "hidden_from",
    "is_restricted",
    "looks_through",
    "restrict",
    "restricted_patients",
    "review_glass",
    "sight_of",
]

GLASS_STAYS_OPEN = timedelta(minutes=60)
PRESCRIBERS = (Role.PRESCRIBER, Role.MEDICAL_DIRECTOR)
NO_PRESCRIBER = "No prescriber would be on the care team of this restricted record."


class AlreadyReviewed(Exception):
    """Someone else reviewed it in the meantime. Nothing was written."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a member of staff may do with one record: see it or not, and through a broken glass or not."""

    allowed: bool
    glass: BrokenGlass | None = None


@transaction.atomic
def restrict(*, patient: Patient, restricted: bool, why: str, by: Staff, at: datetime) -> None:
    """Restrict a record to its care team, or open it to all staff again.

    Raises ValueError without a reason, and when nobody on the care team could write an order.
    """
    require_same_clinic(by, patient)
    if restricted and not _can_prescribe(patient, care_team(patient)):
        raise ValueError(f"{NO_PRESCRIBER} Put one on it, then restrict the record.")
    row = Restriction.objects.create(
        patient=patient,
        restricted=restricted,
        why=_reason(why),
        recorded_by_name=by.audit_name,
        recorded_at=at,
    )
    record(
        action="restricted record" if restricted else "opened record",
        subject=row,
        by=by,
        at=at,
        detail={"why": why},
    )


@transaction.atomic
def change_care_team(*, patient: Patient, staff: Staff, member: bool, by: Staff, at: datetime) -> None:
    """Put someone on the care team of a patient, or take them off.

    Raises ValueError when that is how it is already, when a closed account would join, and when a restricted record
    would be left without a prescriber.
    """
    require_same_clinic(by, patient, staff)
    Patient.objects.select_for_update().get(pk=patient.pk)
    team = care_team(patient)
    if (staff.pk in team) == member:
        raise ValueError(f"{staff.name} is {'on' if member else 'not on'} the care team already.")
    if member and not staff.is_active:
        raise ValueError(f"The account of {staff.name} is closed. Open it first.")
    if not member and is_restricted(patient) and not _can_prescribe(patient, team - {staff.pk}):
        raise ValueError(f"{NO_PRESCRIBER} Put another one on it first, or open the record to all staff.")
    row = CareTeamChange.objects.create(
        patient=patient, staff=staff, member=member, recorded_by_name=by.audit_name, recorded_at=at
    )
    action = "joined care team" if member else "left care team"
    record(action=action, subject=row, by=by, at=at, detail={"staff": staff.audit_name})


def care_team(patient: Patient) -> set[int]:
    """The ids of the staff on the care team of a patient."""
    newest: dict[int, bool] = {}
    for change in patient.care_team_changes.all():
        newest.setdefault(change.staff_id, change.member)
    return {staff for staff, member in newest.items() if member}


def is_restricted(patient: Patient) -> bool:
    """Whether only the care team sees the record now. One query."""
    newest = patient.restrictions.first()
    return newest is not None and newest.restricted


def restricted_patients(clinic: Clinic) -> set[UUID]:
    """The ids of the patients whose record is restricted now. One query."""
    # Asked from the few restrictions; a join would begin with the thousands of patients.
    own = Exists(clinic.patients.filter(pk=OuterRef("patient")))
    rows = Restriction.objects.filter(own).order_by("recorded_at", "id")
    newest: dict[UUID, bool] = dict(rows.values_list("patient", "restricted"))
    return {patient for patient, restricted in newest.items() if restricted}


def hidden_from(staff: Staff) -> frozenset[UUID]:
    """The ids of the patients of the clinic whom lists may not show to `staff`. At most two queries."""
    restricted = restricted_patients(staff.clinic)
    if not restricted:
        return frozenset()
    newest: dict[UUID, bool] = {}
    for change in CareTeamChange.objects.filter(staff=staff, patient__in=restricted):
        newest.setdefault(change.patient_id, change.member)
    return frozenset(patient for patient in restricted if not newest.get(patient, False))


def sight_of(patient: Patient, *, staff: Staff, at: datetime) -> Sight:
    """Whether `staff` may see the record of a patient of their own clinic at a moment. One query, unless restricted."""
    if not is_restricted(patient) or staff.pk in care_team(patient):
        return Sight(allowed=True)
    open_now = BrokenGlass.objects.filter(patient=patient, staff=staff, at__lte=at, until__gt=at)
    glass = open_now.order_by("-until").first()
    return Sight(allowed=glass is not None, glass=glass)


@transaction.atomic
def break_glass(*, patient: Patient, reason: str, by: Staff, at: datetime) -> BrokenGlass:
    """Open a restricted record to `by` for an hour, to read. Raises ValueError without a reason."""
    require_same_clinic(by, patient)
    glass = BrokenGlass.objects.create(
        patient=patient, staff=by, reason=_reason(reason), at=at, until=at + GLASS_STAYS_OPEN
    )
    record(
        action="broke the glass",
        subject=glass,
        by=by,
        at=at,
        detail={"reason": glass.reason},
        kind=Kind.ACCESS,
    )
    return glass


@transaction.atomic
def review_glass(*, glass: UUID, justified: bool, note: str, by: Staff, at: datetime) -> BrokenGlass:
    """Say whether breaking the glass was justified. Nobody reviews themselves."""
    found = BrokenGlass.objects.select_related("patient", "staff").get(pk=glass, patient__clinic=by.clinic)
    if found.staff_id == by.pk:
        raise PermissionError("You broke this glass yourself. Someone else reviews it.")
    try:
        with transaction.atomic():
            GlassReview.objects.create(
                glass=found,
                justified=justified,
                note=note.strip(),
                reviewed_by_name=by.audit_name,
                reviewed_at=at,
            )
    except IntegrityError:
        first = GlassReview.objects.get(glass=found)
        raise AlreadyReviewed(
            f"{first.reviewed_by_name} reviewed this already. Nothing was changed."
        ) from None
    detail = {"justified": justified, "note": note.strip()}
    record(action="reviewed broken glass", subject=found, by=by, at=at, detail=detail)
    return found


def glasses_to_review(clinic: Clinic) -> Iterable[BrokenGlass]:
    """The broken glasses that nobody has looked over, the oldest first. One query."""
    waiting = BrokenGlass.objects.filter(patient__clinic=clinic, review__isnull=True)
    return waiting.select_related("patient", "staff").order_by("at")


def looks_through(glass: BrokenGlass) -> list[AuditEvent]:
    """What was looked at through a broken glass, in order."""
    looks = AuditEvent.objects.filter(
        kind=Kind.READ,
        patient_id=glass.patient_id,
        by_id=str(glass.staff_id),
        at__gte=glass.at,
        at__lt=glass.until,
    )
    return [look for look in looks if look.detail.get("glass") == str(glass.pk)]


def _can_prescribe(patient: Patient, team: set[int]) -> bool:
    prescribers = Staff.objects.filter(clinic=patient.clinic_id, role__in=PRESCRIBERS, is_active=True)
    return prescribers.filter(pk__in=team).exists()


def _reason(text: str) -> str:
    if len(text.strip()) < 5:
        raise ValueError("A reason is missing. Say in a few words why this is needed.")
    return text.strip()
