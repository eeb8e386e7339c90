"""Who may see which record. All staff of a clinic see its patients, unless a record is restricted to its care team; in
an emergency the glass can be broken, to read, for an hour (`access`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from tenuto.clinic.accounts.models import Clinic, Staff
from tenuto.clinic.ledger.facts import IN_ORDER, Fact
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.people.models import BrokenGlass, CareTeamChange, Patient, Restriction

__all__ = [
    "RESTRICTED_NAME",
    "Sight",
    "care_team",
    "given_from_outside",
    "hidden_from",
    "is_restricted",
    "restricted_patients",
    "sight_of",
]

RESTRICTED_NAME = "Restricted record"
"""What stands in a list in the place of whom the reader may not see."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a member of staff may do with one record: see it or not, and through a broken glass or not."""

    allowed: bool
    glass: BrokenGlass | None = None


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
    rows = Restriction.objects.filter(own).order_by(*IN_ORDER)
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
    open_now = BrokenGlass.objects.filter(patient=patient, staff=staff, recorded_at__lte=at, until__gt=at)
    glass = open_now.order_by("-until").first()
    return Sight(allowed=glass is not None, glass=glass)


def given_from_outside(patient: Patient, given: Iterable[Fact]) -> set[int]:
    """The numbers of the events that seal those of `given` which one of the staff gave who may not see the record now.

    Whoever gave a patient an address has read it, and might still open it. One query, unless restricted.
    """
    if not is_restricted(patient):
        return set()
    team = {str(member) for member in care_team(patient)}
    staff = {str(pk) for pk in Staff.objects.filter(clinic=patient.clinic_id).values_list("pk", flat=True)}
    events = AuditEvent.objects.filter(number__in={row.event_number for row in given})
    return {number for number, by in events.values_list("number", "by_id") if by in staff - team}
