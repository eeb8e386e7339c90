"""Restricting a record to its care team, and who is on the team."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tenuto.clinic.accounts.api import check_role
from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.models import Role, Staff
from tenuto.clinic.ledger.facts import recorded
from tenuto.clinic.ledger.services import record
from tenuto.clinic.people.models import CareTeamChange, Patient, Restriction
from tenuto.clinic.people.sight import care_team, is_restricted
from tenuto.core.sentences import check_reason

__all__ = ["change_care_team", "restrict"]

PRESCRIBERS = (Role.PRESCRIBER, Role.MEDICAL_DIRECTOR)
LONGEST_WHY = 300
NO_PRESCRIBER = "No prescriber would be on the care team of this restricted record."


@transaction.atomic
def restrict(*, patient: Patient, restricted: bool, why: str, by: Staff, at: datetime) -> None:
    """Restrict a record to its care team, or open it to all staff again.

    Raises ValueError without a reason, and when nobody on the care team could write an order.
    """
    check_role(by, "patient.restrict")
    check_same_clinic(by, patient)
    if restricted and not _can_prescribe(patient, care_team(patient)):
        raise ValueError(f"{NO_PRESCRIBER} Put one on it, then restrict the record.")
    row = Restriction.objects.create(
        patient=patient,
        restricted=restricted,
        why=check_reason(why, longest=LONGEST_WHY),
        **recorded(by, at),
    )
    record(
        action="restricted record" if restricted else "opened record",
        subject=row,
        by=by,
        at=at,
        detail={"why": row.why},
    )


@transaction.atomic
def change_care_team(*, patient: Patient, staff: Staff, member: bool, by: Staff, at: datetime) -> None:
    """Put someone on the care team of a patient, or take them off.

    Raises ValueError when that is how it is already, when a closed account would join, and when a restricted record
    would be left without a prescriber.
    """
    check_role(by, "patient.care_team")
    check_same_clinic(by, patient, staff)
    patient.clinic.patients.select_for_update().get(pk=patient.pk)
    team = care_team(patient)
    if (staff.pk in team) == member:
        raise ValueError(f"{staff.name} is {'on' if member else 'not on'} the care team already.")
    if member and not staff.is_active:
        raise ValueError(f"The account of {staff.name} is closed. Open it first.")
    if not member and is_restricted(patient) and not _can_prescribe(patient, team - {staff.pk}):
        raise ValueError(f"{NO_PRESCRIBER} Put another one on it first, or open the record to all staff.")
    row = CareTeamChange.objects.create(patient=patient, staff=staff, member=member, **recorded(by, at))
    action = "joined care team" if member else "left care team"
    record(action=action, subject=row, by=by, at=at, detail={"staff": staff.audit_name})


def _can_prescribe(patient: Patient, team: set[int]) -> bool:
    prescribers = patient.clinic.staff.filter(role__in=PRESCRIBERS, is_active=True)
    return prescribers.filter(pk__in=team).exists()
